#!/bin/sh
# SPDX-License-Identifier: ISC
# A sample of what `make torture` does at length: one call of each kind fails
# in each command of t/torture/cases.pm. What it found once is tried again.
. "${0%/*}/lib.sh"
. "$root/t/torture.sh"

tortures 'a merge whose calls to the disk fail' --case '^merge$' \
	--kind 'sync|rename|lock|unlink' --points 2
tortures 'a new database whose lock cannot be examined or emptied' \
	--case '^(new|csv)$' --kind 'stat|truncate' --points 4
tortures 'a disk without locks' --case '^(new|csv)$' --kind lock --how EIO --every 40
tortures 'memory that SQLite lacks where it is only asked' --case '^replace$' \
	--kind alloc --how 'ENOMEM$' --points 40
tortures 'reads and writes that do less than they are asked' \
	--case '^(new|claims|check)$' --kind 'read|write' --how short --points 4
tortures 'the pipes of --jq' --case '^jq$' --kind 'read|write' --how EIO --every 1
tortures 'files that cannot be looked at' --case '^ndjson-gzip$' --kind stat \
	--how EIO --points 20
tortures 'memory that ends' --case '^(mint|warm-cache|logs|file|rejects|csv|new)$' \
	--kind alloc --points 2
tortures 'the lock of a directory that cannot be opened' --case '^csv$' \
	--kind open --how 'EMFILE$' --until 5
tortures 'memory that ends beside a scratch database' --case '^table$' \
	--kind alloc --how 'ENOMEM$' --until 10
tortures 'memory that ends behind the lock of a new database' \
	--case '^rejects$' --kind alloc --how 'ENOMEM$' --every 6 --until 25
tortures 'one call of some kind in each command' --case '^(?!postgres|duckdb|parquet)' \
	--pairs 25 --points 1

done_testing
