# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# Sourced, behind lib.sh, by the tests of sql:DIALECT: the loads that are done
# directly and by scripts.

# A case is a list of loads: the options, then lines of input up to a blank
# line. The stream's last line is what logto-fetch would say.
script_cases() {
	cat <<'EOT'
# merge: rows change, lists shrink and grow, a key comes twice
-t t
{"id":"a","n":1,"tags":["x","y"],"o":{"d":0.1,"b":true,"z":-0.0}}
{"id":"b","n":2,"tags":[],"deep":[[1,2],[3]]}
{"id":"c","n":3,"tags":["x"]}
{"id":"a","n":9,"tags":["x","y","z"],"o":{"d":1e300,"b":false}}

-t t
{"id":"a","n":9,"tags":["x","y"],"o":{"d":1e300,"b":false}}
{"id":"b","n":2,"tags":["new"],"deep":[[1],[4,5]]}
{"id":"d","n":-9223372036854775808,"tags":[]}

# sync: what did not come goes, with what hangs on it
-t t --sync
{"id":"a","tags":["x","y"],"deep":[[1,2]]}
{"id":"b","tags":["x"]}
{"id":"e","tags":[]}

-t t --sync
{"id":"b","tags":["x","z"]}
{"id":"c","tags":[],"deep":[[3]]}

# sync below parents: only those that the stream covered
--sync
{"_resource":"roles_users","_parent":{"roleId":"r1"},"_key":["id"],"id":"u1","tags":["a"]}
{"_resource":"roles_users","_parent":{"roleId":"r1"},"_key":["id"],"id":"u2","tags":["b"]}
{"_resource":"roles_users","_parent":{"roleId":"r2"},"_key":["id"],"id":"u1","tags":["c","d"]}
{"_resource":"roles_users","_parent":{"roleId":"r'3"},"_key":["id"],"id":"u\"3","tags":["e"]}

--sync
{"_resource":"roles_users","_parent":{"roleId":"r2"},"_rows":0}
{"_resource":"roles_users","_parent":{"roleId":"r1"},"_key":["id"],"id":"u2","tags":["b","c"]}
{"_resource":"roles_users","_parent":{"roleId":"r'3"},"_key":["id"],"id":"u4"}

# append: rows without a key
-t t --append
{"n":1,"tags":["x"]}
{"n":1,"tags":["y","z"]}

-t t --append
{"n":1,"tags":["x"]}

# replace
-t t --replace
{"id":"a","tags":["x"]}
{"id":"b","tags":["y"]}

-t t --replace
{"id":"b","tags":["y","z"]}

# history: versions that stay, that end, that begin
-t t --history
{"id":"a","n":1,"tags":["x"]}
{"id":"b","n":1,"tags":["y","z"]}
{"id":"c","n":1}

-t t --history
{"id":"a","n":1,"tags":["x"]}
{"id":"b","n":2,"tags":["y"]}
{"id":"d","n":1}

-t t --history --sync
{"id":"a","n":1,"tags":["x","w"]}
{"id":"d","n":1}

# texts and names that are SQL
-t t
{"id":"'; DROP TABLE t; --","a\"b":"'","c'd":"\\","ключ":"é\u0001\n.quit\n\\q\n;\n"}
{"id":"\\'","x":"\\.\n\\N\t$$ :name ${x} %s ? :1 @x","y":"\r\n"}
{"id":"","empty":"","json":{},"list":[],"nul":null}
{"id":"E'\\x'","t":"2026-11-24T06:00:00.123456Z","big":12345678901234567890.12345}

# every type by name
-t t --type d=date --type tm=time --type dec=decimal --type ts=timestamp
{"id":1,"d":"2026-11-24","tm":"06:00:00","dec":"1.50","ts":"2026-11-24T06:00:00+02:00"}
{"id":2,"d":null,"tm":null,"dec":"-0.000000000000000000001","ts":null}

# numbers as keys, names over several tables
-k a -k b -t t
{"a":1,"b":"x","l":[{"m":[1,2]},{"m":[3]}]}
{"a":1,"b":"y","l":[{"m":[4]}]}
{"a":2,"b":"x'\"","l":[]}

-k a -k b -t t
{"a":1,"b":"x","l":[{"m":[2]}]}
{"a":2,"b":"x'\"","l":[{"m":[5,6]}]}

# members that no record has any more become null
-t t
{"id":"a","n":1,"gone":"x","o":{"p":1}}
{"id":"b","n":1,"gone":"y"}
{"id":"c","n":1,"gone":"z"}

-t t
{"id":"a","n":1}
{"id":"b","n":2}

# columns and tables named as a statement might call its own
-t s -k t -k s --sync
{"t":"a","s":1,"c":1,"n":2,"p":"3","x":4,"g":5,"r":6,"d":7,"u":8,"m":9,"f":"8","j":7,"e":6,"t_":5,"l":[{"s":1,"t":2,"x":3,"g":4}]}
{"t":"b","s":2,"c":1,"n":2,"p":"3","x":4,"g":5,"r":6,"d":7,"u":8,"m":9,"f":"8","j":7,"e":6,"t_":5,"l":[{"s":1,"t":2,"x":3,"g":4}]}
{"t":"c","s":3,"n":2,"l":[]}

-t s -k t -k s --sync
{"t":"a","s":1,"n":2,"p":"4","x":4,"g":5,"r":6,"d":7,"u":8,"m":9,"f":"8","j":7,"e":6,"t_":6,"l":[{"s":1,"t":2,"x":3,"g":5},{"s":2}]}
{"t":"d","s":4,"n":3,"l":[{"x":1}]}

# versions with such columns
-t t -k n --history
{"n":1,"s":"a","t":1,"x":"b","g":2}
{"n":2,"s":"a","t":1,"x":"b","g":2}

-t t -k n --history --sync
{"n":1,"s":"a","t":2,"x":"b","g":2}

EOT
}

