# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# Sourced by each shell test: `. "${0%/*}/lib.sh"`. Gives the test its own
# directory (and stands in it), HOME and XDG directories, an empty LOGTO_
# environment, the C locale and UTC, and the programs under test on PATH.
# Nothing of it survives the test, the mock tenant included.

set -u
# nohup(1) hands an ignored SIGHUP down, and no shell can take that back.
if perl -e 'exit(($SIG{HUP} // "") ne "IGNORE")'; then
	exec perl -e '$SIG{HUP} = "DEFAULT"; exec @ARGV' sh "$0" "$@"
fi
root=$(cd "${0%/*}/.." && pwd)
build=${BUILD:-build/release}
case $build in
/*) ;;
*) build=$root/$build ;;
esac
for variable in $(env | sed -n 's/^\(LOGTO_[A-Z_]*\)=.*/\1/p'); do
	unset "$variable"
done
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY \
	ALL_PROXY NO_PROXY SSL_CERT_FILE LIBDUCKDB
T=$(mktemp -d "${TMPDIR:-/tmp}/logto-test.XXXXXX") || exit 1
T=$(cd "$T" && pwd -P)
export HOME="$T/home" XDG_CONFIG_HOME="$T/config" XDG_RUNTIME_DIR="$T/run"
export XDG_CACHE_HOME="$T/cache" LC_ALL=C TZ=UTC0 PATH="$build:$PATH"
export NO_COLOR=1 TERM=dumb
mkdir "$HOME" "$XDG_CONFIG_HOME" "$XDG_RUNTIME_DIR" "$XDG_CACHE_HOME"
chmod 700 "$XDG_RUNTIME_DIR"
cd "$T" || exit 1
mock_pid=
cleanup() {
	[ -z "$mock_pid" ] || kill "$mock_pid" 2>/dev/null
	cd / && rm -rf "$T"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

tap_count=0
tap_failures=0

# ok STATUS NAME: passes if STATUS is 0.
ok() {
	tap_count=$((tap_count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_count - $2"
	else
		tap_failures=$((tap_failures + 1))
		echo "not ok $tap_count - $2"
	fi
}

# is GOT WANTED NAME: compares strings.
is() {
	if [ "$1" = "$2" ]; then
		ok 0 "$3"
	else
		ok 1 "$3"
		printf '%s\n' "   got: $1" "wanted: $2" | sed 's/^/# /' >&2
	fi
}

# like TEXT PATTERN NAME: PATTERN is an extended regular expression.
like() {
	if printf '%s\n' "$1" | grep -Eq -e "$2"; then
		ok 0 "$3"
	else
		ok 1 "$3"
		printf '%s\n' "   got: $1" "wanted: $2" | sed 's/^/# /' >&2
	fi
}

# unlike TEXT PATTERN NAME
unlike() {
	if printf '%s\n' "$1" | grep -Eq -e "$2"; then
		ok 1 "$3"
		printf '%s\n' "   got: $1" "unwanted: $2" | sed 's/^/# /' >&2
	else
		ok 0 "$3"
	fi
}

# run COMMAND...: leaves stdout in file out, stderr in err, status in $status.
run() {
	"$@" >out 2>err
	status=$?
}

# bounded MB COMMAND...: run, with that much address space at most, and minutes:
# a hang is a failure then (status 124). Sanitizers take space of their own.
bounded() {
	space=$(($1 * 1024))
	shift
	case ${build##*/} in
	release | clang) ;;
	*) space=unlimited ;;
	esac
	run sh -c 'ulimit -v "$1" && shift && exec timeout 300 "$@"' sh \
		"$space" "$@"
}

# exits STATUS NAME: compares what `run` left; a wrong one shows stderr.
exits() {
	is "$status" "$1" "$2"
	[ "$status" = "$1" ] || sed 's/^/# /' err >&2
}

# fails STATUS PATTERN NAME: the run ended with STATUS, wrote nothing to
# stdout but a stream's error fragment, and one message that matches PATTERN,
# beside the warning that it was tried again.
fails() {
	exits "$1" "$3: status $1"
	like "$(cat err)" "$2" "$3: message"
	is "$(grep -vc '^try \|: warning: .*; trying again up to' err)" 1 \
		"$3: one message"
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# has_terminals: whether programs can make one; not in a chroot that lacks
# /dev/pts.
has_terminals() {
	(: <>/dev/ptmx) 2>/dev/null
}

# engine NAME: for a test against a real NAME, which is in $ENGINES/NAME then.
# It runs by `make check-engines`, where a missing engine is a failure.
engine() {
	[ -n "${ENGINES-}" ] || skip_all "make check-engines runs it"
	[ -f "$ENGINES/$1/version" ] || {
		echo "Bail out! $ENGINES has no $1; t/engines installs it"
		exit 1
	}
}

# mock [OPTION...]: starts the mock tenant; sets mock_pid, LOGTO_ENDPOINT and
# a working credential.
mock() {
	mock_stop
	rm -f mock.url
	"$build/mock-logto" --port 0 --url-file "$T/mock.url" \
		--app-id app --app-secret s3cret "$@" \
		>mock.log 2>&1 </dev/null &
	mock_pid=$!
	tries=0
	while [ ! -s mock.url ]; do
		tries=$((tries + 1))
		if [ $tries -gt 200 ] || ! kill -0 "$mock_pid" 2>/dev/null; then
			echo "Bail out! the mock tenant did not start"
			sed 's/^/# /' mock.log >&2
			exit 1
		fi
		sleep 0.05
	done
	LOGTO_ENDPOINT=$(cat mock.url)
	export LOGTO_ENDPOINT LOGTO_APP_ID=app LOGTO_APP_SECRET=s3cret
}

mock_stop() {
	[ -n "$mock_pid" ] || return 0
	kill "$mock_pid" 2>/dev/null
	wait "$mock_pid" 2>/dev/null
	mock_pid=
}

# rules TEXT...: one rule a line, in force from the next request on.
rules() {
	printf '%s\n' "$@" | curl -sS -X PUT --data-binary @- \
		"$LOGTO_ENDPOINT/_mock/rules" >/dev/null
}

# requests: the log of requests so far.
requests() {
	curl -sS "$LOGTO_ENDPOINT/_mock/requests"
}

# stat_of NAME: one of the mock's counts, such as token_requests.
stat_of() {
	curl -sS "$LOGTO_ENDPOINT/_mock/stats" | sed -n "s/^$1 //p"
}

# replay METHOD PATH EXCHANGE: from now on the mock answers such a request
# with the status, type, request id and body of a recorded exchange.
replay() {
	answer=$(awk -v request="$1 $2" '
	function quoted(text) {
		gsub(/\\/, "\\\\", text)
		gsub(/"/, "\\\"", text)
		return "\"" text "\""
	}
	/^=== RESPONSE/ { part = "status"; next }
	part == "status" { status = $2; part = "header"; next }
	part == "header" && /^\r?$/ { part = "body"; next }
	part == "header" { sub(/\r$/, "") }
	part == "header" && tolower($1) == "content-type:" {
		type = substr($0, index($0, ":") + 2)
	}
	part == "header" && tolower($1) == "logto-core-request-id:" {
		id = $2
	}
	part == "body" && !/^\r?$/ { body = body $0 }
	END {
		print request ": status " status " body " quoted(body) \
			" type " quoted(type) \
			" header Logto-Core-Request-Id " quoted(id)
	}' "$root/t/data/exchanges/$3.http")
	rules "$answer"
}

done_testing() {
	echo "1..$tap_count"
	[ "$tap_failures" -eq 0 ]
	exit
}
