#!/bin/sh
# SPDX-License-Identifier: ISC
# From the tables alone the JSON comes back: every record of the recorded
# tenant, and records that were made to be hard.
. "${0%/*}/lib.sh"

# returns NAME FILE: loads the records of FILE and takes the way back.
returns() {
	rm -f out.db
	run ndjson-to-sql --append -t records out.db "$2"
	[ "$status" -eq 0 ] || sed 's/^/# /' err >&2
	if perl "$root/t/roundtrip" check out.db records "$2" >diff 2>&1; then
		ok 0 "$1"
	else
		ok 1 "$1"
		cut -c 1-2000 diff | sed 's/^/# /' >&2
	fi
}

for list in "$root"/t/data/tenant/*.json; do
	name=${list##*/}
	# The two documents outside the management API are no lists.
	case $name in
	oidc.*) continue ;;
	esac
	perl "$root/t/roundtrip" split "$list" >records.ndjson
	[ -s records.ndjson ] || continue
	returns "$(wc -l <records.ndjson) of ${name%.json}" records.ndjson
done

cat >hard.ndjson <<'END'
{"v":1}
{"v":"1"}
{"v":true}
{"v":null}
{"v":{}}
{"v":[]}
{"v":[{}]}
{"v":[[]]}
{"v":[null]}
{"v":[[null],[],[[1]]]}
{"v":{"a":1}}
{"v":{"a":{"a":[{"a":"x"},1,"1",false]}}}
{"v":1.5}
{"v":0.1}
{"v":1e-7}
{"v":123456789012345678901234567890}
{"v":-9223372036854775808}
{"v":9007199254740993}
{"v":0.30000000000000000001}
{"v":1e400}
{"v":""}
{"v":"null"}
{"v":"{}"}
{"v":"2024-01-02T03:04:05.000Z"}
{"v":"2024-01-02"}
{"v":"\u0000"}
{"v":"a\u0000b\n\"\\\/\ud83d\ude00"}
{"v.w":1,"v_w":2,"v-w":[1],"V W":{"x":1}}
{"v.w":[{"x":1}],"v_w":{"x":[2]},"v-w":null}
{"":1," ":2,"__":3,"_":4,"日本":5,"東京":6,"a\"b'c":7,"a.b[*]":8}
{"createdAt":1700000000000,"updated_at":1700000000,"sentTime":"x"}
{"createdAt":1700000000123,"updated_at":1700000000999,"sentTime":170}
{"_id":1,"_load_id":2,"_parent_id":3,"_idx":4,"list":[{"_id":5,"_idx":6}]}
{"list":[{"_id":7,"value":8},9,{"list":[10,[11]]}],"value":12}
END
returns 'records that are hard' hard.ndjson

# Times: of each zone, number of digits and way to write them; the first one of
# a column gives it its form, those that differ stand beside it as they came.
cat >times <<'END'
2024-01-02T03:04:05.678Z
2024-01-02T03:04:05Z
2024-01-02T03:04:05z
2024-01-02t03:04:05Z
2024-01-02 03:04:05
2024-01-02T03:04:05
2024-01-02T03:04
2024-01-02T03:04Z
2024-01-02T03:04:05.1Z
2024-01-02T03:04:05.10Z
2024-01-02T03:04:05.100Z
2024-01-02T03:04:05.1000Z
2024-01-02T03:04:05.123456789Z
2024-01-02T03:04:05.5
2024-01-02T03:04:05+00:00
2024-01-02T03:04:05-00:00
2024-01-02T03:04:05+02:00
2024-01-02T03:04:05+0200
2024-01-02T03:04:05+02
2024-01-02T03:04:05.678-11:30
2024-01-01T23:59:59+14:00
20240102T030405Z
20240102T030405.25+0530
0000-01-01T00:00:00Z
9999-12-31T23:59:59.999999999Z
1969-12-31T23:59:59.999Z
2024-02-29T00:00:00Z
2024-01-02T03:04.5Z
END
sed 's/.*/{"at":"&"}/' times >mixed.ndjson
printf '%s\n' '{"at":"x"}' '{"at":1}' '{"at":null}' '{"at":[1]}' >>mixed.ndjson
returns 'times of every form in one column' mixed.ndjson
while read -r time; do
	{
		printf '{"at":"%s"}\n' "$time" "$time"
		cat mixed.ndjson
		printf '{"at":"%s"}\n' "$time"
	} >led.ndjson
	returns "... that has the form of $time" led.ndjson
done <times
{
	echo '{"createdAt":1700000000000}'
	sed 's/.*/{"createdAt":"&"}/' times
	echo '{"createdAt":1700000000001}'
} >epoch.ndjson
returns '... that has epoch milliseconds' epoch.ndjson
{
	sed 's/.*/{"createdAt":"&"}/' times
	echo '{"createdAt":1700000000001}'
} >epoch.ndjson
returns '... and the other way round' epoch.ndjson


# What the form tells needs no second column.
sed -n '/+02:00/p' mixed.ndjson | sed 'p;s/2024-01/2023-12/' >same.ndjson
returns 'times of one form' same.ndjson
is "$(sqlite3 out.db "SELECT group_concat(column_name), group_concat(form)
	FROM _columns WHERE kind = 'member'; SELECT min(at) FROM records")" \
	'at|YYYY-MM-DDThh:mm:ss+02:00
2023-12-02 01:04:05.000' '... are in one column, as instants'

# The check itself must see what is wrong.
returns 'before something is changed' hard.ndjson
sqlite3 out.db "UPDATE records SET v__v_text = '2'
	WHERE v__v_text = '1'"
run perl "$root/t/roundtrip" check out.db records hard.ndjson
exits 1 'another value is seen'
like "$(cat out)" '^record 2$' 'and where'
sqlite3 out.db "UPDATE records SET v__v_text = '1'
	WHERE v__v_text = '2'; DELETE FROM records__v WHERE _idx = 2"
run perl "$root/t/roundtrip" check out.db records hard.ndjson
exits 1 'a row that is gone is seen'
done_testing
