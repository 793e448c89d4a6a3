#!/bin/sh
# SPDX-License-Identifier: ISC
# Asking ahead: a long log is read in windows of time, and no request has to
# wait for the one before to be answered and written. With one request at a
# time their order is certain. The oldest window is empty.
. "${0%/*}/lib.sh"

mock --logs 30000
logto-token >token
run logto-fetch -j 1 logs <token
exits 0 'a log of several windows'
is "$(wc -l <out | tr -d ' ')" 30000 'all of it'
# What tells windows apart is where they end in the past.
requests | sed -n 's/.*start_time=\([0-9]*\)&\(.*\)&page=\([0-9]*\)&page_size=\([0-9]*\) .*/\1 \3 \4 \2/p' >asked
windows=$(awk '$2 == 2 { print $1 }' asked | sort -u | wc -l | tr -d ' ')
ok $(($windows < 3)) "several windows: $windows"
is "$(awk '
	$2 == 1 && last != "" && $1 != last { opened = $1; before = last }
	$1 == before && $2 > 1 { early[opened] = 1 }
	{ last = $1 }
	END { for (w in early) n++; print n + 0 }' asked)" "$windows" \
	'the first page of each is asked for before the last one of the window before'
is "$(sort asked | uniq -d | wc -l | tr -d ' ')" 0 'no page is asked for twice'
# Pages share 3 rows of 100; the first ones of a window, which are asked for
# before its rows are known, some more.
ok $(($(wc -l <asked) > 310 + 4 * windows + 3)) \
	"some pages more for each window, and three to begin"

# The same with many requests at once, and with a total that ends a page.
for jobs in 1 2 3 16 64; do
	run logto-fetch -j $jobs --raw logs <token
	exits 0 "-j $jobs"
	sort out | uniq | wc -l | tr -d ' ' >count
	is "$(cat count)" 30000 "-j $jobs: each once"
	cksum <out >>sums
done
is "$(sort -u sums | wc -l | tr -d ' ')" 1 \
	'the order does not depend on what is under way'
run logto-fetch -j 3 --page-size 5 -n 50 logs <token
is "$(wc -l <out | tr -d ' ')" 50 'a limit gives back what was asked for'

# The last page of the first window says that there are more: by then all room
# may be taken by the pages of the second one.
last=$(awk '$2 == 1 && $4 ~ /end_time=17/ && first == "" { first = $1 }
	$1 == first { page = $2 } END { print page }' asked)
for page in $((last - 1)) "$last" $((last + 1)); do
	rules "GET /api/logs page=$page nth=1: total-add 300"
	run logto-fetch -j 2 --raw logs <token
	exits 0 "a count that grows at page $page"
	is "$(sort out | uniq | wc -l | tr -d ' ')" 30000 '... loses nothing'
done

done_testing
