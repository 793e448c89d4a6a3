#!/bin/sh
# Servers that mean harm: whatever they send, the programs end soon, take little
# memory, and say what is wrong. doc/logto-pipeline.7, HOSTILE INPUT, has the
# same cases.
. "${0%/*}/lib.sh"

mock --users 450 --logs 1500
tenant=$LOGTO_ENDPOINT
logto-token >token

# --- what is no HTTP, or has no end

mkfifo hold
"$root/t/hostile" port word <hold 2>hostile.log &
exec 8>hold
while [ ! -s port ]; do sleep 0.05; done
hostile=http://127.0.0.1:$(cat port)

# answers WORD FETCH_STATUS TOKEN_STATUS PATTERN: what t/hostile's WORD comes to.
answers() {
	echo "$1" >word
	bounded 1500 logto-fetch -e "$hostile" --retry $tries --max-time "$patience" \
		users <token
	fails "$2" "$4" "logto-fetch, $1"
	bounded 1500 logto-token -e "$hostile" --retry $tries --max-time "$patience" \
		--no-cache
	fails "$3" "${5-$4}" "logto-token, $1"
	is "$(cat out)" '' "logto-token, $1: no token"
}
patience=60s
tries=1
large="the answer's header is larger than"
for word in endless-lines endless-line endless-links endless-cookies \
	endless-status endless-interim endless-trailers; do
	answers $word 5 5 "$large"
done
for word in endless-body endless-string endless-brackets endless-chunks \
	wrong-length; do
	answers $word 5 5 'the answer is larger than 64 MB'
done
long="token endpoint's answer is longer than 65536 bytes"
many='JSON of more than 16777216 values, names, commas and brackets'
answers many-values 5 5 "$many" "$long"
answers many-records 5 5 "$many" "$long"
answers deep 5 5 'JSON nested deeper than 1024 levels' "$long"
for word in ssh old-http binary; do
	answers $word 2 2 'does not speak HTTP; check the endpoint'
done
answers header-nul 5 5 'Nul byte in header'
answers many-encodings 5 5 'more than 5 content encodings'
for word in header-cut interim-cut; do
	answers $word 4 4 'after 2 tries: .*the answer ends within its header'
done
answers two-lengths 4 4 'after 2 tries: .*bytes remaining to read'
echo no-tls >word
run logto-fetch --retry 0 -e "https://${hostile#http://}" users <token
fails 2 'does not speak TLS' 'plain HTTP where TLS is expected'
patience=200ms
tries=0
for word in drip-status drip-header drip-body silence endless-extension; do
	answers $word 4 4 'timed out'
done
echo two-totals >word
run logto-fetch -e "$hostile" users <token
exits 0 'two Total-Numbers: the first one counts'
exec 8>&-
is "$(cat hostile.log)" '' 'the server has nothing to say'

# --- what a server counts

export LOGTO_ENDPOINT="$tenant"
# counts RULE STATUS PATTERN NAME [MOST_REQUESTS]: for users, then for logs.
counts() {
	for list in users logs; do
		curl -sS -X DELETE "$LOGTO_ENDPOINT/_mock/requests" >/dev/null
		rules "GET /api/*: $1"
		bounded 500 logto-fetch $list <token
		fails "$2" "$3" "$list, $4"
		ok "$([ "$(requests | wc -l)" -le "${5-10}" ]; echo $?)" \
			"$list, $4: few requests"
	done
}
lacks='the answer lacks the header Total-Number'
counts 'total 9223372036854775808' 5 "$lacks" 'a total of 2^63'
counts 'total -1' 5 "$lacks" 'a total below 0'
counts 'total many' 5 "$lacks" 'a total that is no number'
counts 'total 9223372036854775807' 4 \
	'counts 9223372036854775807 records, but the last 1000 pages have none' \
	'a total of 2^63 - 1' 2100
counts 'json "[{\"id\":\"a\",\"createdAt\":1795400000000}]" total 4000000000' 4 \
	'counts 4000000000 records, but 100[0-9] pages have only 1' \
	'the same page for ever' 1100
counts 'total 0' 4 'counts 0 records where it gives|changes faster than' \
	'a total of 0' 100
# Totals that change are what living lists have: see t/2030.
rules 'GET /api/users nth=2+: total-add -100' 'GET /api/users nth=3: total-add 90'
bounded 500 logto-fetch users <token
exits 0 'totals that go down and up again'
is "$(wc -l <out | tr -d ' ')" 450 '... are no reason to lose records'
rules 'GET /api/logs: header Total-Number-Is-Capped true'
bounded 500 logto-fetch logs <token
fails 4 'a millisecond, and the server does not count them' \
	'a log that is never counted'

for ms in 9223372036854775807 -9223372036854775808 1e12 null; do
	for total in 1 100000; do
		rules "GET /api/logs: json \"[{\\\"id\\\":\\\"a\\\",\\\"createdAt\\\":$ms}]\" total $total"
		bounded 500 logto-fetch logs <token
		fails 5 'createdAt' "a log of $total rows with the time $ms"
	done
