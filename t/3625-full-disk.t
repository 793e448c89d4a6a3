#!/bin/sh
# A disk that is really full, a tiny one in memory: one message, the old rows
# as they were, nothing left beside them, and with more room the same load
# works. It is mounted where nobody else sees it, and goes with this test.
[ -n "${TINY_DISK-}" ] || ! unshare -m true 2>/dev/null ||
	TINY_DISK=yes exec unshare -m "$0"
. "${0%/*}/lib.sh"
. "$root/t/postgres.sh"
[ -n "${TINY_DISK-}" ] || skip_all 'only root may mount a disk'
unset TINY_DISK

mkdir disk
room=400
printf '{"_resource":"t","id":1,"v":"old","at":"2026-11-24T06:00:00Z"}\n' >old
awk 'BEGIN { for (i = 1; i <= 8000; i++) printf "{\"_resource\":\"t\"," \
	"\"id\":%d,\"v\":\"%0100d\",\"at\":\"2026-11-%02dT06:00:00Z\"," \
	"\"l\":[%d]}\n", i, i, i % 28 + 1, i }' >much
# What no compression makes small.
perl -e 'srand 1; for (1 .. 8000) { printf qq({"_resource":"t","id":%d,) .
	qq("v":"%s"}\n), $_, join "", map chr(35 + int rand 57), 1 .. 300 }' >noise

# place KIB: an empty disk.
place() {
	umount disk 2>/dev/null
	mount -t tmpfs -o "size=$1k,mode=777" none disk && return
	echo 'Bail out! no disk can be mounted'
	exit 1
}

# left: what is there, without what DuckDB writes ahead.
left() {
	(cd disk && find . ! -name '*.wal' | sort)
}

# fits NAME TARGET LISTING [OPTION...]: `old` is there; `much` does not fit into
# $room KiB.
fits() {
	name=$1 target=$2 listing=$3
	shift 3
	input=much
	case "$name" in *packed*) input=noise ;; esac
	place $room
	run ndjson-to-sql "$@" "$target" old
	exits 0 "$name: a few rows"
	left >before
	eval "$listing" >rows
	run ndjson-to-sql -q "$@" "$target" $input
	fails 1 'full|No space left' "$name: a full disk"
	is "$(left)" "$(cat before)" \
		'... nothing is left there'
	is "$(eval "$listing")" "$(cat rows)" '... and the old row is'
	mount -o remount,size=64m disk
	run ndjson-to-sql -q "$@" "$target" $input
	exits 0 '... with more room'
	run ndjson-to-sql -v "$@" "$target" $input
	like "$(cat err)" 't: .*8000 unchanged|rows=8000|8,000' '... all is there'
}

fits SQLite disk/out.db "sqlite3 disk/out.db 'SELECT v FROM t'"
fits csv csv:disk/dir 'cat disk/dir/t.csv'
fits ndjson ndjson:disk/dir 'cat disk/dir/t.ndjson'
fits 'csv, packed' csv:disk/dir 'gzip -dc disk/dir/t.csv.gz' --gzip
fits 'csv by day' csv:disk/dir 'cat disk/dir/t/*/t.csv' \
	--partition at:day
for target in parquet:disk/dir disk/out.duckdb; do
	[ -n "${ENGINES-}" ] || break
	engine duckdb
	LIBDUCKDB=$(ls "$ENGINES"/duckdb/libduckdb.*)
	export LIBDUCKDB
	case $target in *.duckdb) room=2300 ;; esac
	fits "${target%%:*}, packed" $target "ndjson-to-sql --last t.v $target"
done

# --- bundles have no old rows, but an old load

place 400
ndjson-to-sql snowflake:disk/dir old
cp -r disk/dir dir
run ndjson-to-sql snowflake:disk/dir noise
fails 1 'full|No space left' 'a bundle: a full disk'
is "$(diff -r disk/dir dir; ls disk)" dir '... the last one is there'
mount -o remount,size=64m disk
run ndjson-to-sql snowflake:disk/dir noise
exits 0 '... with more room'

# --- where the rows of a stream wait

place 400
run env SQLITE_TMPDIR="$T/disk" ndjson-to-sql - much
fails 1 'full|No space left' 'rows on their way to standard output'
is "$(ls disk; cat out)" '' '... nothing is written'
umount disk

# --- PostgreSQL, whose tables are on it

if [ -n "$postgres_bin" ]; then
	mkdir space
	chmod 755 "$T"
	mount -t tmpfs -o size=1104k none space
	chown "$postgres_user" space
	postgres
	sql "CREATE TABLESPACE tiny LOCATION '$T/space'"
	PGOPTIONS='-c default_tablespace=tiny -c temp_tablespaces=tiny'
	export PGOPTIONS
	pg=postgresql://
	run ndjson-to-sql $pg old
	exits 0 'PostgreSQL: a few rows'
	for way in --append --sync --replace; do
		run ndjson-to-sql $way $pg much
		fails 1 'the server.s disk is full: ' "PostgreSQL $way: a full disk"
		is "$(sql 'SELECT id, v FROM t')" '1|old' '... the old row is there'
	done
	run ndjson-to-sql --table fresh $pg much
	fails 1 'the server.s disk is full: ' 'PostgreSQL: a full disk, a new table'
	is "$(sql "SELECT to_regclass('fresh') IS NULL")" t '... is not there'
	mount -o remount,size=64m space
	run ndjson-to-sql --sync $pg much
	exits 0 '... with more room'
	is "$(sql 'SELECT count(*) FROM t')" 8000 '... all is there'
	postgres_stop
	umount space
fi

done_testing
