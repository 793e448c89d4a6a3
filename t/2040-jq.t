#!/bin/sh
# SPDX-License-Identifier: ISC
# --jq: what passes, what is altered and how, and what a program cannot do.
. "${0%/*}/lib.sh"

mock
LOGTO_TOKEN=$(logto-token)
export LOGTO_TOKEN
fetch() {
	run logto-fetch "$@" </dev/null
}

# serves TEXT: the answer of /api/x from now on.
serves() {
	rules "GET /api/x: status 200 json \"$(printf '%s' "$1" | sed 's/["\\]/\\&/g')\""
}

# yields RECORD PROGRAM WANTED NAME: what becomes of one record.
yields() {
	serves "$1"
	fetch x --jq "$2"
	is "$status: $(cat out)" "0: $3" "$4"
}

# refuses RECORD PROGRAM STATUS PATTERN NAME
refuses() {
	serves "$1"
	fetch x --jq "$2"
	fails "$3" "$4" "$5"
}

# --- what passes

fetch logs
grep '"result":"Error"' out >wanted
fetch logs --jq 'select(.payload.result == "Error")'
exits 0 'select'
cmp -s out wanted
ok $? 'select gives records on as they are'
yields '{"id":"a","n":1.50,"s":"\/\u00e9"}' . \
	'{"_resource":"x","id":"a","n":1.50,"s":"\/\u00e9"}' \
	'an identity keeps every byte'
yields '{"id":"a","n":1.50,"s":"\/"}' '{n,s,new:(.n+1)}' \
	'{"_resource":"x","n":1.50,"s":"\/","new":2.5}' \
	'members that are left alone keep theirs'
yields '{"id":"a","l":[1,2]}' '.l[] as $v | {v:$v}' \
	'{"_resource":"x","v":1}
{"_resource":"x","v":2}' 'several outputs, each a record'
yields '{"id":"a"}' empty '' 'no output'
yields '{"id":"a"}' '{}' '{"_resource":"x"}' 'an empty object'
yields '{"id":"a"}' '._resource = "y" | ._key = []' '{"_resource":"x","id":"a"}' \
	'our members stay ours'
yields '{"id":"a"}' 'del(._resource)' '{"_resource":"x","id":"a"}' \
	'and cannot be lost'
yields '{"id":"a"}' '{r:._resource}' '{"_resource":"x","r":"x"}' \
	'but can be read'
serves '[{"id":"a","v":[1]},{"id":"b","v":[2]}]'
fetch x --raw --jq '.id, .v'
is "$(tr '\n' ' ' <out)" '"a" [1] "b" [2] ' '--raw: any value'
fetch x --jq '{a:1},{a:2}' -n 3
is "$(wc -l <out | tr -d ' ')" 3 '--limit counts what comes out'
role=$(logto-fetch roles --raw --jq 'select(.usersCount > 0).id' </dev/null |
	tr -d '"' | head -n 1)
fetch "roles/$role/users" -n 1 --jq '{id}'
like "$(cat out)" \
	"^\\{\"_resource\":\"roles_users\",\"_parent\":\\{\"roleId\":\"$role\"\\},\"id\":\"[0-9a-z]+\"\\}\$" \
	'_parent is kept'
fetch 'applications/*/secrets' -n 1 --jq '{name,value}'
like "$(cat out)" '"_key":\["name"\],"name":.*,"value":null\}$' \
	'_key is kept, and a secret is not there to be read'

# --- numbers that a double cannot hold

big='{"id":"a","big":12345678901234567890,"d":0.1234567890123456789,"e":1e1000,"n":3}'
for program in . 'select(.n == 3)' 'select(.big > 0)' 'del(.nothing)'; do
	yields "$big" "$program" "{\"_resource\":\"x\",${big#\{}" \
		"$program: not rounded"
done
yields "$big" '{big,d,e,m:(.n*2)}' \
	'{"_resource":"x","big":12345678901234567890,"d":0.1234567890123456789,"e":1e1000,"m":6}' \
	'passed around what is new'
yields "$big" '{m:.n}' '{"_resource":"x","m":3}' 'left out'
yields '{"id":"a","p":{"big":9007199254740993}}' '.q = 1' \
	'{"_resource":"x","id":"a","p":{"big":9007199254740993},"q":1}' \
	'inside a member that is left alone'
for program in '{x:.big}' '{n:(.big+1)}' '{s:(.big|tostring)}' '.d += 1' \
	'{x:[.e]}' '{x:(.big == 12345678901234567890)}' 'select(.big > 8)|{n:1}' \
	'[.big]|{n:.[]}'; do
	refuses "$big" "$program" 5 'number that jq 1.6 would round' "$program"
done
yields '{"id":"a","n":9007199254740992,"x":123456789012345.0,"y":1e22,"z":-0}' \
	'{a:.n,b:.x,c:.y}' \
	'{"_resource":"x","a":9007199254740992,"b":123456789012345,"c":1e+22}' \
	'numbers that it holds'

# --- what is wrong

fetch users --jq '.['
fails 2 '--jq: syntax error.*at <top-level>, line 1' 'a syntax error'
fetch users --jq '.a |
nothing'
fails 2 '--jq: nothing/0 is not defined at <top-level>, line 2' \
	'an unknown function, with its line'
refuses '{"id":"a"}' '.id' 5 'no object.*--raw' 'a value that is no record'
refuses '{"id":"a"}' '.id.x' 5 'fails on a record: Cannot index string' \
	'a runtime error'
refuses '{"id":"a"}' 'error({a:1})' 5 'fails on a record: \{"a":1\}' \
	'an error that is an object'
refuses '{"id":"a"}' halt 2 'halts.*--limit' halt
refuses '{"id":"a"}' halt_error 2 'halts' halt_error
refuses '{"id":"a"}' 'input' 5 'fails on a record' input
refuses '{"id":"a"}' 'import "a" as a; .' 2 'module not found' import
refuses '{"id":"a"}' 'include "a"; .' 2 'module not found' include
serves '{"id":"a"}'
# What libjq held is lost with it; the sanitizer need not look for it.
run env ASAN_OPTIONS=detect_leaks=0 logto-fetch x --jq '1e18 | todate' </dev/null
exits 5 'abort() in libjq'
like "$(tail -n 1 err)" '^logto-fetch: x: libjq gave up on a record' \
	'abort() in libjq: a message'
like "$(cat out)" '^\{"_error":\{"status":5,' 'abort() in libjq: the fragment'
LOGTO_APP_SECRET=hushhush
yields '{"id":"a"}' '{e:env.LOGTO_APP_SECRET,v:$ENV.LOGTO_TOKEN,i:env.LOGTO_APP_ID}' \
	'{"_resource":"x","e":null,"v":null,"i":"app"}' 'secrets cannot be seen'
fetch x --jq 'env | tostring | {e:.}'
unlike "$(cat out err)" 'hushhush' 'nor found by search'
fetch x --jq 'debug | {a:1}'
is "$(cat err)" 'logto-fetch: note: --jq: {"_resource":"x","id":"a"}' debug
deep=$(perl -e 'print "[" x 300, "]" x 300')
serves "{\"id\":\"a\",\"deep\":$deep}"
fetch x --jq .
fails 5 'libjq cannot read a record' 'deeper than libjq goes'

done_testing
