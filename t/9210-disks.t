#!/bin/sh
# SPDX-License-Identifier: ISC
# Real limits and real refusals: files that may not grow, whatever a program
# writes there, and calls that fail in the kernel. (t/3625-full-disk.t fills
# disks for each destination.)
. "${0%/*}/lib.sh"

mock --users 12 --logs 40
LOGTO_TOKEN=$(logto-token)
export LOGTO_TOKEN
printf '{"_resource":"t","id":1,"v":"x"}\n' >in
ndjson-to-sql old.db in

# limited BLOCKS COMMAND...: files may not be larger, and nobody ignores the
# signal. What is left: out, err by a pipe, which has no limit.
limited() {
	blocks=$1
	shift
	(
		ulimit -f "$blocks"
		{ "$@" 2>&1 >out </dev/null; echo $? >&3; } 3>&1 | cat >&4
	) 4>&1 >told
}
# TSan writes a file of its own before main, and would die of that limit.
case $build in
*tsan) commands=/dev/null ;;
*) commands=commands ;;
esac
cat >commands <<'EOT'
logto-token --help
logto-token --no-cache
logto-token --completion=fish
logto-fetch --version
logto-fetch --list
logto-fetch users
logto-fetch --count users
ndjson-to-sql --help
ndjson-to-sql --describe old.db
ndjson-to-sql sql:sqlite in
ndjson-to-sql - in
EOT
while read -r command; do
	# shellcheck disable=SC2086 # words
	told=$(limited 0 $command)
	is "$(printf '%s\n' "$told" | tail -n 1)" 1 \
		"no file may grow: $command: status 1"
	is "$(printf '%s\n' "$told" | grep -Ec '^[a-z-]*: .*(too large|disk I/O error)')" \
		1 '... and why'
	is "$(printf '%s\n' "$told" | wc -l | tr -d ' ')" 2 '... in one message'
done <"$commands"

echo old >file
told=$(limited 8 logto-fetch logs -o file)
is "$(printf '%s\n' "$told" | tail -n 1)" 1 'a file that grows too large: status 1'
is "$(cat file) $(echo file*)" 'old file' '... the old one stays, and nothing else'

# Each kind of destination keeps what it had, and nothing comes beside it.
perl -e 'srand 1; for (1 .. 200) { printf qq({"_resource":"t","id":%d,) .
	qq("at":"2026-11-%02dT06:00:00Z","v":"%s"}\n), $_, $_ % 2 + 1,
	join "", map chr(35 + int rand 57), 1 .. 200 }' >much
while read -r target options; do
	name="a file may not grow: $target${options:+ $options}"
	mkdir place
	# shellcheck disable=SC2086 # words
	[ "$target" = place/new.db ] || ndjson-to-sql $options "$target" in
	cp -r place before
	# shellcheck disable=SC2086 # words
	told=$(limited 8 ndjson-to-sql -q $options "$target" much)
	is "$(printf '%s\n' "$told" | tail -n 1)" 1 "$name: status 1"
	like "$(printf '%s\n' "$told" | sed '$d')" \
		'^ndjson-to-sql: .*(too large|I/O error|File too|full)[^\n]*$' \
		'... and why'
	diff -r place before >differs
	is "$(cat differs)" '' '... what was there is there'
	rm -r place before
done <<EOT
place/out.db
place/new.db
csv:place/out
ndjson:place/out
csv:place/out --gzip
csv:place/out --partition at:day
snowflake:place/out
bigquery:place/out
EOT
told=$(limited 0 logto-token --cache-dir cache)
is "$(printf '%s\n' "$told" | tail -n 1)" 1 'a token that fits nowhere: status 1'
is "$(find cache -type f 2>/dev/null)" '' '... and none is kept'

# --- what the kernel refuses

if [ -f "$build/t/torture/faults.so" ] &&
	strace -f -o trace -e inject=fsync:error=EIO true 2>/dev/null; then
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" BUILD=$build \
		"$root/t/torture/run" --strace --case '^(new|file|merge|csv|ndjson-gzip|bundle)$' --pairs 2 \
		--kind 'fsync|fdatasync|rename|pwrite64|ftruncate' --every 9 >faults 2>&1
	is "$(sed '$d' faults)" '' 'calls that fail in the kernel'
	like "$(sed -n '$p' faults)" '^[0-9]+ runs, [1-9]' \
		"... $(tail -n 1 faults)"
fi

done_testing
