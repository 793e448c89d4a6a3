#!/bin/sh
# SPDX-License-Identifier: ISC
# Logs by time: windows on servers of each kind, following, and going on after
# a failure.
. "${0%/*}/lib.sh"

# rows FILE: the rows as "createdAt id", by time.
rows() {
	perl -ne '/"id":"([^"]+)","key":.*"createdAt":(\d+)\} *$/
		and print "$2 $1\n" or die $_' "$1" | sort -n
}

# between FROM TO: the rows of file all in [FROM, TO).
between() {
	awk -v from="$1" -v to="$2" '$1 >= from && $1 < to' all
}

# --- since <= createdAt < until, whatever the server makes of it

for version in 1.39 1.40 1.41 1.42; do
	mock --users 10 --logs 450 --ties 12 --logto-version $version
	LOGTO_TOKEN=$(logto-token)
	export LOGTO_TOKEN
	run logto-fetch logs </dev/null
	exits 0 "$version: all"
	rows out >all
	is "$(wc -l <all | tr -d ' ')" 450 "$version: every row"
	is "$(cut -d' ' -f2 all | sort | uniq -d)" '' "$version: once"
	from=$(awk 'NR == 100 { print $1 }' all)
	to=$(awk 'NR == 350 { print $1 }' all)
	for window in "$from $to" "$from $((to + 1))" "$((from + 1)) $to" \
		"$from $from" "$from $((from + 1))" "0 $to" "$to 1900000000000"; do
		# shellcheck disable=SC2086 # two words
		set -- $window
		run logto-fetch logs --since "$1" --until "$2" </dev/null
		rows out >got
		is "$status: $(cat got)" "0: $(between "$1" "$2")" \
			"$version: [$1, $2)"
	done
	tied=$(cut -d' ' -f1 all | uniq -c | sort -rn | awk 'NR == 1 { print $2 }')
	run logto-fetch logs --since "$tied" --until $((tied + 1)) </dev/null
	is "$(wc -l <out | tr -d ' ')" "$(grep -c "^$tied " all)" \
		"$version: rows that share a time"
done
run logto-fetch logs --since 2026-11-24T05:58:00Z --until '2026-11-24 06:00' </dev/null
exits 0 'ISO times'
rows out >got
is "$(cat got)" "$(between 1795499880000 1795500000000)" 'ISO times'
touch -d @1795499880 mark
run logto-fetch logs --since @mark --overlap 0s </dev/null
rows out >got
is "$(cat got)" "$(between 1795499880000 1900000000000)" '@FILE'
run logto-fetch logs --since 1d --until 7d </dev/null
fails 2 '^logto-fetch: --since 1d is later than --until 7d; swap them' \
	'a window that ends before it begins'
run logto-fetch logs --since @mark --until 2020-01-01 </dev/null
is "$status $(cat out err)" '0 ' 'a cursor later than --until: nothing new'
run logto-fetch logs --since 20261124 </dev/null
fails 2 "takes a time .* 2026-11-24, .*not '20261124'" 'a date of digits alone'
run logto-fetch logs --since '2026-11-24 05:58:00.000' </dev/null
rows out >got
is "$(cat got)" "$(between 1795499820000 1900000000000)" \
	'a cursor: from a minute before'

# --- more rows than the server counts

mock --users 10 --logs 23000
LOGTO_TOKEN=$(logto-token)
run logto-fetch logs </dev/null
exits 0 'a capped total'
is "$(wc -l <out | tr -d ' ')" 23000 'a capped total: every row'
is "$(perl -ne '
	$t = $1 if /"createdAt":(\d+)\} *$/; print "$.\n" if defined $p && $t > $p;
	$p = $t' out)" '' \
	'newest first'
requests >log
pages=$(grep -c '/api/logs?' log)
is "$(grep -c 'enableCap=true.* 200 ' log)" "$pages" \
	'no request makes the server count all'
is "$((pages < 250))" 1 "230 pages take $pages requests"
run logto-fetch logs -j 1 </dev/null
cp out one
run logto-fetch logs -j 16 </dev/null
cmp -s one out
ok $? 'the order does not depend on -j'

