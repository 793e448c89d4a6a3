#!/bin/sh
# SPDX-License-Identifier: ISC
# The same before the libraries of other databases, where $ENGINES has them: one
# call of each kind fails in each command that loads into one, and what was found
# so is tried again.
. "${0%/*}/lib.sh"
. "$root/t/torture.sh"
engine duckdb

tortures 'the head of a database of DuckDB that comes in parts' \
	--case '^duckdb-merge$' --kind read --how 'short$' --until 1
tortures 'one call of some kind in each command' --case '^(duckdb|parquet|postgres)' \
	--pairs 13 --points 1

done_testing
