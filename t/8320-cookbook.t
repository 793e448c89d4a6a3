#!/bin/sh
# Runs the recipes of doc/cookbook, and doc/from-dlt.md, against the mock
# tenant, as a reader would: a page from its beginning to its end, in one
# directory. ```sh is a script, and ```output what it prints. A word behind
# says what is special: `forever` that it has to be stopped, `needs-NAME` what
# has to be there. So it is with ```python MODULE and ```sql DATABASE. Where it
# is not there, the recipe is skipped; by `make check-engines` it fails then.
# <!-- test: ... --> is what happens meanwhile.
. "${0%/*}/lib.sh"
. "$root/t/postgres.sh"

# One file for each block, in order, whose name says what it is.
blocks() {
	sed "s|/usr/local/share/logto-pipeline|$root/share|g
		s|doc/examples/|$root/doc/examples/|g
		s/--since 10m/--since 2026-11-24/
		/^export LOGTO_ENDPOINT=/d" "$1" | awk -v to="$2" '
		/^<!-- test: .* -->$/ {
			sub(/^<!-- test: /, "")
			sub(/ -->$/, "")
			print >sprintf("%s/%02d.hook", to, ++n)
			next
		}
		/^ *```/ {
			inside = !inside
			file = ""
			indent = index($0, "`")
			kind = substr($0, indent + 3)
			if (inside && kind !~ /^(text|ini|toml)$/) {
				gsub(/ /, "-", kind)
				file = sprintf("%s/%02d.%s", to, ++n, kind)
				printf "" >file
			}
			next
		}
		file { print substr($0, indent) >file }'
}

# With the modules that the recipes want, if they were installed for that.
python=python3
[ ! -x "${ENGINES-}/notebooks/python/bin/python" ] ||
	python=$ENGINES/notebooks/python/bin/python
has_python() {
	command -v "$python" >/dev/null && "$python" -c "import $1" 2>/dev/null
}
has_r() {
	command -v Rscript >/dev/null && Rscript -e 'library(RSQLite)' \
		>/dev/null 2>&1
}

# forever SCRIPT TEXT: starts it with the log from its beginning, and stops it
# when it has said TEXT; if that is empty, when it has made a table.
forever() {
	sed 's/--follow/--follow --since 2026-11-24/' "$1" >forever.sh
	: >"$T/out"
	perl -e 'setpgrp(0, 0); exec @ARGV' sh forever.sh \
		>"$T/out" 2>"$T/err" </dev/null &
	waited=0
	until [ $waited -ge 200 ] || { [ -n "$2" ] &&
		grep -qF -e "$2" "$T/out"; } || { [ -z "$2" ] &&
		sqlite3 live.db 'SELECT 1 FROM logs' >/dev/null 2>&1; }; do
		waited=$((waited + 1))
		sleep 0.05
	done
	kill -- "-$!" 2>/dev/null
	wait $! 2>/dev/null
	[ $waited -lt 200 ]
	status=$?
}

# Not the make that may be running us.
unset MAKEFLAGS MAKELEVEL MFLAGS
# The hour must not change meanwhile.
TODAY=$(date -u +%F) HOUR=$(date -u +%FT%H)
export VIEWS="$root/share" TODAY HOUR RUNTIME__DLTHUB_TELEMETRY=false
# As root, dlt keeps what it knows of a pipeline in /var.
export DLT_DATA_DIR="$T/dlt"

