#!/bin/sh
# SPDX-License-Identifier: ISC
# The promise: a record that is there throughout a run comes out exactly once,
# or the status is not 0. Seeded schedules of what happens between the requests
# of a run (t/drift); COMPLETE_SCHEDULES=N runs N of them for each kind of list,
# COMPLETE_SEED=S others.
. "${0%/*}/lib.sh"

export MOCK="$build/mock-logto"
# The id of a record that was written with --raw; it stands first.
id='s/^\{("tenantId":"[^"]*",)?"id":"([^"]+)".*/\2/'

# ids_of FILE: how many distinct records it holds.
ids_of() {
	sed -E 's/^.*"id":"([0-9a-z]{12,21})".*/\1/' "$1" | sort -u | wc -l | tr -d ' '
}

# drifts KIND BOUND: no record is lost or comes twice, and at most BOUND of a
# hundred runs give up: a program that always fails would lose none either.
drifts() {
	count=${COMPLETE_SCHEDULES:-8}
	"$root/t/drift" "$1" "$count" "${COMPLETE_SEED:-7}" >faults 2>&1
	is "$(sed '$d' faults)" '' "$1: $count schedules"
	given=$(sed -n 's/.* complete, \([0-9]*\) given up.*/\1/p' faults)
	bound=$(((count * $2 + 99) / 100))
	ok $((${given:-$count} > bound)) "$1: $given gave up, of at most $bound"
}

for kind in users manyusers tiedusers logs manylogs windows cappedlogs \
	logs140 logs139 roles applications hooks organization-roles members \
	holders; do
	drifts $kind 2
done
drifts organizations 10
drifts tiedlogs 10
drifts tiedlogs139 30

# A quiet tenant whose rows share a time: one walk over pages loses some, and
# all come out nevertheless.
mock --users 2500 --logs 2500 --ties 600
LOGTO_TOKEN=$(logto-token)
run logto-fetch users -v </dev/null
exits 0 'ties: users'
like "$(cat err)" 'users: reading by the beginnings of the ids' \
	'ties: pages alone lose rows'
is "$(sed 's/.*"id":"\([0-9a-z]\{12\}\)".*/\1/' out | sort -u | wc -l | tr -d ' ')" \
	2500 'ties: every user'
run logto-fetch logs </dev/null
exits 0 'ties: logs'
is "$(sed -E 's/^.*"id":"([0-9a-z]{21})","key".*/\1/' out | sort -u | wc -l | tr -d ' ')" \
	2500 'ties: every log'

# A search keeps them from being read by their ids, and says so.
run logto-fetch users -p 'search=%e%' </dev/null
fails 4 'users: rows share a time, or .*filter with --jq' 'ties: a search'

# A page with fewer rows than it could hold is not the end.
rules 'GET /api/users page=3: drop-rows 40'
run logto-fetch users </dev/null
exits 0 'a short page'
is "$(sed 's/.*"id":"\([0-9a-z]\{12\}\)".*/\1/' out | sort -u | wc -l | tr -d ' ')" \
	2500 'a short page: every user'
rules 'GET /api/logs page=3 times=1: drop-rows 40'
run logto-fetch logs </dev/null
is "$status $(wc -l <out | tr -d ' ')" '0 2500' 'a short page of logs'

# The same where all users are read by their ids: a part that is cut is asked
# for again.
rules 'GET /api/users search.id=* every=3 times=9: drop-rows 5'
run logto-fetch users </dev/null
is "$status $(ids_of out)" '0 2500' 'a short page of a part by ids'
rules 'GET /api/users: total-add 7'
run logto-fetch users </dev/null
fails 4 'users: the server counts [0-9]+ records where it gives [0-9]+, time' \
	'parts whose total is no count'

# --- a row that goes and one that comes late leave the count as it was

