-- SPDX-License-Identifier: ISC
-- The tables that logto-views.sql reads, for PostgreSQL, as views that are
-- there in any case: a column that is missing is NULL, a table that is missing
-- is empty. They stand in the first schema of search_path, where the tables
-- are.
--
--     psql -f logto-tables.postgres.sql -f logto-views.sql DATABASE
--
-- Again after a load that brought a new table or column. A load that has to
-- change the type of a column is refused while views use it: drop these with
-- the line below that says CASCADE, load, and make them again.
\set ON_ERROR_STOP on
\set QUIET on
BEGIN;
SET client_min_messages = warning;
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
    ('logs', $$, (created_at AT TIME ZONE 'UTC')::date AS day,
        coalesce(payload__error__code,
            CASE WHEN payload__error LIKE '{%}' THEN coalesce(
                payload__error::json->>'code',
                payload__error::json->>'error_description',
                payload__error::json->>'message') END,
            payload__error) AS reason$$),
    ('users', $$, (created_at AT TIME ZONE 'UTC')::date AS day$$),
    ('applications_secrets', $$, extract(epoch FROM expires_at - now())
        / 86400 AS days_left$$),
    ('users_personal_access_tokens', $$, extract(epoch FROM expires_at - now())
        / 86400 AS days_left$$)
)
SELECT format('DROP VIEW IF EXISTS base_%s CASCADE', place),
    format('CREATE VIEW base_%s AS SELECT *%s FROM (SELECT %s %s) AS t', place,
        (SELECT columns FROM extra WHERE extra.place = wanted.place),
        string_agg(format('CAST(%s AS %s) AS %I', CASE
            WHEN column_name IS NULL THEN 'NULL'
            ELSE quote_ident(field) END,
            replace(type, 'timestamp', 'timestamptz'), field), ', '),
        CASE WHEN count(column_name) > 0
            THEN format('FROM %I', place) ELSE 'WHERE false' END)
FROM wanted LEFT JOIN information_schema.columns
    ON table_schema = current_schema()
    AND table_name = place AND column_name = field
GROUP BY place
\gexec
COMMIT;
