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
