#!/bin/sh
# What a load, a token and a file are after kill -9 at a change of the disk, or
# after a loss of power: old or new, and the next run mends it and tidies up.
# A sample with few rows; `make crash` tries all of it.
. "${0%/*}/lib.sh"

WRITES=$build/t/torture/writes.so
[ -f "$WRITES" ] || skip_all 'no library to be preloaded was built'
export WRITES
# Ours comes before the sanitizer's.
export ASAN_OPTIONS="${ASAN_OPTIONS-}:verify_asan_link_order=0:detect_leaks=0"

# crash WAY CASE NUMBER: no fault, and some crashes.
crash() {
	run "$root/t/torture/crash" "$@"
	exits 0 "$*"
	[ "$status" = 0 ] || sed 's/^/# /' out >&2
	like "$(tail -n 1 out)" ' [1-9][0-9]* crashes: ' '... really'
}
for name in new merge sync-wal csv snowflake; do
	crash kill $name 11
	crash power $name 20
done

# A token and a file, from a tenant.
mock
for name in token token-again fetch; do
	crash kill $name 1
	crash power $name 20
done
done_testing
