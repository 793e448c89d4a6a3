#!/bin/sh
# SPDX-License-Identifier: ISC
# Faults of the network, of the server and of tokens: what passes is whole,
# what does not says why and how to go on.
. "${0%/*}/lib.sh"

mock --logs 1500 --users 450
logto-token >token
logto-fetch users <token >users.wanted
logto-fetch logs <token >logs.wanted

# survives NAME RULE...: users and logs come whole and in order all the same.
survives() {
	name=$1
	shift
	rules "$@"
	run logto-fetch users <token
	exits 0 "$name: users"
	cmp -s out users.wanted
	ok $? "$name: the same users"
	rules "$@"
	run logto-fetch logs <token
	exits 0 "$name: logs"
	cmp -s out logs.wanted
	ok $? "$name: the same logs"
}

# --- what is tried again

survives 'a reset' 'GET /api/* nth=2-3: reset'
survives 'a connection that closes' 'GET /api/* nth=2: close' \
	'GET /api/* nth=5: close'
survives 'a body that is cut' 'GET /api/* nth=3: cut 100'
survives 'a body that is cut by a reset' 'GET /api/* nth=3: cut-reset 3000'
survives 'a server error' 'GET /api/* nth=2: status 500' \
	'GET /api/* nth=4: status 503 html'
survives '429 with Retry-After' 'GET /api/* nth=2: status 429 retry-after 0'
survives '429 without' 'GET /api/* nth=3: status 429'
survives '429 of a date that has passed' \
	'GET /api/* nth=3: status 429 retry-after date-100'
survives 'a refusal that is not Logto'"'"'s' 'GET /api/* nth=2: status 404' \
	'GET /api/* nth=4: status 400 html'
survives 'HTML later' 'GET /api/* nth=3: html'
survives 'broken JSON' 'GET /api/* nth=3: bad-json'
survives 'broken JSON at first' 'GET /api/* nth=1: bad-json'
survives 'no type' 'GET /api/* nth=4: type none'
survives 'two faults at once' 'GET /api/* nth=2-4: reset' \
	'GET /api/* nth=5-6: status 502'

# A list that comes whole, but is too much for that, comes in pages.
logto-fetch applications <token >applications.wanted
rules 'GET /api/applications !page: gzip-bomb 100'
run logto-fetch applications <token
exits 0 'a list that is too large for one answer'
cmp -s out applications.wanted
ok $? 'a list that is too large for one answer: in pages'
rules 'GET /api/applications !page: status 500'
run logto-fetch --retry 0 applications <token
exits 0 'a list that the server cannot give whole'
cmp -s out applications.wanted
ok $? 'a list that the server cannot give whole: in pages'

# --- what is given up

rules 'GET /api/users page=3: status 500'
run logto-fetch --retry 2 users <token
fails 4 'users: page 3: .*3 tries.*HTTP 500.*request id.*194 records' \
	'a page that always fails'
rules 'GET /api/logs nth=4+: status 404'
run logto-fetch --retry 1 logs <token
fails 4 "logs: .*HTTP 404 without .* 2 tries.*resume with --until [0-9]{13}; [0-9]+" \
	'a path that is not there any more'
rules 'GET /api/users page=3: bad-json'
run logto-fetch --retry 0 users <token
fails 4 'users: page 3: the answer is cut or broken' 'a page of broken JSON'
curl -sS -X DELETE "$LOGTO_ENDPOINT/_mock/requests" >/dev/null
rules 'GET /api/users page=3: json "[{\"id\":\"\\ud800\"}]"'
run logto-fetch users <token
fails 5 'users: page 3: the answer is not valid JSON, twice the same: ' \
	'a page that will never be JSON'
is "$(requests | grep -c '/api/users?page=3')" 2 '... is asked for twice'
rules 'GET /api/users page=3: html'
run logto-fetch --retry 1 users <token
fails 4 "users: page 3: the answer is 'text/html.*not JSON.*2 tries" \
	'a page of HTML'
