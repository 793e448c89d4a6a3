-- SPDX-License-Identifier: ISC
-- The tables that logto-views.sql reads, for DuckDB, as views that are there
-- in any case: a column that is missing is NULL, a table that is missing is
-- empty. This prints SQL that fits the database at hand:
--
--     duckdb -noheader -list out.duckdb <logto-tables.duckdb.sql >base.sql
--     cat base.sql logto-views.sql | duckdb out.duckdb
--
-- Again after a load that brought a new table or column.
WITH wanted(place, field, type) AS (VALUES
    ('applications', 'id', 'text'),
    ('applications', 'name', 'text'),
    ('applications', 'type', 'text'),
    ('applications', 'created_at', 'timestamp'),
    ('applications_secrets', 'application_id', 'text'),
    ('applications_secrets', 'name', 'text'),
    ('applications_secrets', 'expires_at', 'timestamp'),
    ('logs', 'id', 'text'),
    ('logs', 'created_at', 'timestamp'),
    ('logs', 'key', 'text'),
    ('logs', 'payload__result', 'text'),
    ('logs', 'payload__user_id', 'text'),
    ('logs', 'payload__application_id', 'text'),
    ('logs', 'payload__ip', 'text'),
    ('logs', 'payload__error', 'text'),
    ('logs', 'payload__error__code', 'text'),
    ('organizations', 'id', 'text'),
    ('organizations', 'name', 'text'),
    ('organizations_applications', 'organization_id', 'text'),
    ('organizations_applications', 'id', 'text'),
    ('organizations_applications', 'name', 'text'),
    ('organizations_applications__organization_roles', '_parent_id', 'text'),
    ('organizations_applications__organization_roles', 'name', 'text'),
    ('organizations_users', 'organization_id', 'text'),
    ('organizations_users', 'id', 'text'),
    ('organizations_users', 'name', 'text'),
    ('organizations_users', 'username', 'text'),
    ('organizations_users', 'primary_email', 'text'),
    ('organizations_users__organization_roles', '_parent_id', 'text'),
    ('organizations_users__organization_roles', 'name', 'text'),
    ('roles', 'id', 'text'),
    ('roles', 'name', 'text'),
    ('roles_applications', 'role_id', 'text'),
    ('roles_applications', 'id', 'text'),
    ('roles_applications', 'name', 'text'),
    ('roles_users', 'role_id', 'text'),
    ('roles_users', 'id', 'text'),
    ('roles_users', 'name', 'text'),
    ('roles_users', 'username', 'text'),
    ('roles_users', 'primary_email', 'text'),
    ('users', 'id', 'text'),
    ('users', 'created_at', 'timestamp'),
    ('users_mfa_verifications', 'user_id', 'text'),
    ('users_mfa_verifications', 'type', 'text'),
    ('users_personal_access_tokens', 'user_id', 'text'),
    ('users_personal_access_tokens', 'name', 'text'),
    ('users_personal_access_tokens', 'expires_at', 'timestamp')
), extra(place, columns) AS (VALUES
    ('logs', ', CAST(timezone(''UTC'', created_at) AS date) AS day,
        coalesce(payload__error__code,
            CASE WHEN json_valid(payload__error) THEN coalesce(
                payload__error->>''$.code'',
                payload__error->>''$.error_description'',
                payload__error->>''$.message'') END,
            payload__error) AS reason'),
    ('users', ', CAST(timezone(''UTC'', created_at) AS date) AS day'),
    ('applications_secrets',
        ', (epoch(expires_at) - epoch(now())) / 86400 AS days_left'),
    ('users_personal_access_tokens',
        ', (epoch(expires_at) - epoch(now())) / 86400 AS days_left')
)
SELECT 'CREATE OR REPLACE VIEW base_' || place || ' AS SELECT *'
    || coalesce(max(columns), '')
    || ' FROM (SELECT ' || string_agg('CAST('
        || CASE WHEN column_name IS NULL THEN 'NULL'
            ELSE '"' || field || '"' END
        || ' AS ' || replace(type, 'timestamp', 'timestamptz')
        || ') AS ' || field, ', ')
    || CASE WHEN count(column_name) > 0
        THEN ' FROM "' || place || '"' ELSE ' WHERE false' END || ') AS t;'
FROM wanted LEFT JOIN extra USING (place)
    LEFT JOIN information_schema.columns
        ON table_name = place AND column_name = field
GROUP BY place;
