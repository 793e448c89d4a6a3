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
for program in . 'select(.n == 3)' 'del(.nothing)' 'select(.big != null)'; do
	yields "$big" "$program" "{\"_resource\":\"x\",${big#\{}" \
		"$program: not rounded"
done
yields "$big" '{big,d,x:[.e],m:(.n*2)}' \
	'{"_resource":"x","big":12345678901234567890,"d":0.1234567890123456789,"x":[1e1000],"m":6}' \
	'passed on, wherever it goes'
yields "$big" '{m:.n}' '{"_resource":"x","m":3}' 'left out'
yields '{"id":"a","p":{"big":9007199254740993}}' '.q = 1' \
	'{"_resource":"x","id":"a","p":{"big":9007199254740993},"q":1}' \
	'inside a member that is left alone'
for program in '{n:(.big+1)}' '{s:(.big|tostring)}' '.d += 1' \
	'select(.big > 8)|{n:1}' 'select(.big == .d)' '{n:(.big-.e)}' \
	'{l:([.big,.e]|unique|length)}'; do
	refuses "$big" "$program" 5 \
		'^logto-fetch: x: record "a": the --jq program calculates or compares with a number that jq 1.6 would round, such as 12345678901234567890 in .\.big.; it may only' \
		"$program"
done
refuses '{"id":"a"}' 'select(.x == 9007199254740993)' 2 \
	"'9007199254740993' is a number that jq 1.6 would round, at line 1, column 14" \
	'a number in the program'
yields '{"id":"a","n":9007199254740992,"x":123456789012345.0,"y":1e22,"z":-0}' \
	'{a:.n,b:.x,c:.y,d:[.z,.y]}' \
	'{"_resource":"x","a":9007199254740992,"b":123456789012345,"c":1e+22,"d":[-0,1e+22]}' \
	'numbers that it holds'
for program in '{a:nan}' '{a:infinite}'; do
	refuses '{"id":"a"}' "$program" 5 'record "a": .* JSON does not have' \
		"$program"
done

# --- what is wrong

fetch users --jq '.['
fails 2 '--jq: syntax error.*at <top-level>, line 1: \.\[$' 'a syntax error'
fetch users --jq '.a |
nothing'
fails 2 '--jq: nothing/0 is not defined at <top-level>, line 2' \
	'an unknown function, with its line'
refuses '{"id":"a"}' '.id' 5 'no object.*--raw' 'a value that is no record'
refuses '{"id":"a"}' '.id.x' 5 \
	'^logto-fetch: x: record "a": the --jq program fails: Cannot index string' \
	'a runtime error, and at which record'
refuses '{"id":"a"}' 'error({a:1})' 5 'fails: \{"a":1\}' \
	'an error that is an object'
refuses '{"id":"a"}' 'error(null)' 5 'fails: null' 'an error that is null'
refuses '{"id":"a"}' halt 2 'halts.*--limit' halt
refuses '{"id":"a"}' halt_error 2 'halts' halt_error
refuses '{"id":"a"}' 'input' 5 'one record at a time' input
yields '{"id":"a"}' '{l:[inputs]}' '{"_resource":"x","l":[]}' inputs
mkdir modules
echo 'def f: "reached";' >modules/m.jq
echo '"reached"' >modules/d.json
refuses '{"id":"a"}' 'import "m" as m {search:"./modules"}; {a:m::f}' 2 \
	"'import' asks for a module.* at line 1, column 1" import
refuses '{"id":"a"}' '
include "m" {search:"'"$T"'/modules"}; {a:f}' 2 \
	"'include' asks for a module.* at line 2, column 1" include
refuses '{"id":"a"}' 'import "d" as $d {search:"./modules"}; {a:$d}' 2 \
	'asks for a module' 'import of data'
