#!/bin/sh
# SPDX-License-Identifier: ISC
# How requests are paced, renewed and carried: the rate, the pause that all
# share, tokens before they expire, connections that are kept, that do not come
# about, or carry HTTP/2. Time is only ever compared from below.
. "${0%/*}/lib.sh"

forget() {
	curl -sS -X DELETE "$LOGTO_ENDPOINT/_mock/requests" >/dev/null
}
# took_at_least MS COMMAND...: runs it.
took_at_least() {
	least=$1
	shift
	begin=$(perl -MTime::HiRes=clock_gettime,CLOCK_MONOTONIC -e \
		'print int(1000 * clock_gettime(CLOCK_MONOTONIC))')
	run "$@" </dev/null
	end=$(perl -MTime::HiRes=clock_gettime,CLOCK_MONOTONIC -e \
		'print int(1000 * clock_gettime(CLOCK_MONOTONIC))')
	ok "$([ $((end - begin)) -ge "$least" ]; echo $?)" \
		"$*: $((end - begin)) ms, at least $least"
}

# --- the rate

mock --logs 1500 --users 300
LOGTO_TOKEN=$(logto-token)
export LOGTO_TOKEN
took_at_least 800 logto-fetch logs --rate 20 -j 8 # 17 requests
exits 0 '--rate'
is "$(wc -l <out | tr -d ' ')" 1500 '--rate: every row'

# --- one pause for all

# A page that the server puts off is the next that is asked for, though others
# could be: none goes out meanwhile.
rules 'GET /api/logs nth=6 times=1: status 429 retry-after 1'
forget
took_at_least 1000 logto-fetch logs -j 1
exits 0 'a pause'
requests | awk '$4 == 429 { put_off = $3; next }
	put_off && !asked { asked = $3 }
	END { print put_off != "" && asked == put_off }' >same
is "$(cat same)" 1 'a pause: nothing else goes out before it is over'
is "$(requests | grep -c ' 429 ')" 1 'a pause: of one refusal'
# With several under way there are no more refusals than these.
rules 'GET /api/logs nth=6-9 times=4: status 429 retry-after 1'
forget
took_at_least 1000 logto-fetch logs -j 4
exits 0 'a pause of four'
is "$(requests | grep -c ' 429 ')" 4 'a pause of four: none runs into it'
is "$(wc -l <out | tr -d ' ')" 1500 'a pause of four: every row'
rules '# none'

# --- connections

# A server closes a connection that is kept while the next request is on its
# way; that is no failure and takes no try.
rules 'GET /api/logs nth=5 times=1: reset' 'GET /api/logs nth=9 times=1: close'
run logto-fetch logs -j 1 --retry 0 </dev/null
exits 0 'kept connections that are reset'
is "$(wc -l <out | tr -d ' ')" 1500 'kept connections that are reset: every row'
rules '# none'
mock --logs 1500 --users 300
LOGTO_TOKEN=$(logto-token)
before=$(stat_of connections)
run logto-fetch logs -j 4 </dev/null
after=$(stat_of connections)
is "$(($(stat_of api_requests) > 15 && after - before <= 5))" 1 \
	"connections are kept: $((after - before)) and one to count them"

# Nobody takes a connection that is made when the queue of those is full.
perl -MIO::Socket::INET -e '
	my $server = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1");
	my $port = $server->sockport;
	my @waiting = map { IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port",
		Blocking => 0) } 1 .. 4;
	open my $file, ">", "port.new"; print $file "$port\n"; close $file;
	rename "port.new", "port"; sleep 30' &
full_pid=$!
until [ -s port ]; do sleep 0.01; done
took_at_least 300 timeout 20 logto-fetch users --retry 0 --connect-timeout 300ms \
	-e "http://127.0.0.1:$(cat port)"
kill $full_pid
fails 4 'users: .*[Tt]imeout' '--connect-timeout'

# --- tokens

# A server whose clock is late would take these tokens for long: who changes
# them does so by himself.
mock --logs 1500 --users 10 --token-lifetime 2 --token-leeway 1000
unset LOGTO_TOKEN
took_at_least 2600 logto-fetch logs -j 1 --rate 6
exits 0 'renewed in time'
is "$(requests | grep -c ' 401 ')" 0 'renewed in time: never refused'
is "$(($(requests | awk '/ \/api\// { print $NF }' | sort -u | wc -l) >= 2))" 1 \
	'renewed in time: requests bear several tokens'

