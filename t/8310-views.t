#!/bin/sh
# The views of share/ over what a load makes: on a whole tenant, on one that
# lacks tables and columns, after a load that brings some, and the same in
# PostgreSQL and DuckDB.
. "${0%/*}/lib.sh"
. "$root/t/postgres.sh"

share=$root/share
views() {
	sqlite3 "$1" <"$share/logto-tables.sqlite.sql" | sqlite3 "$1" &&
		sqlite3 "$1" <"$share/logto-views.sql"
}
ask() {
	sqlite3 out.db "$1" 2>&1
}

mock
logto-fetch --all >all.ndjson
logto-fetch 'users/*/mfa-verifications' >mfa.ndjson
logto-fetch 'users/*/personal-access-tokens' >tokens.ndjson
cat all.ndjson mfa.ndjson tokens.ndjson >tenant.ndjson
mock_stop
ndjson-to-sql -q out.db tenant.ndjson
run views out.db
exits 0 'they are made'
is "$(cat out err)" '' 'without a word'

# What each view shows, counted from the records themselves.
is "$(ask 'SELECT sum(sign_ins) FROM logto_sign_ins_per_day')" \
	"$(jq -c 'select(.key == "Interaction.SignIn.Submit" and
		.payload.result == "Success")' all.ndjson | wc -l |
		tr -d ' ')" 'sign-ins per day'
is "$(ask 'SELECT day, users FROM logto_daily_active_users')" \
	"2026-11-24|$(jq -r 'select(._resource == "logs" and
		.payload.result == "Success") | .payload.userId // empty' \
		all.ndjson | sort -u | wc -l | tr -d ' ')" \
	'daily active users'
is "$(ask 'SELECT sum(users) FROM logto_new_users_per_day')" 250 'new users'
is "$(ask 'SELECT * FROM logto_sign_in_funnel')" '2026-11-24|25|19|19|19' \
	'the funnel'
is "$(ask "SELECT reason, failures FROM logto_failures_by_reason
	WHERE key LIKE 'Interaction.%' ORDER BY 1")" \
	'session.invalid_credentials|4
user.suspended|2' 'reasons that are codes'
is "$(ask "SELECT failures FROM logto_failures_by_reason
	WHERE reason = 'client authentication failed'")" 50 \
	'reasons that stand in JSON text'
is "$(ask 'SELECT sum(failures) FROM logto_failures_by_reason')" \
	"$(jq -c 'select(._resource == "logs" and .payload.result == "Error")' \
		all.ndjson | wc -l | tr -d ' ')" 'no failure is left out'
is "$(ask "SELECT sum(users) FROM logto_mfa_adoption WHERE factor = 'none'")" \
	"$((250 - $(jq -r ._parent.userId mfa.ndjson | sort -u | grep -vc null)))" \
	'users without a second factor'
for pair in 'roles/*/users roles_users' 'roles/*/applications roles_applications'; do
	table=${pair#* }
	kind=${table#roles_}
	is "$(ask "SELECT count(*) FROM logto_who_has_which_role
		WHERE organization IS NULL AND kind = '${kind%s}'")" \
		"$(jq -c --arg t "$table" \
			'select(._resource == $t and ._rows != 0)' \
			all.ndjson | wc -l | tr -d ' ')" "the tenant's roles of $kind"
done
is "$(ask "SELECT count(role) FROM logto_who_has_which_role
	WHERE organization IS NOT NULL AND kind = 'user'")" \
	"$(jq -r 'select(._resource == "organizations_users") |
		.organizationRoles[]?.id' all.ndjson | wc -l | tr -d ' ')" \
	'roles in organizations'
is "$(ask "SELECT count(role) FROM logto_who_has_which_role
	WHERE organization IS NOT NULL AND kind = 'application'")" \
	"$(jq -r 'select(._resource == "organizations_applications") |
		.organizationRoles[]?.id' all.ndjson | wc -l | tr -d ' ')" \
	'and those of applications'
named=$(jq -r 'select(._resource == "logs") | .payload.applicationId // empty' \
	all.ndjson | sort -u)
is "$(ask 'SELECT count(*) FROM logto_orphaned_applications')" \
	"$(jq -r 'select(._resource == "applications" and .id) | .id' \
		all.ndjson | grep -vcxF "$named")" 'orphaned applications'
is "$(ask "SELECT count(*) FROM logto_expiring_secrets")" \
	"$(jq -c 'select((._resource == "applications_secrets" or
		._resource == "users_personal-access-tokens") and
		.expiresAt)' tenant.ndjson | wc -l | tr -d ' ')" \
	'secrets that expire'
printf '%s\n' "{\"_resource\":\"applications_secrets\",\"_key\":[\"name\"],\"_parent\":{\"applicationId\":\"a\"},\"name\":\"new\",\"expiresAt\":$(($(date +%s) + 864000))000}" |
	ndjson-to-sql -q out.db
is "$(ask "SELECT round(days_left, 1) FROM logto_expiring_secrets
	WHERE secret = 'new'")" 10.0 'the days that are left'