refuses '{"id":"a"}' '{a:("m" | modulemeta)}' 5 'module not found' modulemeta
LOGTO_APP_SECRET=hushhush
export LOGTO_APP_SECRET
yields '{"id":"a"}' '{e:env.LOGTO_APP_SECRET,v:$ENV.LOGTO_TOKEN,i:env.LOGTO_APP_ID}' \
	'{"_resource":"x","e":null,"v":null,"i":"app"}' 'secrets cannot be seen'
fetch x --jq 'env | tostring | {e:.}'
unlike "$(cat out err)" 'hushhush' 'nor found by search'
fetch x --jq 'debug | {a:1}'
is "$(cat err)" 'logto-fetch: note: --jq: {"_resource":"x","id":"a"}' debug
fetch x --jq 'stderr | {a:1}'
is "$(cat err)" 'logto-fetch: note: --jq: {"_resource":"x","id":"a"}' stderr
serves '{"id":"a\u0000b","s":"\u0001"}'
fetch x --jq '{id,t:.s,n:(.id|length)}'
is "$(cat out)" '{"_resource":"x","id":"a\u0000b","t":"\u0001","n":3}' U+0000
serves '{"id":"\ud800"}'
fetch x --retry 0 --jq .
fails 4 'half a surrogate pair' 'half a surrogate pair'
deep=$(perl -e 'print "[" x 300, "]" x 300')
serves "{\"id\":\"a\",\"deep\":$deep}"
fetch x --jq .
fails 5 'not for libjq: .*256 levels' 'deeper than libjq goes'
refuses '{"id":"a"}' '{d:(reduce range(2000) as $i (null; [.]))}' 5 \
	'more than 1024 objects and lists' 'a result too deep'

# A list of several batches, which are not all answered when one fails.
# ends NAME ARG...: ended by a failure, and not by the clock.
ends() {
	name=$1
	shift
	run timeout 60 logto-fetch "$@" </dev/null
	exits 5 "$name: status 5"
	like "$(cat err)" '^logto-fetch: logs: record "[^"]+": the --jq program' \
		"$name: message"
	is "$(wc -l <err | tr -d ' ')" 1 "$name: one message"
}
ends 'the first record of a long list' logs --jq .id
ends 'with --limit' logs --jq .id -n 1
ends 'the program fails, with --limit' logs --jq 'error("x")' -n 1
ends 'at the first look of --follow' logs --jq .id --since 2000-01-01 \
	--follow=0.1
last=$(logto-fetch logs --jq '{id}' </dev/null | tail -n 1 |
	sed 's/.*"id":\("[^"]*"\).*/\1/')
ends 'the last record of a long list' logs \
	--jq "if .id == $last then .id else {} end"

# --- crashes, hangs, and the process

serves '[{"id":"a"},{"id":"b"},{"id":"c"}]'
fetch x --jq 'if .id == "b" then reduce range(1e6) as $i (null;[.]) else . end | {l:length}'
exits 5 'a crash'
is "$(cat err)" 'logto-fetch: x: record "b": the --jq program crashed (signal 11); values too deep and numbers out of range do that to libjq; 1 records were written before' \
	'a crash: one message that names the record'
is "$(head -n 1 out)" '{"_resource":"x","l":2}' 'what came before it is written'
like "$(tail -n 1 out)" '^\{"_error":\{"status":5,"message":"[^{]*$' \
	'a crash: the fragment'
refuses '{"id":"a"}' '1e18 | todate' 5 'record "a": .*crashed \(signal 6\)' \
	'abort() in libjq'
run logto-fetch 'hooks' --raw --jq '(.id | explode | 1e18 | todate)' </dev/null
like "$(cat err)" 'hooks: record "[0-9a-z]+": .*crashed' 'the record without _key'
role=$(logto-fetch roles --raw --jq 'select(.usersCount > 0).id' </dev/null |
	tr -d '"' | head -n 1)
LOGTO_APP_SECRET=s3cret
fetch 'applications/*/secrets' --jq '1e18 | todate'
like "$(cat err)" 'secrets: record "[A-Za-z0-9 ]+": .*crashed' \
	'a record that another member names'