# --- a failure says how to go on

rules 'GET /api/logs page=50 nth=1+: status 403 json "{\"code\":\"auth.forbidden\"}"'
run logto-fetch logs </dev/null
exits 3 'a failure in the middle'
like "$(cat err)" 'resume with --until [0-9]{13}; [0-9]+ records' 'the hint'
sed '$d' out >first
until=$(sed -E 's/.*resume with --until ([0-9]+);.*/\1/' err)
rules '# none'
run logto-fetch logs --until "$until" </dev/null
exits 0 'going on'
cat first out >parts
rows parts | uniq >both
rows one | cmp -s - both
ok $? 'both parts together are everything'

# --- following

# awaits COUNT: until so many rows have come, each one's line at its end.
awaits() {
	tries=0
	until [ "$(wc -l <out)" -ge "$1" ]; do
		tries=$((tries + 1))
		[ $tries -lt 500 ] || return 1
		sleep 0.02
	done
}

mock --users 10 --logs 300 --token-lifetime 2
port=${LOGTO_ENDPOINT##*:}
unset LOGTO_TOKEN
oldest=$(logto-fetch logs -n 1 </dev/null | sed -E 's/.*"createdAt":([0-9]+)\} *$/\1/')
logto-fetch logs --follow=100ms --retry 0 --since "$oldest" </dev/null >out 2>err &
pid=$!
awaits 1
ok $? 'follow: what is there'
is "$(tail -c 3 out)" '}
 ' 'follow: at rest its newest line is whole, and the next one open'
rules 'GET /api/logs nth=1: insert logs 3'
awaits 4
ok $? 'follow: what comes'
rules 'GET /api/logs nth=2: insert logs 130' 'GET /api/logs page=2 times=1: status 500'
awaits 134
ok $? 'follow: more than a page, and a failure in the middle'
# Looks meet a proxy that does not know the path, at their first and at
# another request.
requests >log
before=$(grep -c ' 404 ' log)
rules 'GET /api/logs nth=1-2: status 404 html' \
	'GET /api/logs nth=4: status 404 html' \
	'GET /api/logs nth=7: status 404 html'
tries=0
until [ "$(requests | grep -c ' 404 ')" -ge $((before + 4)) ] ||
	[ $tries -ge 200 ]; do
	tries=$((tries + 1))
	sleep 0.02
done
kill -0 $pid
ok $? 'follow: a refusal that is not Logto'"'"'s'
kill -9 "$mock_pid"
wait "$mock_pid" 2>/dev/null
sleep 0.5
# What was there is there again: the mock keeps nothing.
echo 'GET /api/logs nth=1: insert logs 140' >again
mock --users 10 --logs 300 --token-lifetime 2 --port "$port" --rules again
awaits 141
ok $? 'follow: the server restarts'
sleep 2.2
rules 'GET /api/logs nth=1: insert logs 5 expire-tokens'
awaits 146
ok $? 'follow: tokens expire'
kill -TERM $pid
wait $pid
is $? 143 'follow: a signal ends it'
sed '$d' out >whole
is "$(sed -E 's/.*"tenantId":"[^"]*","id":"([^"]*)".*/\1/' whole | sort | uniq -d)" '' \
	'follow: no row twice'
