#!/bin/sh
# SPDX-License-Identifier: ISC
# The same before the libraries of other databases, where $ENGINES has them: one
# call of each kind fails in each command that loads into one, and what was found
# so is tried again.
. "${0%/*}/lib.sh"
engine duckdb

[ -f "$build/t/torture/faults.so" ] || skip_all 'no library that makes faults'
for tool in sqlite3 zstd curl; do
	command -v $tool >/dev/null || skip_all "$tool is not installed"
done

# tortures NAME OPTION...
tortures() {
	name=$1
	shift
	BUILD=$build "$root/t/torture/run" "$@" >faults 2>&1
	is "$(sed '$d' faults)" '' "$name"
	like "$(sed -n '$p' faults)" '^[0-9]+ runs, [1-9][0-9]* with a fault$' \
		"... $(tail -n 1 faults)"
}

tortures 'the head of a database of DuckDB that comes in parts' \
	--case '^duckdb-merge$' --kind read --how 'short$' --until 1
tortures 'one call of some kind in each command' --case '^(duckdb|parquet|postgres)' \
	--pairs 13 --points 1

done_testing
