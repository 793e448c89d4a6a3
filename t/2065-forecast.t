#!/bin/sh
# SPDX-License-Identifier: ISC
# --count and --dry-run: what they foresee is what a run does, request for
# request, and they themselves make few.
. "${0%/*}/lib.sh"

forget() {
	curl -sS -X DELETE "$LOGTO_ENDPOINT/_mock/requests" >/dev/null
}

# made: the requests to the API since.
made() {
	requests | grep -c ' /api/'
}

# foresees COST OPTION...: --dry-run says COST, and a run bears it out; what
# follows COST, as --dry-run writes it, says how near it is.
foresees() {
	wanted=$1
	shift
	forget
	run logto-fetch --dry-run "$@" </dev/null
	cost=$(made)
	is "$status $(awk '$1 == "sum" { print $2 }' out)" "0 $wanted" \
		"$*: foreseen"
	forget
	run logto-fetch "$@" </dev/null
	exits 0 "$*"
	real=$(made)
	number=${wanted%[-+~]}
	case $wanted in
	*+) [ "$real" -ge "$number" ] ;;
	*-) [ "$real" -le "$number" ] ;;
	*~) true ;;
	*) [ "$real" -eq "$number" ] ;;
	esac
	ok $? "$*: $real requests for $wanted"
}

mock --users 450 --logs 1500
LOGTO_TOKEN=$(logto-token)
export LOGTO_TOKEN

foresees 5 users
is "$cost" 1 'users: foreseen by one request'
foresees 15 users --page-size 40
foresees 1 users --limit 100
foresees 5- users --limit 101
foresees 5 users --limit 18446744073709551615
foresees 9- users --limit 50 --page-size 20 -j 3
foresees 18+ logs
foresees 1 logs --limit 3 -p logKey=Nothing
foresees 3 logs --limit 3
foresees 1 roles
foresees 7 roles --page-size 5
foresees 29+ 'roles/*/users' 'roles/*/scopes'
foresees 13~ 'roles/*/users' -n 1
foresees 29+ roles 'roles/*/users' 'roles/*/scopes'
foresees 30+ 'roles/*/users' 'roles/*/scopes' roles
foresees 1 applications
foresees 34 'applications/*/secrets'
foresees 1 connectors
foresees 2 'configs/oidc/*'

# A window of time; the rows at its edges are what servers differ in.
logto-fetch logs --raw --jq .createdAt </dev/null >created
from=$(sed -n 1200p created) to=$(sed -n 300p created)
foresees 12+ logs --since "$from" --until "$to"
foresees 11+ logs --since "$from" --until "$(sed -n 350p created)"
is "$cost" 2 'a window: foreseen by two requests'
for version in 1.42 1.41 1.39; do
	mock --users 1 --logs 1500 --logto-version $version
	LOGTO_TOKEN=$(logto-token)
	for window in "--since $from" "--until $to" "--since $from --until $to" \
		"--since $to --until $to" "--since $to --until $((to + 1))"; do
		# shellcheck disable=SC2086
		rows=$(logto-fetch logs $window </dev/null | wc -l)
		forget
		# shellcheck disable=SC2086
		run logto-fetch --count logs $window </dev/null
		is "$status $(cat out)" \
			"0 {\"resource\":\"logs\",\"rows\":$((rows))}" \
			"$version: --count $window"
		[ $version = 1.39 ] || is "$(($(made) <= 2))" 1 '... in two requests'
	done
done

# Paths that are not in the catalogue, and a whole tenant.
mock
LOGTO_TOKEN=$(logto-token)
foresees 1 users/eezg1dpo7uny
foresees 1 dashboard/users/total
foresees 1 users/eezg1dpo7uny/roles
forget
logto-fetch --all </dev/null >/dev/null
real=$(made)
forget
run logto-fetch --all --dry-run </dev/null
number=$(awk '$1 == "sum" { print $2 + 0 }' out)
is "$((number <= real && real - number <= 5))" 1 \
	"--all: $real requests for $number+"
is "$(($(made) < 60))" 1 '--all: foreseen by few'

done_testing
