#!/bin/sh
# A directory of files is old or new: several loaders, no permission, death and
# a full disk at each single step.
. "${0%/*}/lib.sh"

echo '{"_resource":"users","id":"u1","v":"x","l":[1]}' >in
# keep, unchanged: that dir is as it was.
keep() {
	rm -rf saved
	cp -r dir saved
}
unchanged() {
	diff -r dir saved >/dev/null
	ok $? "$1"
	is "$(ls -d dir*)" dir '... and nothing is left beside it'
}

# --- permission and space

cat >as-nobody <<'EOT'
use POSIX;
if ($> == 0) {
	$) = "65534 65534";
	setgid(65534) and setuid(65534) or exit 42;
}
exec @ARGV or exit 43;
EOT
rm -rf dir
ndjson-to-sql csv:dir in
mkdir shut
cp -r dir shut/old
chmod 711 .
cp "$build/ndjson-to-sql" nobody-loads
chmod 755 nobody-loads
chmod 777 shut/old
chmod 555 shut
for target in shut/new shut/old; do
	run perl as-nobody ./nobody-loads csv:$target <in
	[ "$status" != 42 ] || break
	fails 3 'Permission' "no permission: $target"
done
run perl as-nobody ./nobody-loads --describe csv:shut/old
[ "$status" = 42 ] || exits 0 '... but to look'
chmod 755 shut
is "$(ls shut)" old '... leaves nothing behind'

keep
if (ulimit -f 200) 2>/dev/null; then
	awk 'BEGIN { for (i = 0; i < 20000; i++)
		printf "{\"_resource\":\"users\",\"id\":\"n%d\",\"v\":\"%040d\"}\n", i, i
	}' >much
	for target in csv:dir ndjson:fresh; do
		(
			trap '' XFSZ
			ulimit -f 200
			run ndjson-to-sql $target <much
			echo "$status" >status
		)
		is "$(cat status)" 1 "no space: $target"
		like "$(cat err)" 'full|too large|I/O|No space' '... and says so'
	done
	unchanged '... which stays as it was'
	is "$(ls -d fresh* 2>/dev/null)" '' '... or absent'
fi

# --- several at a time

awk 'BEGIN { for (i = 0; i < 500; i++) printf "{\"id\":%d}\n", i }' >first
awk 'BEGIN { for (i = 500; i < 900; i++) printf "{\"id\":%d}\n", i }' >second
for round in 1 2 3; do
	rm -rf both
	ndjson-to-sql -t t csv:both first & one=$!
	ndjson-to-sql -t t csv:both second & two=$!
	wait $one && wait $two
	is "$?, $(wc -l <both/t.csv), $(wc -l <both/_loads.csv)" '0, 901, 3' \
		'two loaders wait for each other'
done
mkfifo pipe
# A shell starts its background jobs with INT ignored.
perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' ndjson-to-sql -t t csv:both <pipe &
loader=$!
exec 9>pipe
tries=0
until [ -d both-loading/ndjson-to-sql.new ] || [ $tries -gt 200 ]; do
	tries=$((tries + 1))
	sleep 0.02
done
run ndjson-to-sql --busy-timeout 50ms -t t csv:both first
fails 4 'being written by another loader' 'one that takes too long'
is "$(ndjson-to-sql --last t.id csv:both)" 899 '... keeps nobody from looking'
kill -INT $loader
wait $loader
status=$?
exec 9>&-
is $status 130 'Ctrl-C: status 130'
is "$(ls -d both*), $(wc -l <both/_loads.csv)" 'both, 3' \
	'... leaves nothing, and the old files'

# --- death and a full disk at each step

# Traced, LeakSanitizer refuses to work and fails the program.
export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0"
if ! strace -f -o trace -e trace=none true 2>/dev/null; then
	done_testing
fi
echo '{"_resource":"t","id":1,"l":[1]}' >old
echo '{"_resource":"kept","id":1}' >>old
echo '{"_resource":"t","id":2,"l":[1,2]}' >new

# state: what run.dir holds, by what it should.
state() {
	[ -e run.dir/t.csv ] || { echo none; return; }
	case $(cat run.dir/t.csv run.dir/t__l.csv run.dir/kept.csv 2>/dev/null |
		cut -d, -f1 | tr '\n' ' ') in
	'id 1 _parent_id 1 id 1 ') echo old ;;
	'id 1 2 _parent_id 1 2 2 id 1 ' | 'id 2 _parent_id 2 2 ')
		echo new ;;
	*) echo broken ;;
	esac
}

# at_each FAULT STATE CALLS [OPTION...]: the states of a directory (old or
# none) after a fault at the first, second, ... of each system call, until none
# is met, and after another load has cleaned up; and the exit statuses.
at_each() {
	fault=$1 before=$2 calls=$3
	case $fault in
	signal=*) mark='killed by SIGKILL' ;;
	*) mark=INJECTED ;;
	esac
	shift 3
	: >states
	: >statuses
	for call in $calls; do
		n=0
		while [ $n -lt 200 ]; do
			n=$((n + 1))
			rm -rf run.dir*
			[ "$before" = none ] || cp -r old.dir run.dir
			strace -f -o trace -e "trace=$call,renameat2" "$@" \
				-e "inject=$call:$fault:when=$n" \
				ndjson-to-sql csv:run.dir new >out 2>err
			status=$?
			grep -q "$mark" trace || break
			echo $status >>statuses
			state >>states
			ndjson-to-sql csv:run.dir </dev/null
			state >>states
			[ ! -e run.dir-loading ] || echo "$call $n" >>left
		done
		[ $status = 0 ] || echo "$call: $status" >>statuses
	done
	sort -u states | tr '\n' ' '
}
ndjson-to-sql csv:old.dir old
cp -r old.dir run.dir
is "$(state)" old 'the states: old'
ndjson-to-sql csv:run.dir new
is "$(state)" new '... and new'
: >left
calls='write pwrite64 fsync mkdir link chmod rename renameat2'
for before in none old; do
	# A file that cannot be linked is copied; and TSan writes one of its own
	# before main.
	wanted='1 '
	[ $before = none ] || wanted='0 1 '
	case $build in
	*tsan) wanted='0 1 ' ;;
	esac
	like "$(at_each signal=KILL $before "$calls unlink rmdir")" \
		"^new $before \$|^$before new \$" \
		"killed at each of $(wc -l <statuses) steps ($before)"
	like "$(at_each error=ENOSPC $before "$calls")" \
		"^(new )?$before (new )?\$" \
		"no space at each of $(wc -l <statuses) steps ($before)"
	is "$(sort -u statuses | tr '\n' ' ')" "$wanted" \
		'... with status 1, or none where it did not matter'
done
is "$(cat left)" '' 'the next load removes what was left'

# Where names cannot be exchanged there is a moment without either.
: >left
is "$(at_each signal=KILL old "${calls% *} unlink rmdir" \
	-e inject=renameat2:error=ENOSYS)" \
	'new none old ' \
	"killed at each of $(wc -l <statuses) steps without an exchange"
is "$(awk 'NR % 2 == 0' states | sort -u | tr '\n' ' ')" 'new old ' \
	'... and the next load puts the old one back'
is "$(cat left)" '' '... and removes what was left'

done_testing