# What psql can do, and others cannot: nothing is left of lists and tables.
emptying_cases() {
	cat <<'EOT'
# sync: lists that no record has any more, then no record
-t t --sync
{"id":"a","n":1,"tags":["x"],"deep":[[1,2],[3]],"o\"s":[{"l'":["m"]}]}
{"id":"b","n":1,"tags":["y","z"]}

-t t --sync
{"id":"b","n":2,"other":[1]}
{"id":"c","n":3}

--sync
{"_resource":"t","_rows":0}

# replace: the same
-t t --replace
{"id":"a","tags":["x"],"deep":[[1]]}

-t t --replace
{"id":"b"}

--replace
{"_resource":"t","_rows":0}

# sync of several: some have nothing, or nothing below any parent
--sync
{"_resource":"a","id":1,"l":["x"]}
{"_resource":"b","id":1,"l":["y"]}
{"_resource":"roles_users","_parent":{"roleId":"r1"},"_key":["id"],"id":"u1","tags":["a"]}

--sync
{"_resource":"a","_rows":0}
{"_resource":"b","id":1,"l":["y","z"]}
{"_resource":"roles_users","_rows":0}
{"_resource":"never_there","_rows":0}

EOT
}

# each_case [CASES [NUMBER]]: for each of script_cases, from that number on, calls begin_case, which knows $number and $name,
# then `load NUMBER OPTION...` for each of its loads, with the records on
# standard input and what goes wrong on standard output, then finish_case, with
# what went wrong in the file faults.
each_case() {
	"${1-script_cases}" >cases
	number=${2-0}
	name=
	while IFS= read -r line; do
		case $line in
		'#'*)
			[ -z "$name" ] || finish_case
			name=${line#\# }
			number=$((number + 1))
			: >faults
			begin_case
			;;
		'') ;;
		*)
			: >lines
			while IFS= read -r record && [ -n "$record" ]; do
				printf '%s\n' "$record" >>lines
			done
			# shellcheck disable=SC2086 # options are words
			load $number $line <lines >>faults
			;;
		esac
	done <cases
	finish_case
}

# --- for the databases of check-engines

# Their tests set $dialect and make ./shell, which runs the statements that it
# reads in the database that its argument names, and fails where one does. What
# the scripts leave there is what the same loads leave in SQLite directly.

# rows LEDGER NAME: what the database has, in the words of t/script-rows.
rows() {
	"$root/t/script-rows" "$dialect" "$1" ./shell "$2" 2>&1
}

rows_of_sqlite() {
	"$root/t/script-rows" sqlite "$1" sqlite3 "$1" 2>&1
}

begin_case() {
	: >messages
}

# A script that ran already has nothing to do, but to append.
load() {
	number=$1
	shift
	cat >input
	# A load's id is a millisecond, and a version's time too.
	sleep 0.002
	ndjson-to-sql "$@" "case$number.db" <input 2>>messages || echo direct
	ndjson-to-sql "$@" "sql:$dialect" <input >script.sql 2>>messages ||
		echo script
	./shell "case$number" <script.sql >>messages 2>&1 || echo run
	case $* in
	*--append*) ;;
	*) ./shell "case$number" <script.sql >>messages 2>&1 || echo again ;;
	esac
}

finish_case() {
	is "$(cat faults)" '' "$name: everything runs"
	[ ! -s faults ] || sed 's/^/# /' messages >&2
	is "$(rows "case$number.db" "case$number")" \
		"$(rows_of_sqlite "case$number.db")" "$name: the same rows"
}

# refused NAME OPTION...: the load of ./input changes nothing of ./base.
refused() {
	name=$1
	shift
	before=$(rows base.db base)
	ndjson-to-sql "$@" "sql:$dialect" input >script.sql 2>err
	run ./shell base <script.sql
	[ "$status" -ne 0 ]
	ok $? "$name: fails"
	is "$(rows base.db base)" "$before" "$name: nothing has changed"
}

