#!/bin/sh
# SPDX-License-Identifier: ISC
# The promise: a record that is there throughout a run comes out exactly once,
# or the status is not 0. Seeded schedules of what happens between the requests
# of a run (t/drift); COMPLETE_SCHEDULES=N runs N of them for each kind of list,
# COMPLETE_SEED=S others.
. "${0%/*}/lib.sh"

export MOCK="$build/mock-logto"

# drifts KIND BOUND: no record is lost or comes twice, and at most BOUND of a
# hundred runs give up: a program that always fails would lose none either.
drifts() {
	count=${COMPLETE_SCHEDULES:-15}
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
drifts tiedlogs139 15

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

# A page with fewer rows than it could hold is not the end.
rules 'GET /api/users page=3: drop-rows 40'
run logto-fetch users </dev/null
exits 0 'a short page'
is "$(sed 's/.*"id":"\([0-9a-z]\{12\}\)".*/\1/' out | sort -u | wc -l | tr -d ' ')" \
	2500 'a short page: every user'
rules 'GET /api/logs page=3 times=1: drop-rows 40'
run logto-fetch logs </dev/null
is "$status $(wc -l <out | tr -d ' ')" '0 2500' 'a short page of logs'

# A total that no walk comes to is a failure that says so.
rules 'GET /api/organizations: total-add 3'
run logto-fetch organizations </dev/null
fails 4 'organizations: .*8 walks found 25 records, the last one 25 of 28' \
	'a total that is no count'
# Where it is known to be none, it is not believed.
rules 'GET /api/sso-connectors: total 100'
run logto-fetch sso-connectors </dev/null
exits 0 'a total that is known to be no count'

done_testing
