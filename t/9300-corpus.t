#!/bin/sh
# Each target of t/fuzz runs its seeds: what has broken one stays a case, and
# what they assert holds under this compiler, too.
. "${0%/*}/lib.sh"

for source in "$root"/t/fuzz/*.c; do
	name=${source##*/}
	name=${name%.c}
	[ "$name" != replay ] || continue
	seeds=$root/t/fuzz/$name.seeds
	run timeout 120 "$build/t/fuzz/$name" --seeds "$seeds"
	exits 0 "$name: its seeds"
	is "$(cat out)" '' "$name: prints nothing"
	like "$(grep -c '^"' "$seeds")" '^[1-9]' "$name: has seeds"
	mkdir "$name"
	run "$build/t/fuzz/$name" --unpack "$seeds" "$name"
	is "$(ls "$name" | wc -l)" "$(grep -c '^"' "$seeds")" \
		"$name: all of them can be read"
done
printf '"a\\x0"\n' >wrong
run "$build/t/fuzz/sql-ident" --seeds wrong
exits 1 'a line that is no seed'
is "$(cat err)" 'wrong:1: no seed' '... is told'

done_testing
