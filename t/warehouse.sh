# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# Sourced, behind lib.sh and scripts.sh, by tests that run loads for a
# warehouse in a stand-in for it (warehouse.py): the cases of scripts.sh, or
# those in $cases, as scripts and as directories.

begin_case() {
	case " ${cases-$number} " in
	*" $number "*) mkdir "script_$number" "bundle_$number" ;;
	esac
	place=0
	echo "$name" >"name$number"
}

load() {
	number=$1
	shift
	place=$((place + 1))
	[ -d "script_$number" ] || return 0
	cat >input
	sleep 0.002
	ndjson-to-sql "$@" "direct$number.db" <input || echo direct
	ndjson-to-sql "$@" "sql:$dialect" <input >"script_$number/$place.sql" ||
		echo script
	ndjson-to-sql "$@" "$dialect:bundle_$number/$place" <input ||
		echo bundle
}

finish_case() {
	is "$(cat faults)" '' "$name: is written"
	for kind in script bundle; do
		[ ! -d "${kind}_$number" ] ||
			cp "direct$number.db" "${kind}_$number/direct.db"
	done
}

# What does not fit must end a script before it changes a row: each of these
# is run where the first was, which goes alone as what a load costs is its
# statements.
misfits() {
	mkdir misfits
	echo '{"id":"a","n":1,"list":["x"]}' >input
	ndjson-to-sql -t t misfits/direct.db input
	ndjson-to-sql -t t "sql:$dialect" input >misfits/1.sql
	ndjson-to-sql -t T "sql:$dialect" input >misfits/2.sql
	echo '{"id":"a","n":1.5,"list":["x"]}' |
		ndjson-to-sql -t t "sql:$dialect" >misfits/3.sql
	echo '{"id":"b","n":1}' | ndjson-to-sql -t t "sql:$dialect" >misfits/4.sql
}

# misfit NUMBER MESSAGE NAME
misfit() {
	like "$(grep "^misfits/$1\.sql" misfits/faults)" "$2" "$3 ends the script"
}

# run_cases PYTHON: runs all that were written, and tells of each.
run_cases() {
	python=$1
	# shellcheck disable=SC2046 # names of ours are words
	set -- $(ls -d script_* bundle_* misfits 2>/dev/null)
	"$python" "$root/t/warehouse.py" "$dialect" "$@" >log 2>&1
	for directory; do
		case $directory in
		misfits)
			misfit 2 'a name is there in another spelling' \
				'another spelling'
			misfit 3 'a column is there with another type or path' \
				'another type'
			misfit 4 'a list has rows that this load does not name' \
				'a list that no record has'
			is "$(grep -c . misfits/faults)" 3 '... before a row changes'
			;;
		*)
			is "$(cat "$directory/faults" 2>&1)" '' \
				"${directory%_*}: $(cat "name${directory#*_}")"
			[ -f "$directory/faults" ] || tail -3 log >&2
			;;
		esac
	done
}
