#!/bin/sh
# SPDX-License-Identifier: ISC
# Names, structure and types as dlt gives them, for records that were put to
# dlt itself; and next to each what dlt loses of it and this program does not.
. "${0%/*}/lib.sh"

# load LINE...: the records, into a new table t.
load() {
	rm -f out.db
	printf '%s\n' "$@" >in.ndjson
	run ndjson-to-sql -t t out.db in.ndjson
	[ "$status" -eq 0 ] || sed 's/^/# /' err >&2
}

# rows TABLE COLUMN...: its rows, as SQL literals; a column may be a query's.
rows() {
	table=$1
	shift
	sqlite3 -quote out.db "SELECT $(echo "$*" | sed 's/ /, /g')
		FROM \"$table\" ORDER BY rowid" | tr '\n' ' ' | sed 's/ $//'
}

# columns TABLE: the names of its columns, less the program's own.
columns() {
	sqlite3 out.db "SELECT name FROM pragma_table_info('$1')
		WHERE name NOT IN ('_id', '_load_id', '_parent_id', '_idx')" |
		tr '\n' ' ' | sed 's/ $//'
}

# type_of COLUMN [TABLE]
type_of() {
	sqlite3 out.db "SELECT type FROM _columns WHERE column_name = '$1'
		AND table_name = '${2-t}'"
}

load '{"userName":1,"HTTPServer":2,"a.b":3,"trailing_":4,"9lives":5,"a+b*c":7,"@at":8,"id2FA":9,"naïve":6,"日本":10,"東京":11}'
is "$(columns t)" \
	'user_name http_server a_b trailingx _9lives axbxc aat id2_fa naïve 日本 東京' \
	'names as dlt makes them, and others stay readable'
is "$(rows t a_b '"naïve"' '"日本"' '"東京"')" '3,6,10,11' \
	'none of them loses its value'

load '{"userId":1,"user_id":2,"user-id":3,"UserID":4}'
is "$(columns t)" 'user_id user_id_2 user_id_3 user_id_4' \
	'names that meet get a column each'
is "$(rows t user_id user_id_2 user_id_3 user_id_4)" 1,2,3,4 \
	'and keep their values'
like "$(cat err)" "warning: .*user_id_2" 'a warning names the second one'
is "$(sqlite3 out.db "SELECT path FROM _columns
	WHERE column_name = 'user_id_4'")" '$.UserID' 'the ledger has the map'
printf '%s\n' '{"UserID":5,"userId":6}' | ndjson-to-sql -t t out.db
is "$(rows t user_id user_id_4 | tr ' ' '\n' | tail -n 1)" 6,5 \
	'so that the next load, in another order, agrees'

load '{"a":{"b":1},"a__b":2}'
is "$(rows t a__b a__b_2)" 1,2 'a path and a name that looks like it'

load '{"v":1}' '{"v":"x"}' '{"v":1.5}' '{"v":true}' '{"v":"12"}' '{"v":2.0}' \
	'{"v":{"k":1}}' '{"v":[1]}'
is "$(columns t)" 'v v__v_text v__v_bool v__k' 'a variant for each type'
is "$(rows t v v__v_text v__v_bool v__k)" "1.0,NULL,NULL,NULL \
NULL,'x',NULL,NULL 1.5,NULL,NULL,NULL NULL,NULL,1,NULL NULL,'12',NULL,NULL \
2.0,NULL,NULL,NULL NULL,NULL,NULL,1 NULL,NULL,NULL,NULL" \
	'a numeric string stays a string, bigint becomes double where exact'
is "$(rows t__v value _idx)" '1,0' 'a list is a child table'

load '{"v":"s"}' '{"v":1}' '{"v":1.5}' '{"v":false}'
is "$(rows t v v__v_bigint v__v_double v__v_bool)" "'s',NULL,NULL,NULL \
NULL,1,NULL,NULL NULL,NULL,1.5,NULL NULL,NULL,NULL,0" \
	'nothing turns into text'

load '{"v":true}' '{"v":"yes"}' '{"v":"maybe"}' '{"v":3}' '{"v":0.5}'
is "$(rows t v v__v_text v__v_bigint v__v_double)" "1,NULL,NULL,NULL \
NULL,'yes',NULL,NULL NULL,'maybe',NULL,NULL NULL,NULL,3,NULL \
NULL,NULL,NULL,0.5" 'neither yes nor 3 is true'

load '{"v":1.5}' '{"v":2}' '{"v":"3.25"}' '{"v":"abc"}' '{"v":true}'
is "$(rows t v v__v_text v__v_bool)" "1.5,NULL,NULL 2.0,NULL,NULL \
NULL,'3.25',NULL NULL,'abc',NULL NULL,NULL,1" 'doubles take integers'