# What a script must not do.
refusals() {
	echo '{"id":"a","n":1,"list":["x"]}' >input
	ndjson-to-sql -t t base.db input
	ndjson-to-sql -t t "sql:$dialect" input | ./shell base >/dev/null
	like "$(rows base.db base)" '6964=61 6e=31' 'a load to begin with'
	echo '{"id":"a","n":1.5,"list":[1]}' >input
	refused 'another type' -t t
	like "$(cat out err)" 'a column is there with another type or path' \
		"$name: says so"
	echo '{"id":"a","N":1,"list":["y"]}' >input
	refused 'another member under the same name' -t t
	echo '{"id":"a","n":1}' >input
	refused 'a list that no record has' -t t
	like "$(cat out err)" 'a list has rows that this load does not name' \
		"$name: says so"
	says='a table is there with another key or history'
	echo '{"id":"b","n":1,"list":["x"]}' >input
	refused 'another key' -t t -k n
	like "$(cat out err)" "$says" "$name: says so"
	echo '{"k":"b","n":1,"list":["x"]}' >input
	refused 'a new key' -t t -k k
	like "$(cat out err)" "$says" "$name: says so"
	echo '{"id":"a","k":"b","n":1,"list":["x"]}' >input
	refused 'a longer key' -t t -k id -k k
	like "$(cat out err)" "$says" "$name: says so"
	echo '{"id":"a","n":3,"list":["x"]}' >input
	refused 'no key' -t t --append
	like "$(cat out err)" "$says" "$name: says so"
	refused 'versions' -t t --history
	like "$(cat out err)" "$says" "$name: says so"
	echo '{"_resource":"t__list","id":1,"z":1}' >input
	refused 'a table that is below another'
	like "$(cat out err)" 'a table is there below another one' \
		"$name: says so"
	echo '{"id":"b","n":1,"list":["x"]}' >input
	refused 'a table in capitals' -t T
	like "$(cat out err)" 'a name is there in another spelling' \
		"$name: says so"
	says='a table is there whose list is empty now'
	echo '{"_resource":"t","_rows":0}' >input
	for mode in --sync --replace; do
		refused "nothing of a table, $mode" $mode
		like "$(cat out err)" "$says" "$name: says so"
	done
	printf '%s\n' '{"id":"a","n":1}' '{"id":"a","n":2}' >input
	ndjson-to-sql -t plain --append base.db input
	ndjson-to-sql -t plain --append "sql:$dialect" input |
		./shell base >/dev/null
	refused 'a key where there was none' -t plain
	like "$(cat out err)" \
		'a table is there with another key or history' \
		"$name: says so"
	before=$(rows base.db base)
	printf '%s\n' '{"id":"a","n":2,"list":["y","z"]}' \
		'{"id":"b","n":1,"list":["y"]}' >input
	ndjson-to-sql -t t "sql:$dialect" input >whole.sql
	lines=$(grep -nE '^(COMMIT|EXCHANGE)' whole.sql | sed -n '1s/:.*//p')
	for cut in $((lines / 3)) $((lines / 2)) $((lines - 4)) $((lines - 1)); do
		head -n "$cut" whole.sql | ./shell base >/dev/null 2>&1
		is "$(rows base.db base)" "$before" \
			"$cut of $lines lines: nothing has changed"
	done
	./shell base <whole.sql >/dev/null
	like "$(rows base.db base)" '6964=61 6e=32' 'the whole does, afterwards'
}

# fuzz SEED COUNT [WORD...]: any text and any name comes back equal. The words
# are t/script-fuzz's.
fuzz() {
	seed_of=$1
	count_of=$2
	shift 2
	for pass in 1 2; do
		name="$dialect, seed $seed_of, load $pass"
		"$root/t/script-fuzz" "$seed_of" "$count_of" "$pass" "$@" >input
		ndjson-to-sql "fuzz$seed_of.db" input 2>messages
		is $? 0 "$name: directly"
		ndjson-to-sql "sql:$dialect" input >script.sql 2>>messages
		is $? 0 "$name: as a script"
		./shell "fuzz$seed_of" <script.sql >>messages 2>&1
		is $? 0 "$name: it runs"
		grep -iE '^(error|code|parse)|line [0-9]' messages | head -n 5 |
			cut -c 1-400 | sed 's/^/# /' >&2
	done
	rows_of_sqlite "fuzz$seed_of.db" >wanted
	rows "fuzz$seed_of.db" "fuzz$seed_of" >got
	cmp -s got wanted
	ok $? "$dialect, seed $seed_of: all rows are equal"
	diff got wanted | head -n 6 | cut -c 1-600 | sed 's/^/# /' >&2
	[ "$(grep -vc ^--- wanted)" -ge "$count_of" ]
	ok $? "$dialect, seed $seed_of: there is something to compare"
}