# Refused by a code that says so, they are renewed at once.
mock --logs 1500 --users 10
for fault in expire-tokens rotate-key; do
	logto-token --refresh >token
	forget
	rules "GET /api/logs page=4 times=1: $fault"
	run logto-fetch logs -j 1 <token
	exits 0 "$fault"
	rules '# none'
	is "$(wc -l <out | tr -d ' ')" 1500 "$fault: every row"
	is "$(requests | grep -c ' 401 ')" 1 "$fault: refused once"
	is "$(requests | awk '/ \/api\// { print $NF }' | uniq | wc -l | tr -d ' ')" 2 \
		"$fault: one token, and then another"
done
# Another refusal is none that a new token would mend.
for code in ERR_JWS_INVALID ERR_JWT_CLAIM_VALIDATION_FAILED ''; do
	forget
	rules "GET /api/logs page=4: status 401 json \"{\\\"code\\\":\\\"auth.unauthorized\\\",\\\"data\\\":{\\\"code\\\":\\\"$code\\\"}}\""
	logto-token >token
	run logto-fetch logs -j 1 <token
	fails 3 'logs: .*HTTP 401' "401 with the code '$code'"
	is "$(requests | grep -c -e ' 401 ' -e /oidc/token)" 1 '... is final'
done
rules '# none'

# --- a total that is no count

mock
LOGTO_TOKEN=$(logto-token)
export LOGTO_TOKEN
logto-fetch one-time-tokens </dev/null >all
for state in active consumed revoked expired; do
	wanted=$(grep -c "\"status\":\"$state\"" all)
	run logto-fetch one-time-tokens -p status=$state </dev/null
	is "$status $(grep -c "\"status\":\"$state\"" out) $(wc -l <out)" \
		"0 $wanted $wanted" "one-time-tokens that are $state: $wanted"
done
rules 'GET /api/one-time-tokens !page: status 500'
run logto-fetch one-time-tokens -p status=active --page-size 2 --retry 0 </dev/null
is "$status $(wc -l <out)" "0 $(grep -c '"status":"active"' all)" \
	'... in pages, whose total counts the others too'
rules '# none'

# --- HTTP/2, by a server that speaks it

if ! command -v nginx >/dev/null || ! command -v openssl >/dev/null ||
	! curl --version | grep -q HTTP2; then
	echo '# HTTP/2 goes untested: there is no nginx, openssl or HTTP/2 in curl'
	done_testing
fi
mkdir nginx
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
	-addext subjectAltName=DNS:localhost -keyout nginx/key.pem \
	-out nginx/cert.pem 2>/dev/null
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1,
	LocalAddr => "127.0.0.1")->sockport')
mock --logs 1500 --users 300 --endpoint "https://localhost:$port"
cat >nginx/nginx.conf <<EOT
daemon off;
pid $T/nginx/pid;
error_log $T/nginx/error.log;
worker_processes 1;
events { worker_connections 64; }
http {
	access_log $T/nginx/access.log;
	client_body_temp_path $T/nginx;
	proxy_temp_path $T/nginx;
	fastcgi_temp_path $T/nginx;
	uwsgi_temp_path $T/nginx;
	scgi_temp_path $T/nginx;
	server {
		listen 127.0.0.1:$port ssl http2;
		ssl_certificate $T/nginx/cert.pem;
		ssl_certificate_key $T/nginx/key.pem;
		location / { proxy_pass $LOGTO_ENDPOINT; }
	}
}
EOT
chmod 755 "$T"
nginx -p nginx -c nginx.conf -e error.log 2>nginx/startup &
nginx_pid=$!
tries=0
until curl -s -o /dev/null --cacert nginx/cert.pem "https://localhost:$port/" ||
	[ $tries -ge 200 ]; do
	tries=$((tries + 1))
	sleep 0.05
done
export LOGTO_CACERT="$T/nginx/cert.pem"
unset LOGTO_TOKEN
run logto-fetch logs -j 8 -e "https://localhost:$port" </dev/null
exits 0 'HTTP/2'
is "$(wc -l <out | tr -d ' ')" 1500 'HTTP/2: every row'
is "$(grep 'GET /api/logs' nginx/access.log | grep -c 'HTTP/2')" \
	"$(grep -c 'GET /api/logs' nginx/access.log)" 'HTTP/2: each request'
kill $nginx_pid
wait $nginx_pid 2>/dev/null
[ -s nginx/error.log ] && sed 's/^/# /' nginx/error.log nginx/startup >&2

done_testing