load '{"v":"2024-01-02T03:04:05+02:00"}' '{"v":"2024-01-02T03:04:05"}' \
	'{"v":"2024-01-02 03:04:05"}' '{"v":"20240102T030405Z"}' \
	'{"v":"2024-01-02T03:04:05.123456789Z"}'
is "$(rows t v)" "'2024-01-02 01:04:05.000' '2024-01-02 03:04:05.000' \
'2024-01-02 03:04:05.000' '2024-01-02 03:04:05.000' \
'2024-01-02 03:04:05.123456789'" 'times are in UTC and keep nanoseconds'
is "$(type_of v)" timestamp 'of one type'

load '{"v":"2024-01-02"}' '{"v":"2024"}' '{"v":"03:04:05"}' \
	'{"v":"2024-W01-1"}' '{"v":"P1D"}'
is "$(rows t v)" "'2024-01-02' '2024' '03:04:05' '2024-W01-1' 'P1D'" \
	'dates, weeks and durations are text'
is "$(type_of v)" text 'as their type says'

load '{"v":1700000000000}' '{"v":1700000000}'
is "$(rows t v)" '1700000000000 1700000000' 'a number is a number'

load '{"v":"2024-01-02T03:04:05Z"}' '{"v":""}' '{"v":1700000000000}' \
	'{"v":1700000000}'
is "$(rows t v v__v_text v__v_bigint)" "'2024-01-02 03:04:05.000',NULL,NULL \
NULL,'',NULL NULL,NULL,1700000000000 NULL,NULL,1700000000" \
	'a number is no time, not even in a column of times'

load '{"a":{"b":{"c":1,"d":[10,20]}},"tags":["x",null,"y"],"m":[[1,2],[3]],"e":{},"el":[],"nul":null}'
is "$(rows t a__b__c e el nul)" "1,'{}','[]',NULL" \
	'an empty object, an empty list and null differ, and exist'
is "$(columns t)" 'a__b__c e el nul' 'each in its column'
is "$(rows t__a__b__d value _idx)" '10,0 20,1' 'a list below objects'
is "$(rows t__tags value _idx)" "'x',0 NULL,1 'y',2" 'null in a list is a row'
is "$(sqlite3 out.db 'SELECT m._idx, l._idx, l.value FROM t__m m
	JOIN t__m__list l ON l._parent_id = m._id ORDER BY 1, 2' |
	tr '\n' ' ')" '0|0|1 0|1|2 1|0|3 ' 'a list in a list goes through list'

load '{"l":[1,"a",{"k":2},null,1.5]}'
is "$(rows t__l value value__v_text k)" "1.0,NULL,NULL NULL,'a',NULL \
NULL,NULL,2 NULL,NULL,NULL 1.5,NULL,NULL" 'a list of everything'

printf '%s\n' '{"a":{"b":{"c":1}},"l":[{"k":[1]}]}' >in.ndjson
rm -f out.db
run ndjson-to-sql -d 0 -t t out.db in.ndjson
is "$(rows t a l)" "'{\"b\":{\"c\":1}}','[{\"k\":[1]}]'" 'depth 0 keeps JSON'
rm -f out.db
run ndjson-to-sql -d 1 -t t out.db in.ndjson
is "$(rows t a__b)" "'{\"c\":1}'" 'depth 1 takes one level apart'
is "$(rows t__l k)" "'[1]'" 'a list is a level as well'

load '{"v":18446744073709551615}' '{"v":0.1000000000000000055511151231257827}' \
	'{"v":1}'
is "$(rows t v)" "'18446744073709551615' \
'0.1000000000000000055511151231257827' '1'" \
	'numbers beyond 64 bits and beyond doubles keep their digits'
is "$(type_of v)" decimal 'as decimals'

printf '%s\n' '{"payload":{"userAgentParsedExtendedInformation":{"operatingSystemDetails":{"versionMajorNumber":[1],"versionMinorNumber":2}}}}' >in.ndjson
rm -f out.db
run ndjson-to-sql -t logs out.db in.ndjson
is "$(rows logs__payload__user_agent_parl2ktmqetails__version_major_number \
	value)" 1 'a name of more than 63 bytes has the tag of dlt'
is "$(rows logs \
	payload__user_agent_parsed_exfhfzaaetails__version_minor_number)" 2 \
	'a column as well'

rm -f out.db
printf '%s\n' '{"id":1,"tags":["x","y"]}' '{"id":2}' | ndjson-to-sql -t t out.db
printf '%s\n' '{"id":1,"tags":["z"]}' '{"id":3,"v":"c"}' \
	'{"id":3,"v":"c-dup"}' | ndjson-to-sql -t t out.db
is "$(rows t id v)" "1,NULL 2,NULL 3,'c-dup'" \
	'merged by id, and the last one of a key wins'
is "$(rows t__tags value)" "'z'" 'old rows of a list are gone'
done_testing
