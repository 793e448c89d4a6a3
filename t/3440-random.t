#!/bin/sh
# SPDX-License-Identifier: ISC
# Records that no one would think of, merged: keys that come again, types that
# change, names that meet, lists in lists. What is left must be the last record
# of each key, and loading that again must change nothing.
. "${0%/*}/lib.sh"

way() {
	perl "$root/t/roundtrip" "$@"
}

for seed in $(seq "${RANDOM_FIRST:-1}" "${RANDOM_LAST:-30}"); do
	rm -f out.db
	way random "$seed" >in.ndjson
	way latest in.ndjson >last.ndjson
	if [ $((seed % 2)) -eq 0 ]; then
		run ndjson-to-sql -q -t t out.db in.ndjson
	else
		# In two loads: the second meets tables that are there.
		sed -n 1,3p in.ndjson >first.ndjson
		sed 1,3d in.ndjson >second.ndjson
		run ndjson-to-sql -q -t t out.db first.ndjson
		[ ! -s second.ndjson ] ||
			run ndjson-to-sql -q -t t out.db second.ndjson
	fi
	exits 0 "seed $seed: loaded"
	way check out.db t last.ndjson >diff 2>&1
	found=$?
	is "$found" 0 "seed $seed: the last record of each key"
	[ "$found" -eq 0 ] || cut -c 1-1000 diff | sed 's/^/# /' >&2
	ndjson-to-sql -q -t t out.db last.ndjson
	is "$(sqlite3 out.db "SELECT tables FROM _loads ORDER BY load_id DESC
		LIMIT 1" | jq '[.[] | .inserted + .updated + .deleted] | add')" \
		0 "seed $seed: the same again changes nothing"
done
done_testing