rules 'GET /api/users: html'
run logto-fetch users <token
fails 2 'not JSON.*check the endpoint' 'HTML at first'
rules 'GET /api/users: status 429'
run logto-fetch --retry-max-time 300ms users <token
fails 4 'too many requests' 'a budget of time'
# Each request is refused once, and would go on for ever with a budget of its
# own: what they lose adds up. (By chance it would have to be 20 waits of at
# most 250 ms that make less than a quarter of what they may.)
rules 'GET /api/organizations every=2: status 503 retry-after 0'
run logto-fetch --raw --page-size 1 -j 1 organizations <token
exits 0 'requests that fail once'
run logto-fetch --raw --page-size 1 -j 1 --retry-max-time 600ms organizations <token
fails 4 'organizations: page [0-9]+: .*after [0-9] tries.*HTTP 503' \
	'what all requests lose adds up'
rules 'GET /api/users page=2: gzip-bomb 100'
run logto-fetch users <token
fails 5 'the answer is larger than 64 MB' 'a body that explodes'
rules 'GET /api/users page=2: delay 60000'
run logto-fetch --retry 0 --max-time 200ms users <token
fails 4 'users: page 2: .*timed out' 'a server that is silent'
rules 'GET /api/users page=2: drip 100'
run logto-fetch --retry 0 --max-time 300ms users <token
fails 4 'users: page 2: .*timed out' 'a server that drips'
rules 'GET /api/users: redirect http://127.0.0.1:9/'
run logto-fetch users <token
fails 2 'redirect' 'a redirect is not followed'
rules 'GET /api/users: drop-header Total-Number'
run logto-fetch users <token
fails 5 'lacks the header Total-Number' 'a proxy that drops headers'
perl -e 'print "GET /api/users: header X-Long ", "x" x 110000, "\n"' |
	curl -sS -X PUT --data-binary @- "$LOGTO_ENDPOINT/_mock/rules"
run logto-fetch users <token
fails 5 "the answer's header is larger than libcurl takes" \
	'a line of the header that is too long'
rules '# none'

# --- names

# No server needs to be asked to know that this is no name.
export LOGTO_INSECURE_HTTP=1
run env LOGTO_ENDPOINT=http://no..host logto-fetch users <token
fails 2 "users: there is no host 'no\.\.host'; check the endpoint" \
	'a host that does not exist'
run env LOGTO_ENDPOINT=https://id.example.com https_proxy=http://no..proxy:1 \
	logto-fetch users <token
fails 2 "users: there is no proxy 'no\.\.proxy'; check https_proxy" \
	'a proxy that does not exist'
# A name server that does not answer is another thing. Where one may not have
# a network of one's own, this goes untested.
if unshare -rn true 2>/dev/null; then
	run unshare -rn "$(command -v logto-fetch)" --retry 1 \
		-e http://nohost.example -v users <token
	exits 4 'no name server'
	is "$(grep -c 'next try in' err)" 1 'no name server: tried again'
	like "$(tail -n 1 err)" 'no answer after 2 tries: .*resolve host' \
		'no name server: message'
fi
unset LOGTO_INSECURE_HTTP

# --- tokens

# A token is renewed after a 401 that a new one mends, and the run goes on.
rules 'GET /api/users page=3 times=1: expire-tokens'
run logto-fetch users <token
exits 0 'expired on the way'
cmp -s out users.wanted
ok $? 'expired on the way: the same users'
logto-token --refresh >token
rules 'GET /api/logs page=4 times=1: rotate-key'
run logto-fetch logs <token
exits 0 'the key was rotated on the way'
cmp -s out logs.wanted
ok $? 'the key was rotated: the same logs'
rules '# none'
curl -sS "$LOGTO_ENDPOINT/_mock/token?lifetime=-1" >old
run logto-fetch users <old
exits 0 'a token that had expired'
curl -sS -X DELETE "$LOGTO_ENDPOINT/_mock/requests" >/dev/null
run logto-fetch --token-command 'cat old' users </dev/null
fails 3 'expired' 'a command that gives nothing but expired tokens'
is "$(requests | grep -c 'GET /api/users.* 401')" 5 'and is not asked for ever'
run env -u LOGTO_APP_SECRET logto-fetch users <old
exits 2 'no way to a new token'
like "$(cat err)" 'no new one is to be had' 'no way to a new token: message'
logto-token --refresh >token
for claim in 'iss=https://x.logto.app/oidc' 'aud=https://x.logto.app/api' scope= ; do
	curl -sS "$LOGTO_ENDPOINT/_mock/token?$claim" >wrong
	run logto-fetch users <wrong
	fails 3 'HTTP 40[13]' "a token with $claim"
	is "$(requests | tail -n 1 | grep -c token)" 0 "$claim: no other token"