mock --users 60 --logs 60
LOGTO_TOKEN=$(logto-token)
for list in users logs; do
	logto-fetch $list --raw </dev/null | sed -E "$id" >before
	first=$(sed -n 2p before)
	for late in 6000000 60000000 0; do
		for nth in 2 3 4; do
			rules "GET /api/$list nth=$nth: delete $list $first late $list $late"
			run logto-fetch $list --raw --page-size 10 -j 1 </dev/null
			sed -E "$id" out | sort >got
			grep -v "$first" before | sort | comm -23 - got >lost
			is "$status $(cat lost)" '0 ' \
				"$list, $late ms late, before answer $nth"
			rules '# none'
			logto-fetch $list --raw </dev/null | sed -E "$id" >before
			first=$(sed -n 2p before)
		done
	done
done

# --- more rows of one time than a page holds

# ties VERSION COUNT: every row of the log, or since one of its times.
ties() {
	mock --users 10 --logs 1500 --ties "$2" --logto-version "$1"
	"$MOCK" --print logs --users 10 --logs 1500 --ties "$2" >printed
	LOGTO_TOKEN=$(logto-token)
	sed -nE 's/.*"createdAt":([0-9]+)\}$/\1/p' printed | sort -rn >times
	for row in 20 400 581 1480 1500; do
		since=$(sed -n ${row}p times)
		awk -v since="$since" '{ ms = $0
			sub(/.*"createdAt":/, "", ms)
			if (ms + 0 >= since) print }' printed |
			sed -E "$id" | sort >wanted
		run logto-fetch logs --raw --since "$since" </dev/null
		sed -E "$id" out | sort >got
		is "$status $(cksum <got)" "0 $(cksum <wanted)" \
			"$1: $2 ties, since row $row"
	done
}
for version in 1.39 1.42; do
	for count in 40 90 150 260 700; do
		ties $version $count
	done
done
run logto-fetch logs --raw --page-size 33 </dev/null
is "$status $(wc -l <out | tr -d ' ')" '0 1500' 'small pages'
requests >log
like "$(cat log)" 'logKey=ExchangeTokenBy.ClientCredentials&page' \
	'tied rows are read by kind of event'
like "$(cat log)" 'logKey=ExchangeTokenBy.ClientCredentials&applicationId=' \
	'... and by application'
# Kinds that the server will not select by stay unread, and are missed.
rules 'GET /api/logs logKey=ExchangeTokenBy.ClientCredentials: json "[]" total 0'
run logto-fetch logs </dev/null
fails 4 'logs: too many rows share a millisecond: [0-9]+ of [0-9]+ are certain' \
	'a part that nobody sees is missed'

# --- totals that are none

mock
LOGTO_TOKEN=$(logto-token)
# A total that no walk comes to is a failure that says so.
rules 'GET /api/organizations: total-add 3'
run logto-fetch organizations </dev/null
fails 4 'organizations: .*8 walks found 25 records, the last one 25 of 28' \
	'a total that is no count'
# Where it is known to be none, it is not believed.
rules 'GET /api/sso-connectors: total 100'
run logto-fetch sso-connectors </dev/null
exits 0 'a total that is known to be no count'

# Lists that ignore the filter in their total, and lists that ignore pages:
# until an empty page would never end.
for status_of in active:3 consumed:0; do
	run logto-fetch "one-time-tokens?status=${status_of%:*}" </dev/null
	is "$status $(wc -l <out | tr -d ' ')" "0 ${status_of#*:}" \
		"a total that ignores the filter: ${status_of%:*}"
done
# rows_of LIST: how many rows the recorded tenant has in it.
rows_of() {
	perl -MJSON::PP -0777 -ne 'print scalar @{decode_json($_)}' \
		"$root/t/data/tenant/$1.json"
}
for list in connectors organization-invitations; do
	curl -sS -X DELETE "$LOGTO_ENDPOINT/_mock/requests"
	run logto-fetch $list --page-size 1 </dev/null
	is "$status $(wc -l <out | tr -d ' ')" "0 $(rows_of $list)" \
		"$list, which is never in pages: each once"
	is "$(requests | grep -c /api/)" 1 '... by one request'
done

done_testing
