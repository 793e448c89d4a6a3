#!/bin/sh
# The systemd unit of doc/examples: what systemd thinks of its sandbox, and
# that the programs do their work inside it. No systemd runs here: t/jail lays
# the unit's filters on the processes, bubblewrap gives them its view of files.
. "${0%/*}/lib.sh"

unit=$root/doc/examples/logto-snapshot.service
command -v systemd-analyze >/dev/null || skip_all 'no systemd-analyze here'

# setting NAME: its values in the unit, one a line.
setting() {
	sed -n "s/^$1=//p" "$unit"
}

run systemd-analyze security --offline=true "$unit"
exits 0 'systemd judges the unit'
exposure=$(sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p' out)
like "$exposure" '^(0\.[0-9]|1\.[0-5])$' "its exposure is $exposure of 10"
is "$(grep -c '✗.*\(Capabil\|SystemCall\|RestrictName\)' out)" 0 \
	'no capability, no unusual system call, no namespace'

# A sanitizer traces, and takes more memory than is there: that is forbidden.
if [ "${build##*/}" != release ] || ! "$root/t/jail" "$unit" true 2>why; then
	[ ! -e why ] || sed 's/^/# /' why
	done_testing
fi

# What the filters forbid is forbidden, or the rest would show nothing.
# forbidden CODE NAME: Perl that must fail in the jail, and not outside.
forbidden() {
	perl -MPOSIX -MSocket -e "exit !($1)"
	ok $? "$2: possible"
	"$root/t/jail" "$unit" perl -MPOSIX -MSocket -e "exit !!($1)"
	ok $? "$2: not inside"
}
forbidden 'socket(my $s, 16, SOCK_RAW, 0)' 'netlink sockets'
forbidden 'POSIX::nice(1)' 'priorities'
"$root/t/jail" "$unit" perl -MSocket -e \
	'exit !(socket(my $s, AF_INET, SOCK_STREAM, 0))'
ok $? 'the internet is there'

# The unit's own command, on files as the unit shows them.
mock
mkdir state credentials outside
printf s3cret >credentials/app-secret
chmod 755 "$T"
chmod 400 credentials/app-secret
[ "$(id -u)" != 0 ] || chown -R 65534:65534 state credentials
unset LOGTO_APP_SECRET

# inside COMMAND...: as the service, in its StateDirectory; without bubblewrap
# (or the right to use it) the file system is all there.
place=$T source=$root programs=$build
if bwrap --ro-bind / / --unshare-pid --proc /proc --dev /dev true 2>/dev/null
then
	place=/var source=/var/source programs=/var/build
fi
inside() {
	set -- env -C "$place/state" "$source/t/jail" \
		"$source/doc/examples/logto-snapshot.service" "$@"
	[ "$place" = "$T" ] || set -- bwrap --ro-bind / / --tmpfs /home \
		--tmpfs /root --tmpfs /var --tmpfs /tmp --tmpfs /run \
		--ro-bind "$root" "$source" --ro-bind "$build" "$programs" \
		--bind "$T/state" "$place/state" \
		--ro-bind "$T/credentials" "$place/credentials" \
		--proc /proc --dev /dev --unshare-pid --unshare-ipc \
		--unshare-uts --unshare-cgroup-try --new-session \
		--die-with-parent --cap-drop ALL --cap-add CAP_SETUID \
		--cap-add CAP_SETGID --cap-add CAP_SETPCAP "$@"
	env -u XDG_RUNTIME_DIR -u XDG_CONFIG_HOME -u XDG_CACHE_HOME -u HOME \
		LOGTO_APP_SECRET_FILE="$place/credentials/app-secret" \
		PATH="$programs:$PATH" "$@"
}
run inside sh -c 'command -v ndjson-to-sql'
[ "$(cat out)" = "$programs/ndjson-to-sql" ] || {
	echo '# no other user can read this checkout'
	done_testing
}
if [ "$place" != "$T" ]; then
	run inside touch "$source/file" /usr/file /tmp/file file
	is "$(grep -c Read-only err) $(ls state)" '2 file' \
		'nothing outside can be written'
	rm -f state/file
fi

script="umask $(setting UMask); "$(setting ExecStart | sed -n "s/^\/bin\/sh -c '\(.*\)'$/\1/p" |
	sed 's/\$\$/$/g; s/%%/%/g')
run inside sh -c "$script"
exits 0 'what the service runs'
is "$(cat err)" '' 'has nothing to say'
today=$(echo state/snapshot-2*.db)
is "$(sqlite3 "$today" 'PRAGMA integrity_check')" ok 'leaves a whole database'
LOGTO_APP_SECRET=s3cret logto-fetch --all | ndjson-to-sql outside/all.db
counts='SELECT name, (SELECT count(*) FROM pragma_table_info(m.name)) FROM
	sqlite_schema m WHERE type = "table" ORDER BY 1'
is "$(sqlite3 "$today" "$counts" | md5sum)" \
	"$(sqlite3 outside/all.db "$counts" | md5sum)" 'with all tables'
rows='SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM logs)'
is "$(sqlite3 "$today" "$rows")" "$(sqlite3 outside/all.db "$rows")" \
	'and their rows'
run inside sh -c "$script"
exits 0 'a second run merges'
run inside sh -c "umask 077; logto-token | logto-fetch logs --jq '{id, createdAt}' -j 8 |
	ndjson-to-sql --gzip csv:logs && ndjson-to-sql --describe ${today#*/}"
exits 0 'tokens through the pipe, --jq and files work as well'
like "$(cat out)" 'logs' 'and so does reading'
is "$(ls state/logs/logs.csv.gz)" state/logs/logs.csv.gz 'the files are there'
run inside logto-token --check
exits 0 'logto-token --check'
is "$(find state -type f -perm /077)" '' 'only the service reads what it wrote'

done_testing