like "$(cat err)" 'warning: logs: .*; going on' 'follow: failures are told'
# The server's clock is hours before or behind ours, rows become visible late
# within the overlap, and the server restarts: none missed, none twice. The
# newest of the 300 first rows is where following begins.
for skew in -5 5; do
	now=$(($(date +%s) + skew * 3600))000
	mock --users 10 --logs 300 --now "$now"
	port=${LOGTO_ENDPOINT##*:}
	logto-fetch logs </dev/null >before
	# What is waited for below are the follower's requests alone.
	curl -fsS -X DELETE "$LOGTO_ENDPOINT/_mock/requests" >/dev/null
	: >out
	logto-fetch logs --follow=100ms --retry 0 </dev/null >out 2>err &
	pid=$!
	tries=0
	until [ "$(requests | grep -c start_time)" -ge 2 ]; do
		tries=$((tries + 1))
		[ $tries -lt 500 ] || break
		sleep 0.02
	done
	grown='insert logs 90 late logs 30000 late logs 59900 late logs 0'
	rules "GET /api/logs nth=1: $grown"
	awaits 93
	ok $? "clock off by $skew h: what comes, and three that came late"
	later='insert logs 61 late logs 59999 late logs 1 late logs 1'
	rules "GET /api/logs nth=1: $later" \
		'GET /api/logs nth=4: late logs 45000'
	awaits 158
	ok $? "clock off by $skew h: later ones, when an overlap has passed"
	kill -9 "$mock_pid"
	wait "$mock_pid" 2>/dev/null
	printf '%s\n' "GET /api/logs nth=1: $grown $later late logs 45000" \
		'GET /api/logs nth=6: late logs 50000 insert logs 2' >again
	mock --users 10 --logs 300 --now "$now" --port "$port" --rules again
	awaits 161
	ok $? "clock off by $skew h: after a restart too"
	kill -TERM $pid
	wait $pid
	is $? 143 "clock off by $skew h: a signal ends it"
	rules '# none'
	logto-fetch logs </dev/null | cat before - | sort | uniq -u >wanted
	sed -e 's/^ //' -e '$d' out | sort >got
	is "$(wc -l <wanted | tr -d ' ')" 161 \
		"clock off by $skew h: what there was"
	cmp -s wanted got
	ok $? "clock off by $skew h: each row once"
done

# The server's clock is set back: rows come with times long past. It is
# noticed, be it a minute or days, and said with the way to go on; a row that
# is late within the overlap is none of these.
follows() {
	curl -fsS -X DELETE "$LOGTO_ENDPOINT/_mock/requests" >/dev/null
	logto-fetch logs --follow=100ms --retry 0 "$@" </dev/null >out 2>err &
	pid=$!
	tries=0
	until [ "$(requests | grep -c 'page_size=100 ')" -ge 4 ]; do
		tries=$((tries + 1))
		[ $tries -lt 500 ] || break
		sleep 0.02
	done
}
# ends: waits for the follower to end by itself, for ten seconds.
ends() {
	tries=0
	while kill -0 $pid 2>/dev/null && [ $tries -lt 500 ]; do
		tries=$((tries + 1))
		sleep 0.02
	done
	kill -KILL $pid 2>/dev/null
	wait $pid
	status=$?
}
for back in 70000 3600000 200000000; do
	mock --users 10 --logs 300
	follows
	rules 'GET /api/logs nth=1: late logs 50000' "GET /api/logs nth=8: late logs $back"
	ends
	is "$(grep -c '"createdAt"' out)" 0 "a clock set back by $back ms"
	fails 4 'logs: 1 rows came with times before [0-9]{13}, .*begin again with --since [0-9]+' \
		"a clock set back by $back ms"
done
since=$(sed -E 's/.*--since ([0-9]+).*/\1/' err)
logto-fetch logs --since "$since" </dev/null >out
is "$(wc -l <out | tr -d ' ')" 302 '... and all rows since then come out'
# Where more rows are there than the server counts, the newest are watched.
mock --users 10 --logs 12000
follows
rules "GET /api/logs nth=8: late logs 70000"
ends
exits 4 'a clock set back, a long log'
# Rows that are older than what is wanted are no news.
mock --users 10 --logs 300
follows --since 1795500000000
rules 'GET /api/logs nth=1: insert logs 200' 'GET /api/logs nth=9: late logs 300000' \
	'GET /api/logs nth=30: late logs 150000'
awaits 201
ends
exits 4 'only rows since --since count'
like "$(cat err)" 'logs: 1 rows came' '... one of them'
mock --users 10 --logs 300 --logto-version 1.39
follows
kill -TERM $pid
wait $pid
like "$(cat err)" 'warning: this Logto is older than 1.40: should its clock be set back' \
	'1.39: it cannot be watched'

run logto-fetch logs --follow roles </dev/null
fails 2 '--follow takes one log' 'follow: one log'
run logto-fetch logs --follow=soon </dev/null
fails 2 '--follow takes a time' 'follow: a time'

done_testing