case $build in
*asan | *tsan) ;;
*)
	refuses '{"id":"a"}' '("x" * 1e6) as $x | {a:[range(1e6) | $x + "y"]}' \
		5 'record "a": .*needs more than 1024 MB of memory' \
		'a program that takes all memory'
	run sh -c 'ulimit -v 400000 && exec "$@"' - logto-fetch x \
		--jq '{a: (reduce range(40) as $i ("x"; . + .))}' </dev/null
	fails 1 'record "a": there is no memory for what the --jq program does' \
		'a machine that has no more'
	;;
esac
serves '[{"id":"a"},{"id":"b"}]'
fetch x -n 3 --jq 'repeat(.)'
is "$status $(wc -l <out | tr -d ' ')" '0 3' '--limit ends a program without end'
fetch x logs -n 2 --jq 'repeat(.)'
is "$status $(grep -c '"_resource":"logs"' out)" '0 2' \
	'and the next resource has its own'
fetch logs --jq '{id}, {id}'
uniq out >once
is "$(sort -u out | wc -l)" "$(wc -l <once)" \
	'what comes of a record stays together'
logto-fetch logs --jq '{id}' -j 1 </dev/null >one
logto-fetch logs --jq '{id}' -j 16 </dev/null >many
cmp -s one many && cmp -s one once
ok $? 'the order is that of the records, whatever -j'
fetch x --jq '{id, t:("x" * 3e6)}, ., {n:1}'
is "$status $(wc -lc <out | xargs)" '0 6 6000170' 'values larger than any pipe'
fetch 'roles/*/users' --raw --jq .id
sort out >got
fetch 'roles/*/users' --raw
sed 's/.*"id":\("[^"]*"\).*/\1/' out | sort >wanted
cmp -s got wanted && [ -s got ]
ok $? 'many small lists'

# A look at the log ends with everything out.
logto-fetch logs --since 2000-01-01 --follow=0.1 --jq '{id}' </dev/null \
	>out 2>err &
pid=$!
rows=$(wc -l <one)
tries=0
until [ "$(wc -l <out)" -ge "$rows" ] || [ $tries -gt 200 ]; do
	tries=$((tries + 1))
	sleep 0.05
done
kill $pid
wait $pid 2>/dev/null
is "$(head -n "$rows" out)" "$(cat one)" '--follow'

# The process of the filter is the only child.
find_child() {
	perl -e 'for (glob "/proc/[0-9]*/stat") {
		open F, $_ or next;
		<F> =~ /^(\d+) \(.*\) (\S) (\d+)/ or next;
		print "$1\n" if $3 == $ARGV[0] && $2 ne "Z"
	}' "$1"
}

# hang SIGNAL: a program without end, and a signal; sets $status, $child.
hang() {
	logto-fetch x --jq 'def f: f; f' </dev/null >out 2>err &
	pid=$!
	before=$(requests | grep -c '/api/x')
	until [ "$(requests | grep -c '/api/x')" -gt "${asked:-0}" ]; do
		sleep 0.02
	done
	asked=$(requests | grep -c '/api/x')
	child=$(find_child $pid)
	kill -"$1" $pid
	wait $pid 2>/dev/null
	status=$?
}

serves '{"id":"a"}'
asked=$(requests | grep -c '/api/x')
if [ -d /proc/self ]; then
	# INT is ignored by what a shell runs in the background.
	for signal in TERM HUP KILL; do
		hang $signal 2>/dev/null
		case $signal in
		TERM) is $status 143 'SIGTERM ends a program without end' ;;
		HUP) is $status 129 'SIGHUP does' ;;
		KILL) is $status 137 'SIGKILL does' ;;
		esac
		tries=0
		while kill -0 "$child" 2>/dev/null && [ $tries -lt 100 ]; do
			tries=$((tries + 1))
			sleep 0.05
		done
		[ -n "$child" ] && ! kill -0 "$child" 2>/dev/null
		ok $? "$signal: and its process"
	done
fi

done_testing