done

# --- what a server gives

# gives JSON STATUS PATTERN NAME
gives() {
	printf 'GET /api/users: json "%s" total 1\n' "$(printf '%s' "$1" |
		sed 's/[\"]/\\&/g')" | curl -sS -X PUT --data-binary @- \
		"$LOGTO_ENDPOINT/_mock/rules" >/dev/null
	bounded 500 logto-fetch users <token
	if [ "$2" -eq 0 ]; then
		exits 0 "$4"
		like "$(cat out)" "$3" "$4: comes as it is"
	else
		fails "$2" "$3" "$4"
	fi
}
gives '[{"id":1}]' 0 '"id":1}$' 'an id that is a number'
gives '[{"id":{"a":[1]}}]' 0 '"id":\{"a":\[1\]\}}$' 'an id that is an object'
gives '[{"x":1}]' 0 '"x":1}$' 'a record without an id'
gives '[{"id":"a","id":"b"}]' 0 '"id":"a","id":"b"}$' 'a record with two ids'
gives '[{"id":"\u0000\u001b[31m"}]' 0 '\\u0000\\u001b' 'an id of controls'
gives '[1]' 5 'a list of plain values, not of records' 'numbers for records'
gives '"x"' 5 'no list of records' 'a text for a list'
gives '[{"id":"a","_resource":"evil"}]' 5 "'_resource' .* reserved" \
	'a record that names its table'
gives '[{"id":"a","_error":{"status":0}}]' 5 "'_error' .* reserved" \
	'a record that speaks for the stream'

# --- where a server sends us

for to in http://127.0.0.1:9/ https://evil.example/ file:///etc/passwd \
	//evil.example/ gopher://127.0.0.1/; do
	rules "GET /api/*: redirect $to" "POST /oidc/*: status 307 redirect $to"
	run logto-fetch users <token
	fails 2 "redirect to '$to'.*not followed" "logto-fetch, a redirect to $to"
	run logto-token --refresh
	fails 2 "redirect to '$to'.*not followed" "logto-token, a redirect to $to"
done
rules 'GET /api/users: json "[{\"id\":\"a\"}]" total 1 header Link "<file:///etc/passwd>; rel=next"'
run logto-fetch users <token
exits 0 'a Link to elsewhere is not followed'

# --- when a server will be asked again

# waits VALUE: Retry-After, of which none makes us wait beyond our budget, or
# ask at once for ever.
for value in 0 -5 -9223372036854775808 date-100000 soon; do
	curl -sS -X DELETE "$LOGTO_ENDPOINT/_mock/requests" >/dev/null
	rules "GET /api/users: status 429 retry-after \"$value\""
	bounded 500 logto-fetch --retry 1 --retry-max-time 20s users <token
	fails 4 'too many requests' "Retry-After: $value"
	like "$(requests | wc -l)" '^ *[12]$' "... and few requests"
done
for value in 86400 99999999999999999999 date+100000; do
	rules "GET /api/users: status 429 retry-after $value"
	bounded 500 logto-fetch --retry-max-time 20s users <token
	fails 4 'too many requests' "Retry-After: $value is not waited for"
done
# A token that is refused for ever is replaced a few times.
printf '%s\n' 'GET /api/*: status 401 json "{\"code\":\"auth.unauthorized\",\"data\":{\"code\":\"ERR_JWT_EXPIRED\"}}"' |
	curl -sS -X PUT --data-binary @- "$LOGTO_ENDPOINT/_mock/rules" >/dev/null
curl -sS -X DELETE "$LOGTO_ENDPOINT/_mock/requests" >/dev/null
bounded 500 logto-fetch users <token
fails 3 'the token has expired' 'every token is refused'
ok "$([ "$(requests | wc -l)" -le 12 ]; echo $?)" '... after a few requests'
mock_stop

# --- who a server is

if command -v openssl >/dev/null; then
	echo insecure >"$HOME/.curlrc"
	for name in good other; do
		san=IP:127.0.0.1
		[ $name = good ] || san=DNS:other.example
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
			-nodes -keyout $name.key -out $name.pem -subj "/CN=$name" \
			-days 2 -addext "subjectAltName=$san" 2>/dev/null
	done
	# serves NAME FLAGS STATUS PATTERN: TLS with that certificate.
	serves() {
		mock --tls-cert $1.pem --tls-key $1.key
		run logto-fetch --retry 0 $2 users <token
		fails "$3" "$4" "TLS, $5"
		is "$(stat_of api_requests)" 0 "... the token was not sent"
	}
	serves good '' 2 'certificate.*; name the CA' 'a self-signed certificate'
	serves good '--cacert other.pem' 2 'certificate.*; name the CA' 'another CA'
	serves other '--cacert other.pem' 2 "the certificate is another host's" \
		"another host's certificate"
fi
done_testing