done

# Tokens that live for two seconds, in a run that lasts for longer.
mock --logs 1500 --users 10 --token-lifetime 2
logto-fetch logs -j 1 --rate 6 </dev/null >out 2>err
is $? 0 'tokens of two seconds'
is "$(wc -l <out | tr -d ' ')" 1500 'tokens of two seconds: every row'
like "$(curl -sS "$LOGTO_ENDPOINT/_mock/stats" | grep token_requests)" \
	' ([2-9]|[1-9][0-9])$' 'more than one was used'

# --- a token that does not come

mock --users 10
forget() {
	curl -sS -X DELETE "$LOGTO_ENDPOINT/_mock/requests" >/dev/null
}
# after COMMAND...: runs logto-fetch behind it.
after() {
	forget
	{
		"$@" 2>token.err
		echo $? >token.status
	} | logto-fetch users >out 2>err
	status=$?
}
for case in '3 status 401 json "{\"code\":\"oidc.invalid_client\"}"' \
	'4 status 500' '2 html'; do
	rules "POST /oidc/token: ${case#* }"
	after logto-token --retry 0
	is "$(cat token.status) $status" "${case%% *} ${case%% *}" \
		"no token through the pipe: ${case#* }"
	is "$(cat err)" 'logto-fetch: no token came from standard input but an empty line: logto-token, or what else is before the pipe, has failed' \
		'... said in a line'
	is "$(requests | grep -c .)" 1 '... and not tried by logto-fetch again'
	like "$(cat out)" "^{\"_error\":{\"status\":$status," '... and passed on'
done
rules '# none'
after logto-token --bogus
is "$(cat token.status) $status" '2 2' 'no token through the pipe: misuse'
is "$(logto-token --bogus 2>/dev/null; echo .)" "$(printf '\n\n.')" \
	'an empty line for each unit of the status'
logto-token --bogus >file 2>/dev/null
is "$(wc -c <file | tr -d ' ')" 0 'and none into a file'
after true
is "$status $(wc -l <out | tr -d ' ')" '0 10' \
	'a pipe with nothing in it, as of cron: logto-token is run'
echo >blank
run logto-fetch users <blank
fails 2 'standard input holds no token: its first line is empty' \
	'a file that begins with an empty line'

# logto-token is started with what it shall know of our patience.
mkdir bin
printf '%s\n' '#!/bin/sh' 'echo "$*" >arguments' 'exit 4' >bin/logto-token
chmod +x bin/logto-token
run env PATH="$T/bin:$PATH" logto-fetch --retry 2 --max-time 1500ms users </dev/null
exits 4 'a logto-token that fails'
is "$(cat arguments)" '--retry 2 --max-time 1500ms' 'is given --retry and times'
run env PATH="$T/bin:$PATH" logto-fetch --retry 2 --token-command \
	'logto-token --retry 5' users </dev/null
is "$(cat arguments)" '--retry 2 --retry 5' 'and what it has itself wins'
run env PATH="$T/bin:$PATH" logto-fetch users </dev/null
is "$(cat arguments)" '' 'and nothing where nothing was given'
run env PATH="$T/bin:$PATH" logto-fetch --retry 2 --token-command \
	'sh -c logto-token' users </dev/null
is "$(cat arguments)" '' 'nor another command'

# --- a server that restarts

mock --logs 1500 --users 10
port=${LOGTO_ENDPOINT##*:}
logto-token >token
rules 'GET /api/logs page=8: delay 60000'
logto-fetch logs -j 2 <token >out 2>err &
fetch_pid=$!
until [ "$(requests | grep -c 'page=7&')" -ge 1 ]; do sleep 0.01; done
kill -9 "$mock_pid"
wait "$mock_pid" 2>/dev/null
mock --logs 1500 --users 10 --port "$port"
wait $fetch_pid
is $? 0 'a server that restarts'
is "$(wc -l <out | tr -d ' ')" 1500 'a server that restarts: every row'

done_testing
