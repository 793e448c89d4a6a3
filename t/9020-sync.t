#!/bin/sh
# SPDX-License-Identifier: ISC
# A copy that follows its tenant: what is gone there goes here, rows of parents
# that have none any more and of parents that are gone among them.
. "${0%/*}/lib.sh"

mock

# sync RESOURCE...: leaves the statuses of both programs in $both.
sync() {
	{
		logto-fetch "$@" </dev/null 2>fetch.err
		echo $? >fetch.status
	} | ndjson-to-sql --sync out.db 2>load.err
	load=$?
	both="$(cat fetch.status) $load"
}

# holders [WHERE]: the rows of the relation.
holders() {
	sqlite3 out.db "SELECT role_id, id FROM roles_users WHERE ${1:-true}
		ORDER BY 1, 2"
}

sync 'roles/*/users'
is "$both" '0 0' 'the holders of all roles'
sqlite3 out.db 'SELECT role_id FROM roles_users GROUP BY 1
	HAVING count(*) > 1 ORDER BY 1' >roles
emptied=$(sed -n 1p roles)
deleted=$(sed -n 2p roles)
kept=$(sed -n 3p roles)
ok "$([ -n "$kept" ]; echo $?)" 'three roles have holders'
holders >before

logto-fetch "roles/$kept/users" </dev/null | ndjson-to-sql --sync out.db
is "$(holders)" "$(cat before)" 'the holders of one role say nothing of others'
logto-fetch 'roles/*/users' --limit 1 </dev/null >limited
logto-fetch 'roles/*/users' --raw </dev/null >raw
logto-fetch 'roles/*/users?x=1' </dev/null >asked
logto-fetch 'roles/*/users' --jq . </dev/null >filtered
is "$(grep -l '_rows' limited raw asked filtered)" '' \
	'nor do a part of them, and what is filtered'

rules "GET /api/roles/$emptied/users: json \"[]\" total 0" \
	"GET /api/roles nth=1: delete roles $deleted"
sync 'roles/*/users'
is "$both" '0 0' 'a role has lost its holders, another one is gone'
is "$(holders)" \
	"$(grep -v -e "^$emptied|" -e "^$deleted|" before)" \
	'... and the rows of both'

rules 'GET /api/roles/*/users: json "[]" total 0'
sync 'roles/*/users'
is "$both" '0 0' 'no role has a holder'
is "$(holders)" '' '... and no row is left'

rules '# none'
sync --all
is "$both" '0 0' 'a whole tenant'
ok "$([ "$(holders | wc -l)" -gt 0 ]; echo $?)" '... has holders again'
gone=$(holders | sed -n '1s/|.*//p')
rules "GET /api/roles nth=1: delete roles $gone"
sync --all
is "$both" '0 0' '... without one of its roles'
is "$(holders "role_id = '$gone'")" '' '... loses the rows of that one'
ok "$([ "$(holders | wc -l)" -gt 0 ]; echo $?)" '... and keeps the others'

done_testing
