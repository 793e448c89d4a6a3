#!/bin/sh
# logto-token prints a token in each of its forms, and nothing else; its
# command line behaves as its manual says.
. "${0%/*}/lib.sh"

mock

# --- forms

run logto-token
exits 0 'a token'
like "$(cat out)" '^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$' \
	'three parts of base64url'
is "$(wc -l <out | tr -d ' ')" 1 'one line'
is "$(cat err)" '' 'nothing to say'
token=$(cat out)
is "$(curl -sS -o body -w '%{http_code}' -H "Authorization: Bearer $token" \
	"$LOGTO_ENDPOINT/api/roles")" 200 'the API takes it'
run logto-token --header
is "$(cat out)" "Authorization: Bearer $token" '--header is a header'
is "$(logto-token -H | curl -sS -o body -w '%{http_code}' -H @- \
	"$LOGTO_ENDPOINT/api/roles")" 200 'for curl -H @-'
run logto-token --json
like "$(cat out)" "^\{\"access_token\":\"$token\",\"expires_in\":3(600|59[0-9]),\"token_type\":\"Bearer\",\"scope\":\"all\"\}\$" \
	"--json is the server's answer"
run logto-token --claims
exits 0 '--claims'
is "$(jq -r '.claims | "\(.client_id) \(.scope) \(.aud)"' out)" \
	'app all https://default.logto.app/api' '--claims has the claims'
is "$(jq -r '.header | "\(.alg) \(.typ)"' out)" 'ES384 at+jwt' 'and the header'
is "$(jq '.expires_in > 3500 and .expires_in <= 3600' out)" true \
	'and the seconds left'
unlike "$(cat out)" "$token" 'but not the token'
like "$(cat err)" '^logto-token: note: the token expires in (1 hour|59 minutes.*)$' \
	'the time left in words'
run logto-token --claims -q
is "$(cat err)" '' '-q leaves that out'

mock --token-lifetime 90061
run logto-token --claims
like "$(cat err)" 'expires in 1 day 1 hour$' 'the two greatest units'
run logto-token --json
like "$(cat out)" '"expires_in":90061,|"expires_in":900[56][0-9],' \
	'another lifetime'
rules 'POST /oidc/token: status 200 json "{\"token_type\": \"bearer\",\n \"access_token\": \"opaque\", \"scope\": \"x all y\"}"'
run logto-token --refresh
is "$(cat out)" opaque 'a token that is no JWT, and has no lifetime'
run logto-token --refresh --json
is "$(jq -c . out)" '{"token_type":"bearer","access_token":"opaque","scope":"x all y"}' \
	'an answer in another order passes through'
run logto-token --refresh --claims
fails 5 'no JWT' 'but has no claims'
rules ''

# --- options

run logto-token --help
exits 0 '--help'
is "$(cat err)" '' 'on standard output'
ok "$([ "$(wc -l <out)" -le 24 ]; echo $?)" 'in 24 lines'
like "$(head -2 out)" 'logto-fetch logs \| ndjson-to-sql' 'with an example'
ok "$(awk 'length > 80' out | grep -c .)" 'of 80 columns'
run logto-token -h
exits 0 '-h'
run logto-token --version
exits 0 '--version'
is "$(cat out)" "logto-token $(cat "$root/VERSION")" 'the version'

while read -r pattern arguments; do
	# shellcheck disable=SC2086 # a list of arguments
	run logto-token $arguments
	exits 2 "misuse: $arguments"
	is "$(cat out)" '' 'prints nothing'
	is "$(sed -n 2p err)" "try 'logto-token --help'" 'points to the help'
	like "$(sed -n 1p err)" "$pattern" "says what is wrong: $arguments"
	is "$(wc -l <err | tr -d ' ')" 2 'in two lines'
done <<'EOT'
did.you.mean.'--claims' --claim
did.you.mean.'--refresh' --refres
did.you.mean.'--header' --haeder
unknown.option.'--nothing' --nothing
unknown.option.'-X' -X
takes.no.value --json=x
needs.a.value --endpoint
needs.a.value -P
too.much app
do.not.go.together --json --header
do.not.go.together -cj
do.not.go.together --no-cache --cache-dir .
whole.number --retry x
whole.number --retry 101
takes.a.time --min-ttl soon
given.no.value --cache-dir=
takes.a.time --max-time -1
EOT
run logto-token --
exits 0 '-- ends the options'
run logto-token -- -q
fails 2 "'-q' is too much" 'what follows it is none'
run logto-token -Hq --retry=1 --retry=2
exits 0 'letters together, and the last value wins'

# --- where the output goes

for form in '' --header --json --claims --check --help --version; do
	# shellcheck disable=SC2086 # empty is no argument
	logto-token -q $form >/dev/full 2>err
	is $? 1 "a full disk: ${form:-the token}"
	like "$(cat err)" 'standard output.*No space left' 'is told'
done
logto-token >&- 2>err
is $? 1 'standard output is closed'
like "$(cat err)" 'cannot write to standard output' 'is told'
before=$(stat_of token_requests)
logto-token --refresh >&- 2>err
is "$(stat_of token_requests)" "$before" 'before anything is asked for'
logto-token 2>&- >out
is $? 0 'standard error is closed'
{
	logto-token
	echo $? >status
} 2>err | :
is "$(cat err)" '' 'a reader that went away is no news'
like "$(cat status)" '^(0|141)$' 'and ends it as a signal would'

# --- ends on request

rules 'POST /oidc/token: delay 30000'
: >err # of the run before
logto-token --no-cache -vv >out 2>err &
pid=$!
tries=0
until grep -q '> POST' err || [ $tries -gt 200 ]; do
	tries=$((tries + 1))
	sleep 0.05
done
kill -TERM $pid
wait $pid 2>/dev/null
is $? 143 'a signal ends it, as by that signal'
is "$(cat out)" '' 'without a token'
unlike "$(cat err)" 'stopped|signal' 'and without a complaint'
done_testing