# A token without a sign-in is not in the funnel, nor one that came before; a
# sign-in without a token is not in its last step.
event() {
	printf '{"_resource":"logs","id":"%s","key":"%s","createdAt":%s,"payload":{"result":"Success","userId":"%s","applicationId":"a"}}\n' "$@"
}
{
	event 1 ExchangeTokenBy.AuthorizationCode 1795000000000 session
	event 2 ExchangeTokenBy.AuthorizationCode 1795000000000 before
	event 3 Interaction.SignIn.Submit 1795000001000 before
	event 4 Interaction.SignIn.Submit 1795000001000 both
	event 5 ExchangeTokenBy.AuthorizationCode 1795000002000 both
} >funnel.ndjson
ndjson-to-sql -q out.db funnel.ndjson
cat funnel.ndjson >>tenant.ndjson
is "$(ask 'SELECT * FROM logto_sign_in_funnel ORDER BY 1')" \
	'2026-11-18|0|0|2|1
2026-11-24|25|19|19|19' 'each step of the funnel is a part of the one before'

# Loads go on with views there, and bring columns.
printf '%s\n' '{"_resource":"users","id":"new","fresh":{"column":1}}' |
	ndjson-to-sql -q out.db
is "$(ask "SELECT fresh__column FROM users WHERE id = 'new'")" 1 \
	'a load adds a column below a view'
run ndjson-to-sql -q --replace out.db tenant.ndjson
exits 0 'and replaces tables'
run views out.db
exits 0 'the views are made again'
run ndjson-to-sql --describe=dot out.db
unlike "$(cat out err)" 'base_|logto_' '--describe shows no view'

# A tenant that lacks nearly everything.
printf '%s\n' '{"_resource":"logs","id":"1","key":"k","createdAt":1795500000000,"payload":{"result":"Error"}}' |
	ndjson-to-sql -q out2.db
mv out2.db out.db
run views out.db
exits 0 'where tables and columns are missing'
is "$(ask 'SELECT key, reason, failures FROM logto_failures_by_reason')" \
	'k||1' 'what is there is shown'
for view in $(sed -n 's/^CREATE VIEW \([a-z_]*\) AS/\1/p' \
	"$share/logto-views.sql"); do
	run sqlite3 out.db "SELECT * FROM $view"
	exits 0 "$view is there"
done

# One list of tables for all three.
for dialect in postgres duckdb; do
	is "$(grep "^    ('.*', '.*', '.*')" "$share/logto-tables.$dialect.sql")" \
		"$(grep "^    ('.*', '.*', '.*')" \
			"$share/logto-tables.sqlite.sql")" "$dialect: the same tables"
done

# The same answers from the other databases.
ndjson-to-sql -q same.db tenant.ndjson
views same.db
questions="SELECT * FROM logto_sign_in_funnel ORDER BY 1;
SELECT key, reason, failures FROM logto_failures_by_reason ORDER BY 1, 2;
SELECT factor, users FROM logto_mfa_adoption ORDER BY 1;
SELECT * FROM logto_who_has_which_role ORDER BY kind, id, organization, role;
SELECT id, roles, organizations FROM logto_orphaned_applications ORDER BY 1;
SELECT owner_id, secret FROM logto_expiring_secrets ORDER BY 1, 2;
SELECT * FROM logto_sign_ins_per_day; SELECT * FROM logto_daily_active_users;
SELECT * FROM logto_new_users_per_day;"
sqlite3 same.db "$questions" | sort >wanted
if [ -n "$postgres_bin" ]; then
	postgres
	ndjson-to-sql -q postgresql:// tenant.ndjson
	run "$postgres_bin/psql" -X -f "$share/logto-tables.postgres.sql" \
		-f "$share/logto-views.sql"
	exits 0 'PostgreSQL: they are made'
	sql "$questions" | sort >out
	is "$(cat out)" "$(cat wanted)" 'PostgreSQL: the same answers'
	run "$postgres_bin/psql" -X -f "$share/logto-tables.postgres.sql" \
		-f "$share/logto-views.sql"
	exits 0 'PostgreSQL: made again'
	run ndjson-to-sql --describe=mermaid postgresql://
	unlike "$(cat out err)" 'base_|logto_' 'PostgreSQL: --describe shows no view'
	like "$(cat out)" '"users" \{' 'PostgreSQL: but the tables'
	sql 'CREATE SCHEMA bare' >out
	PGOPTIONS='-c search_path=bare' run "$postgres_bin/psql" -X \
		-f "$share/logto-tables.postgres.sql" -f "$share/logto-views.sql"
	exits 0 'PostgreSQL: in a schema without tables'
fi
duckdb=${ENGINES:+$ENGINES/duckdb/duckdb}
if [ -n "$duckdb" ] && [ -x "$duckdb" ]; then
	export LIBDUCKDB="$ENGINES/duckdb/libduckdb.so"
	ndjson-to-sql -q same.duckdb tenant.ndjson
	"$duckdb" -noheader -list same.duckdb \
		<"$share/logto-tables.duckdb.sql" >base.sql
	cat base.sql "$share/logto-views.sql" >views.sql
	run "$duckdb" same.duckdb <views.sql
	exits 0 'DuckDB: they are made'
	printf '%s\n' "$questions" |
		"$duckdb" -noheader -list -nullvalue '' same.duckdb | sort >out
	is "$(cat out)" "$(cat wanted)" 'DuckDB: the same answers'
	run ndjson-to-sql --describe same.duckdb
	unlike "$(cat out err)" 'base_|logto_' 'DuckDB: --describe shows no view'
	like "$(cat out)" '^users: 250 rows' 'DuckDB: but the tables'
fi

done_testing
