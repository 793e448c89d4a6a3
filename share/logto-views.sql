-- SPDX-License-Identifier: ISC
-- What people ask of a Logto tenant, as views. They read the views base_NAME
-- that logto-tables.sqlite.sql (or .postgres.sql, .duckdb.sql) makes first, and
-- so work on a tenant that lacks some tables: they are empty then.
--
-- Days are days in UTC. The log names events as Logto 1.42 does. A sign-in is
-- a finished one, Interaction.SignIn.Submit; failures count tries.

DROP VIEW IF EXISTS logto_sign_ins_per_day;
CREATE VIEW logto_sign_ins_per_day AS
SELECT day, count(*) AS sign_ins,
    count(DISTINCT payload__user_id) AS users
FROM base_logs
WHERE key = 'Interaction.SignIn.Submit' AND payload__result = 'Success'
GROUP BY day;

-- Active is who did anything that succeeded: a sign-in, or a token renewed.
DROP VIEW IF EXISTS logto_daily_active_users;
CREATE VIEW logto_daily_active_users AS
SELECT day, count(DISTINCT payload__user_id) AS users
FROM base_logs
WHERE payload__result = 'Success' AND payload__user_id IS NOT NULL
GROUP BY day;

DROP VIEW IF EXISTS logto_new_users_per_day;
CREATE VIEW logto_new_users_per_day AS
SELECT day, count(*) AS users FROM base_users GROUP BY day;

-- How far sign-ins come: the page opened, a proof accepted (password, code,
-- passkey ...), finished, and later a token for the same user and application.
-- A token had in a session that was there already is none of them. Events, not
-- people: who has a second factor proves twice.
DROP VIEW IF EXISTS logto_sign_in_funnel;
CREATE VIEW logto_sign_in_funnel AS
SELECT day,
    sum(CASE WHEN key = 'Interaction.SignIn.Create'
        THEN 1 ELSE 0 END) AS opened,
    sum(CASE WHEN key LIKE 'Interaction.SignIn.Verification.%.Submit'
        THEN 1 ELSE 0 END) AS verified,
    sum(CASE WHEN key = 'Interaction.SignIn.Submit'
        THEN 1 ELSE 0 END) AS signed_in,
    sum(CASE WHEN key = 'Interaction.SignIn.Submit'
        AND last_at >= created_at THEN 1 ELSE 0 END) AS got_token
FROM base_logs
    LEFT JOIN (
        SELECT payload__user_id AS user_id,
            payload__application_id AS application_id,
            max(created_at) AS last_at
        FROM base_logs
        WHERE payload__result = 'Success'
            AND key = 'ExchangeTokenBy.AuthorizationCode'
        GROUP BY payload__user_id, payload__application_id
    ) AS token ON token.user_id = payload__user_id
        AND token.application_id = payload__application_id
WHERE payload__result = 'Success' AND key LIKE 'Interaction.SignIn.%'
GROUP BY day;

DROP VIEW IF EXISTS logto_failures_by_reason;
CREATE VIEW logto_failures_by_reason AS
SELECT key, reason, count(*) AS failures,
    min(created_at) AS first_at, max(created_at) AS last_at
FROM base_logs
WHERE payload__result = 'Error'
GROUP BY key, reason;

-- A row for each kind of second factor, and one for users who have none. It
-- needs the list users/*/mfa-verifications, which costs a request a user and
-- is not in --all. Where it was not read there is no row.
DROP VIEW IF EXISTS logto_mfa_adoption;
CREATE VIEW logto_mfa_adoption AS
SELECT factor, users,
    round(100.0 * users / (SELECT count(*) FROM base_users), 1) AS percent
FROM (
    SELECT type AS factor, count(DISTINCT user_id) AS users
    FROM base_users_mfa_verifications
    GROUP BY type
    UNION ALL
    SELECT 'none' AS factor, count(*) AS users
    FROM base_users
    WHERE id NOT IN (SELECT user_id FROM base_users_mfa_verifications
        WHERE user_id IS NOT NULL)
        AND EXISTS (SELECT 1 FROM base_users_mfa_verifications)
    HAVING count(*) > 0
) AS kinds;

-- Who has which role: of the tenant (organization is NULL) or in one of its
-- organizations. A member without a role has one row, with role NULL.
DROP VIEW IF EXISTS logto_who_has_which_role;
CREATE VIEW logto_who_has_which_role AS
SELECT NULL AS organization, 'user' AS kind, holder.id AS id,
    coalesce(holder.name, username, primary_email) AS name,
    roles.name AS role
FROM base_roles_users AS holder
    JOIN base_roles AS roles ON roles.id = role_id
UNION ALL
SELECT NULL, 'application', holder.id, holder.name, roles.name
FROM base_roles_applications AS holder
    JOIN base_roles AS roles ON roles.id = role_id
UNION ALL
SELECT organizations.name, 'user', member.id,
    coalesce(member.name, username, primary_email), role.name
FROM base_organizations_users AS member
    JOIN base_organizations AS organizations
        ON organizations.id = organization_id
    LEFT JOIN base_organizations_users__organization_roles AS role
        ON role._parent_id
            = '["' || organization_id || '","' || member.id || '"]'
UNION ALL
SELECT organizations.name, 'application', member.id, member.name, role.name
FROM base_organizations_applications AS member
    JOIN base_organizations AS organizations
        ON organizations.id = organization_id
    LEFT JOIN base_organizations_applications__organization_roles AS role
        ON role._parent_id
            = '["' || organization_id || '","' || member.id || '"]';

-- Applications that nothing in the loaded log names. The shorter the log, the
-- less that says: log_since is when it begins.
DROP VIEW IF EXISTS logto_orphaned_applications;
CREATE VIEW logto_orphaned_applications AS
SELECT id, name, type, created_at,
    (SELECT count(*) FROM base_roles_applications AS held
        WHERE held.id = application.id) AS roles,
    (SELECT count(*) FROM base_organizations_applications AS member
        WHERE member.id = application.id) AS organizations,
    (SELECT min(created_at) FROM base_logs) AS log_since
FROM base_applications AS application
WHERE id NOT IN (SELECT payload__application_id FROM base_logs
    WHERE payload__application_id IS NOT NULL);

-- Secrets of applications, and personal access tokens, that have an end;
-- days_left is negative behind it.
DROP VIEW IF EXISTS logto_expiring_secrets;
CREATE VIEW logto_expiring_secrets AS
SELECT 'application' AS kind, application_id AS owner_id,
    application.name AS owner, secret.name AS secret, expires_at, days_left
FROM base_applications_secrets AS secret
    LEFT JOIN base_applications AS application
        ON application.id = application_id
WHERE expires_at IS NOT NULL
UNION ALL
SELECT 'user', user_id, user_id, name, expires_at, days_left
FROM base_users_personal_access_tokens
WHERE expires_at IS NOT NULL;
