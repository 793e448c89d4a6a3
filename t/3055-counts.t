#!/bin/sh
# SPDX-License-Identifier: ISC
# Counts of a load in which a key comes twice, far apart: rows of lists are
# counted once, by what became of them in the end.
. "${0%/*}/lib.sh"

# record LIST: of the key that comes twice. Between the two lie 2 MB, so that
# they are not in one batch.
record() {
	printf '{"id":0,"l":[%s]}\n' "$1"
}
awk 'BEGIN { x = sprintf("%1000s", "x"); gsub(/ /, "x", x)
	for (i = 1; i <= 2000; i++) printf "{\"id\":%d,\"p\":\"%s\"}\n", i, x }' \
	>between

# counts TABLE: inserted, updated, unchanged, deleted; and the rows that are
# there now.
counts() {
	sqlite3 x.db 'SELECT tables FROM _loads ORDER BY load_id DESC LIMIT 1' |
		jq -r ".$1 | \"\(.inserted) \(.updated) \(.unchanged) \" +
			\"\(.deleted)\""
	sqlite3 x.db "SELECT group_concat(value) FROM (SELECT value FROM $1
		ORDER BY _parent_id, _idx)"
}

# twice FIRST SECOND COUNTS ROWS: into a copy of base.db, if there is one.
twice() {
	rm -f x.db*
	[ ! -e base.db ] || cp base.db x.db
	{
		record "$1"
		cat between
		record "$2"
	} | ndjson-to-sql -t t x.db
	is "$(counts t__l)" "$3
$4" "$journal: [$1] and then [$2]"
}

for journal in delete wal; do
	rm -f base.db
	record 1,2 | ndjson-to-sql -t t base.db
	sqlite3 base.db "PRAGMA journal_mode=$journal" >/dev/null
	twice 1,2 1,2 '0 0 2 0' 1,2
	twice 1,2,3 1,2,3 '1 0 2 0' 1,2,3
	twice 1,2,3 1,2 '0 0 2 0' 1,2
	twice 5,6 5,6 '0 2 0 0' 5,6
	twice 1,2 5,6 '0 2 0 0' 5,6
	twice 5,2 5,7 '0 2 0 0' 5,7
	twice 1 1 '0 0 1 1' 1
	twice 1,2 1 '0 0 1 1' 1
	twice 1,5 1 '0 0 1 1' 1
	twice 1,2,3,4 9 '0 1 0 1' 9
	# It was deleted and is there again: another row.
	twice 1 1,2 '1 0 1 1' 1,2

	rm -f base.db
	sed 1q between | ndjson-to-sql -t t base.db
	sqlite3 base.db "PRAGMA journal_mode=$journal" >/dev/null
	twice 1,2 1,2 '2 0 0 0' 1,2
	twice 1,2 3 '1 0 0 0' 3
	twice 1 1,2 '2 0 0 0' 1,2
done

rm -f base.db
journal=new
twice 1,2 1,2 '2 0 0 0' 1,2
twice 1 2,3 '2 0 0 0' 2,3
twice 1,2 3 '1 0 0 0' 3

# --- lists in lists

record '[1,2],[3]' | ndjson-to-sql -t t base.db
deeper() {
	cp base.db x.db
	{
		record "$1"
		cat between
		record "$2"
	} | ndjson-to-sql -t t x.db
	is "$(counts t__l__list)" "$3
$4" "[$1] and then [$2]"
}
deeper '[1,2],[3]' '[1,2],[3]' '0 0 3 0' 1,2,3
deeper '[1,2],[4]' '[1,2],[4]' '0 1 2 0' 1,2,4
deeper '[1,2],[4,5]' '[1,2]' '0 0 2 1' 1,2
deeper '[1,2]' '[1]' '0 0 1 2' 1


# --- histories: a load makes one version of a record

echo '{"id":0,"v":1,"l":[1,[2,3]]}' >first
versions() {
	rm -f x.db
	ndjson-to-sql --history -t t x.db first
	{
		echo "$1"
		cat between
		echo "$2"
	} | ndjson-to-sql --history -t t x.db
	is "$(sqlite3 x.db "SELECT v, _valid_to IS NULL FROM t WHERE id = 0
		ORDER BY _id; SELECT count(*) FROM t__l;
		SELECT group_concat(value) FROM t__l__list" | tr '\n' ' ')" \
		"$3" "$1 and then $2"
	is "$(sqlite3 x.db 'SELECT tables FROM _loads ORDER BY load_id DESC
		LIMIT 1' | jq -r '.t | "\(.inserted) \(.updated) " +
		"\(.unchanged) \(.doubled)"')" "$4" '... counted'
}
versions '{"id":0,"v":2,"l":[4,[5,6]]}' '{"id":0,"v":3,"l":[[7]]}' \
	'1|0 3|1 3 2,3,7 ' '2001 1 0 1'
versions '{"id":0,"v":2,"l":[4]}' '{"id":0,"v":2,"l":[4]}' \
	'1|0 2|1 3 2,3 ' '2001 1 0 1'
versions "$(cat first)" "$(cat first)" '1|1 2 2,3 ' '2000 0 1 1'
versions '{"id":9999,"v":2,"l":[4,[5,6]]}' '{"id":9999,"v":3,"l":[[7]]}' \
	'1|1 3 2,3,7 ' '2001 0 0 1'

done_testing