# run_block BLOCK [OUTPUT]: runs one as its kind says, in the page's own
# directory, and compares with what stands there.
count=0
skipped=0
page=
# lacks WHAT [optional]: for a recipe that cannot run here.
lacks() {
	if [ -n "${ENGINES-}" ] && [ $# -eq 1 ]; then
		ok 1 "$name: $1 is missing"
		return
	fi
	skipped=$((skipped + 1))
	ok 0 "$name # skip $1 is missing"
}
run_block() {
	name="$page: ${1##*/} $(sed -n '/./{p;q;}' "$1" | cut -c1-40)"
	cp "$1" block
	case $1 in
	*.sh-forever)
		wanted=$(cat "${2:-/dev/null}")
		forever block "$wanted"
		ok $status "$name"
		count=$((count + 1))
		return ;;
	*.hook)
		eval "$(cat block)"
		return ;;
	*.crontab)
		# cron's shell, and its home; `\%` is its spelling of %.
		sed 's/^\([^ ]* \)\{5\}//; s/\\%/%/g' block >script
		set -- "$1" "${2-}" sh script ;;
	*.sh-needs-postgres)
		[ -n "$postgres_bin" ] || { lacks PostgreSQL; return; }
		[ -n "$postgres_pid" ] || postgres
		PATH=$PATH:$postgres_bin
		set -- "$1" "${2-}" sh -e block ;;
	*.sh-needs-duckdb)
		[ -n "${ENGINES-}" ] && [ -x "$ENGINES/duckdb/duckdb" ] || {
			lacks DuckDB; return
		}
		PATH=$PATH:$ENGINES/duckdb
		LIBDUCKDB=$(echo "$ENGINES"/duckdb/libduckdb.*)
		export LIBDUCKDB
		set -- "$1" "${2-}" sh -e block ;;
	*.sh-needs-dot)
		command -v dot >/dev/null || { lacks Graphviz; return; }
		set -- "$1" "${2-}" sh -e block ;;
	*.sh) set -- "$1" "${2-}" sh -e block ;;
	*.sql-postgres)
		[ -n "$postgres_pid" ] || { lacks PostgreSQL; return; }
		set -- "$1" "${2-}" psql -X -v ON_ERROR_STOP=1 -f block ;;
	*.sql-sqlite)
		set -- "$1" "${2-}" sqlite3 -bail out.db ".read block" ;;
	*.python-*)
		has_python "${1##*.python-}" ||
			{ lacks "${1##*.python-}"; return; }
		set -- "$1" "${2-}" "$python" block ;;
	*.r)
		# What else would bring R is too large for a test.
		has_r || { lacks 'R with RSQLite' optional; return; }
		set -- "$1" "${2-}" Rscript block ;;
	*)
		ok 1 "$name: what is that?"
		return ;;
	esac
	output=$2
	shift 2
	"$@" >"$T/out" 2>"$T/err" </dev/null
	status=$?
	ok $status "$name"
	[ $status = 0 ] || sed 's/^/# /' "$T/err" >&2
	[ -z "$output" ] || is "$(cat "$T/out")" "$(cat "$output")" \
		"$name: prints that"
	count=$((count + 1))
}

for document in "$root"/doc/cookbook/*.md "$root/doc/from-dlt.md"; do
	page=${document##*/}
	mkdir -p "$T/$page/blocks" || exit 1
	blocks "$document" "$T/$page/blocks"
	cd "$T" || exit 1
	mock
	cd "$T/$page" || exit 1
	set -- blocks/*
	while [ $# -gt 0 ] && [ -f "$1" ]; do
		if [ $# -gt 1 ] && [ "${2%.output}" != "$2" ]; then
			run_block "$T/$page/$1" "$T/$page/$2"
			shift 2
		else
			run_block "$T/$page/$1"
			shift
		fi
	done
done
ok $((count + skipped < 44)) "there are recipes ($count, $skipped skipped)"

# cron's line has left a snapshot, and make does nothing a second time.
ok "$(ls "$HOME"/logto/snapshot-*.db >/dev/null 2>&1; echo $?)" 'a snapshot'
cd "$T" || exit 1
cp "$HOME"/batch/report/all.db before.db
mock
run make -s -C "$HOME/batch" -j4
exits 0 'make again'
is "$(stat_of api_requests)" 0 'asks for nothing'
# A report that fails leaves no file, and no stale one.
rm "$HOME/batch/report/sign_in_funnel.csv"
sqlite3 "$HOME/batch/report/all.db" 'DROP VIEW logto_sign_in_funnel'
run make -s -C "$HOME/batch"
is "$status" 2 'a failure is one of make'
[ ! -e "$HOME/batch/report/sign_in_funnel.csv" ]
ok $? 'and leaves no target'

# The units: what systemd thinks of them, and what they run.
if command -v systemd-analyze >/dev/null; then
	run systemd-analyze verify "$root"/doc/examples/logto-snapshot.*
	exits 0 'systemd takes the units'
	is "$(cat err)" '' 'without a warning'
fi
mkdir service && cd service || exit 1
sed -n "s/^ExecStart=\/bin\/sh -c '\(.*\)'$/\1/p" \
	"$root/doc/examples/logto-snapshot.service" |
	sed 's/\$\$/$/g; s/%%/%/g' >script
run sh -e script
exits 0 'what the service runs'
ok "$(ls snapshot-2*.db >/dev/null 2>&1; echo $?)" 'makes a snapshot'

done_testing
