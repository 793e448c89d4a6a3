-- SPDX-License-Identifier: ISC
-- The tables that logto-views.sql reads, as views that are there in any case.
--
-- A tenant without secrets has no table of them, and a log without failures
-- has no column for their code. So this prints SQL that fits the database at
-- hand: a view base_NAME for each table, in which a column that is missing is
-- NULL and a table that is missing is empty. Run what it prints, then the
-- views themselves:
--
--     sqlite3 out.db <logto-tables.sqlite.sql | sqlite3 out.db
--     sqlite3 out.db <logto-views.sql
--
-- Again after a load that brought a new table or column.
.mode list
.headers off
.timeout 10000
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
    ('logs', ', substr(created_at, 1, 10) AS day,
        coalesce(payload__error__code,
            CASE WHEN json_valid(payload__error) THEN coalesce(
                json_extract(payload__error, ''$.code''),
                json_extract(payload__error, ''$.error_description''),
                json_extract(payload__error, ''$.message'')) END,
            payload__error) AS reason'),
    ('users', ', substr(created_at, 1, 10) AS day'),
    ('applications_secrets',
        ', julianday(expires_at) - julianday(''now'') AS days_left'),
    ('users_personal_access_tokens',
        ', julianday(expires_at) - julianday(''now'') AS days_left')
), made(text) AS (
    SELECT 'DROP VIEW IF EXISTS base_' || place || ';
CREATE VIEW base_' || place || ' AS SELECT *'
        || coalesce((SELECT columns FROM extra
            WHERE extra.place = wanted.place), '')
        || ' FROM (SELECT ' || group_concat(CASE
            WHEN there.name IS NULL
            THEN 'CAST(NULL AS ' || wanted.type || ') AS ' || field
            ELSE '"' || field || '"' END, ', ')
        || CASE WHEN count(there.name) > 0
            THEN ' FROM "' || place || '"' ELSE ' WHERE false' END || ');'
    FROM wanted LEFT JOIN pragma_table_info(place) AS there
        ON there.name = field
    GROUP BY place
)
SELECT '.bail on
.timeout 10000
BEGIN;' UNION ALL SELECT text FROM made UNION ALL SELECT 'COMMIT;';
