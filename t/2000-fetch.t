#!/bin/sh
# SPDX-License-Identifier: ISC
# Fetching lists and objects of the recorded tenant: names, shapes, paging.
. "${0%/*}/lib.sh"

mock

# fetch ARGUMENT...: with a token from logto-token, as a shell would run it.
fetch() {
	logto-token >token
	run logto-fetch "$@" <token
}

# ids FILE: the ids of its records.
ids() {
	sed -E 's/^\{("_resource":"[^"]*",)?("tenantId":"[^"]*",)?"id":"([^"]*)".*/\3/' "$1"
}

# --- each list, whole

for list in users:250 applications:33 organizations:25 roles:16 resources:11 \
	connectors:4 hooks:3 organization-roles:5 logs:; do
	name=${list%:*}
	rows=${list#*:}
	fetch "$name"
	exits 0 "$name"
	is "$(cat err)" "" "$name: silent"
	[ -z "$rows" ] || is "$(wc -l <out | tr -d ' ')" "$rows" "$name: rows"
	is "$(grep -c "^{\"_resource\":\"$name\",\"" out)" \
		"$(wc -l <out | tr -d ' ')" "$name: each is a record of it"
	is "$(ids out | sort | uniq -d)" "" \
		"$name: each once"
	is "$(tail -c 1 out | od -An -c | tr -d ' ')" '\n' "$name: ends whole"
done

# The record is the server's, byte for byte, behind our members.
fetch users -n 1
curl -s -H "Authorization: Bearer $(cat token)" \
	"$LOGTO_ENDPOINT/api/users?page=1&page_size=1" |
	sed 's/^\[{/{"_resource":"users",/; s/\]$//' >wanted
is "$(cat out)" "$(cat wanted)" "the server's own bytes"

# --- one at a time, in any spelling

id=$(ids out)
for path in "users/$id" "/users/$id" "api/users/$id" "/api/users/$id/"; do
	fetch "$path"
	exits 0 "$path"
	is "$(cut -c 1-41 out)" "{\"_resource\":\"users\",\"id\":\"$id\"," "$path"
done
fetch sign-in-exp
like "$(cat out)" '^\{"_resource":"sign-in-exp","tenantId"' 'a singleton'
fetch configs/admin-console
like "$(cat out)" '^\{"_resource":"configs_admin-console","_key":\[\],' \
	'a singleton without an id has the empty key'
fetch --raw sign-in-exp
like "$(cat out)" '^\{"tenantId"' '--raw adds no member'

# --- below a parent

fetch roles
grep '"type":"User".*"usersCount":[1-9]' out >user-roles
role=$(ids user-roles | head -n 1)
fetch "roles/$role/users"
like "$(head -n 1 out)" \
	"^\\{\"_resource\":\"roles_users\",\"_parent\":\\{\"roleId\":\"$role\"\\},\"id\"" \
	'_parent of a path that was named'
fetch 'roles/*/users'
exits 0 'roles/*/users'
is "$(wc -l <out | tr -d ' ')" 174 'roles/*/users: rows'
fetch 'organizations/*/users/*/roles'
exits 0 'two levels'
cp out roles
fetch 'organizations/*/users'
is "$(wc -l <roles | tr -d ' ')" "$(perl -MJSON::PP -ne '
	$n += @{decode_json($_)->{organizationRoles}}; END { print $n }' out)" \
	'two levels: the roles that the members have'
cp roles out
like "$(head -n 1 out)" \
	'"_parent":\{"organizationId":"[^"]*","userId":"[^"]*"\},' \
	'two levels: both parents'
fetch 'applications/*/secrets'
like "$(head -n 1 out)" '"_parent":\{"applicationId":"[^"]*"\},"_key":\["name"\],' \
	'_key where it is not id'
fetch 'users/*/sessions' -n 1
exits 0 'a list inside an object'

# --- several, in the order given

fetch roles hooks
exits 0 'two resources'
is "$(sed 's/^{"_resource":"\([^"]*\)".*/\1/' out | uniq | tr '\n' ' ')" \
	'roles hooks ' 'in the order given'

# --- a file, whole or not at all

fetch roles -o roles.ndjson
exits 0 '-o'
is "$(wc -l <roles.ndjson | tr -d ' ')" 16 '-o: the file'
is "$(cat out)" '' '-o: nothing on standard output'
ln -s roles.ndjson link
chmod 600 roles.ndjson
fetch hooks -o link
is "$status $(readlink link) $(wc -l <roles.ndjson | tr -d ' ')" \
	"0 roles.ndjson $(wc -l <link | tr -d ' ')" '-o LINK: what it leads to'
like "$(cat roles.ndjson)" '"_resource":"hooks"' '-o LINK: is written'
is "$(find . -perm 600 -name roles.ndjson)" ./roles.ndjson \
	'-o: the mode of the old file stays'
fetch roles -o roles.ndjson
rules 'GET /api/hooks: status 404'
fetch hooks -o roles.ndjson
exits 2 '-o: failure'
is "$(wc -l <roles.ndjson | tr -d ' ')" 16 '-o: the old file stays'
is "$(ls roles.ndjson*)" roles.ndjson '-o: nothing is left beside it'
rules '# none'

# --- parameters

fetch applications -p types=MachineToMachine -p types=SPA
exits 0 '-p'
is "$(grep -vc -e '"type":"MachineToMachine"' -e '"type":"SPA"' out)" 0 \
	'-p narrows the list'
fetch 'users?search=ada%25' -p isCaseSensitive=true
exits 0 'a query in the operand'
requests | grep -q 'users?search=ada%25&isCaseSensitive=true&page=1' ||
	requests >&2
ok $? 'both queries arrive'

# --- requests

requests >log
is "$(grep -c 'page_size=20' log)" 0 'no page of 20 rows'
unlike "$(cat log)" 'GET /users' 'no link without /api is followed'

# --- where the token comes from

run logto-fetch roles </dev/null
exits 0 'logto-token is run'
cp token plain
chmod 600 plain
run env -u LOGTO_APP_ID -u LOGTO_APP_SECRET logto-fetch --token-file plain roles </dev/null
exits 0 '--token-file'
run env -u LOGTO_APP_SECRET LOGTO_TOKEN="$(cat token)" logto-fetch roles </dev/null
exits 0 'LOGTO_TOKEN'
run env -u LOGTO_ENDPOINT logto-fetch roles <token
exits 0 'the endpoint of the issuer'
run logto-fetch --token-command 'cat token' roles </dev/null
exits 0 '--token-command'
run env PATH="$T" "$(command -v logto-fetch)" roles </dev/null
exits 2 'no logto-token'
like "$(cat err)" \
	'^logto-fetch: logto-token: command not found .*; install its program' \
	'no logto-token: what to do'
printf '%s\n' some ids >ids
run logto-fetch roles <ids
fails 2 'standard input holds no token' 'a list of ids'
unlike "$(cat err out)" 'some' 'a list of ids is not quoted'
chmod 644 plain
run logto-fetch --token-file plain roles </dev/null
fails 3 "plain" 'a token that others can read'

# --- misuse

run logto-fetch
fails 2 'no resource is named' 'nothing to do'
run logto-fetch users --all
fails 2 'contradict' 'a resource and --all'
run logto-fetch users --count --dry-run
fails 2 'do not go together' '--count and --dry-run'
run logto-fetch users --since 1h
fails 2 '--since and --until are for logs' '--since'
run logto-fetch logs --since yesterday
fails 2 '--since takes a time' 'a time that is none'
run logto-fetch 'users/../..'
fails 2 'made of dots' 'dots'
run logto-fetch "$LOGTO_ENDPOINT/api/users" </dev/null
fails 2 'this is a URL.*--endpoint' 'a URL as for curl'
run logto-fetch 'users/a*/roles'
fails 2 "'\*' stands for a whole segment" 'a star in a word'
run logto-fetch users -p search
fails 2 "param takes NAME=VALUE, not 'search'" 'a parameter without a value'
run logto-fetch users -p page=3
fails 2 "parameter 'page' cannot be set" 'page'
run logto-fetch 'custom-phrases/*'
fails 2 'no list gives the keys' 'a star without a list'
fetch organisations
fails 2 "did you mean 'organizations'" 'a misspelt name'
fetch users/nosuchid
fails 2 "users/nosuchid: not found.*is the id in the path right\? 'logto-fetch users' reads" \
	'an id that is not there'
fetch users/nope
fails 2 'not found.*HTTP 404.*request id' 'a user that is not there'
run logto-fetch --list
exits 0 '--list'
like "$(cat out)" '^roles/\*/users	paged	id	roleId	' '--list: a row'

done_testing
