#!/bin/sh
# The token cache: one request for many processes, nothing believed that is
# not wholly right, nothing where others could read it, and a token for the
# user whatever is wrong with it.
. "${0%/*}/lib.sh"

mock
cache=$XDG_RUNTIME_DIR/logto

# asks WANTED NAME: how many tokens the mock was asked for since the last time.
asked=0
asks() {
	now=$(stat_of token_requests)
	is $((now - asked)) "$1" "$2"
	asked=$now
}
entry() {
	find "$cache" -type f ! -name '*.lock'
}

# --- many at once

i=0
while [ $i -lt 30 ]; do
	i=$((i + 1))
	{
		logto-token >"out.$i" 2>"err.$i"
		echo $? >"status.$i"
	} &
	[ $i -gt 1 ] || first=$!
done
# The mock runs in the background as well: wait for these alone.
i=0
while [ "$(cat status.* 2>/dev/null | wc -l)" -lt 30 ] && [ $i -lt 600 ]; do
	i=$((i + 1))
	sleep 0.05
done
asks 1 '30 processes make one request'
is "$(sort -u status.* | tr '\n' ' ')" '0 ' 'all succeed'
is "$(sort -u out.* | wc -l | tr -d ' ')" 1 'with the same token'
is "$(cat err.*)" '' 'and nothing to say'
ok "$([ -n "$first" ]; echo $?)" 'they ran'

# --- what is kept, and how

is "$(stat -c %a "$cache")" 700 'the directory is private'
is "$(stat -c %a "$(entry)")" 600 'the file is private'
is "$(find "$cache" | wc -l | tr -d ' ')" 3 'a file and its lock'
token=$(logto-token)
asks 0 'a kept token is used again'
is "$(logto-token -v 2>&1 >/dev/null | grep -c 'from the cache')" 1 \
	'-v says so'
is "$(logto-token --refresh | grep -c "$token")" 0 '--refresh asks for another'
asks 1 'by a request'
token=$(logto-token)
asks 0 'and keeps it'
run logto-token --no-cache
asks 1 '--no-cache asks'
is "$(logto-token)" "$token" 'and keeps nothing'

# --- a kept token and the secret

run logto-token --secret-file nowhere
fails 2 "cannot (open|read) 'nowhere'" 'a secret file that is not there'
run logto-token --secret-file .
exits 2 'nor is a directory one'
(umask 077 && echo wrong >secret)
run logto-token --secret-file secret
is "$status $(cat out)" "0 $token" 'a kept token needs no secret'
mkfifo once
run timeout 60 logto-token --secret-file once
is "$status $(cat out)" "0 $token" 'and a pipe is not read for nothing'
asks 0 'without a request'
run logto-token --secret-file secret --check
fails 3 'secret' '--check looks at the secret'
rm secret once
asked=$(stat_of token_requests)
LOGTO_APP_ID=verify0client0m2m0002 run logto-token
exits 3 'a token without a scope'
asks 1 'was asked for'
LOGTO_APP_ID=verify0client0m2m0002 run logto-token
asks 1 'and is not kept'
(umask 0 && logto-token --refresh >/dev/null)
is "$(stat -c %a "$(entry)")" 600 'a lax umask does not matter'
asks 1 'for a new file'
(umask 0777 && logto-token >out)
is $? 0 'nor does a strict one'
logto-token --cache-dir mine >out
is "$(stat -c %a mine)" 700 '--cache-dir makes its directory'
asks 1 'for another cache'
is "$(logto-token --cache-dir mine)" "$(cat out)" 'and uses it'
asks 0 'for the next token'
XDG_RUNTIME_DIR='' run logto-token
exits 0 'without XDG_RUNTIME_DIR there is no cache'
asks 1 'so that each asks'
XDG_RUNTIME_DIR='' run logto-token -v
like "$(cat err)" 'XDG_RUNTIME_DIR is not set' 'as -v tells'
asks 1 'as well'

# --- without libcurl, which takes longer to load than all the rest

logto-token >/dev/null
asked=$(stat_of token_requests)
mkdir lib
: >lib/libcurl.so.4
LD_LIBRARY_PATH=$T/lib run logto-token
exits 0 'a kept token needs no libcurl'
LD_LIBRARY_PATH=$T/lib run logto-token --help
exits 0 'nor does --help'
LD_LIBRARY_PATH=$T/lib run logto-token --refresh
fails 1 'cannot load libcurl: .*; install libcurl4 \(Debian' 'a new token does'
asks 0 'none was asked for'

# --- how long

logto-token >/dev/null
logto-token --min-ttl 3500 >/dev/null
asks 0 '--min-ttl is met'
run logto-token --min-ttl 2h
exits 0 '--min-ttl is not met'
asks 1 'so a new one is asked for'
like "$(cat err)" 'warning: the token is new, and yet lives only 3[56][0-9]* seconds' \
	'which does not meet it either'
run logto-token --min-ttl 2h
asks 1 'each time'

# --- what is not believed

# spoil NAME COMMAND...: the token is not taken from the file that the command
# has changed, and the file is put right again.
spoil() {
	name=$1
	shift
	rm -rf "$cache"
	logto-token >/dev/null
	asked=$(stat_of token_requests)
	file=$(entry)
	"$@"
	run logto-token
	exits 0 "$name: a token"
	is "$(cat err)" '' "$name: nothing to say"
	asks 1 "$name: counts as absent"
	logto-token >/dev/null
	asks "${still:-0}" "$name: is put right"
}
edit() {
	sed "$1" "$file" >edited && cat edited >"$file"
}
cut_short() {
	head -c "$1" "$file" >edited && cat edited >"$file"
}
size=$(wc -c <"$(entry)")
for length in 0 1 13 14 60 "$((size / 2))" "$((size - 2))" "$((size - 1))"; do
	spoil "torn after $length bytes" cut_short "$length"
done
more() {
	echo x >>"$file"
}
spoil 'longer than it says' more
spoil 'of another version' edit '1s/1/2/'
spoil "somebody else's" edit '2s/app/other/'
spoil 'from the future' edit '3s/^1/2/'
spoil 'stored before the machine started' \
	edit '3s/^\([0-9]*\) \([0-9]*\)/\1 9\2/'
spoil 'expired by the clock' edit '3s/^[0-9]* /1000000000000 /'
spoil 'of another lifetime' edit '3s/ 3600 / 7200 /'
spoil 'negative' edit '3s/ 3600 / -3600 /'
spoil 'no number' edit '3s/ 3600 / 36e2 /'
spoil 'not JSON' edit '4s/^{/[/'
spoil 'not a token' edit '4s/access_token/access_tokem/'
for mode in 640 604 666 644 620; do
	loosen() {
		chmod $mode "$file"
	}
	spoil "mode $mode" loosen
done
link() {
	mv "$file" elsewhere && ln -s "$T/elsewhere" "$file"
}
spoil 'a link' link
pipe() {
	rm "$file" && mkfifo "$file"
}
spoil 'a pipe' pipe
if [ "$(id -u)" -eq 0 ]; then
	give() {
		chown 65534 "$file"
	}
	spoil "another user's" give
fi
huge() {
	head -c 200000 /dev/zero >>"$file"
}
spoil 'huge' huge

# --- directories that are not ours alone

still=1
for mode in 755 750 701 777; do
	loosen() {
		chmod $mode "$cache"
	}
	spoil "a directory of mode $mode" loosen
	like "$(logto-token -v 2>&1 >/dev/null)" 'is not private' 'as -v tells'
	run logto-token --cache-dir "$cache"
	like "$(cat err)" 'warning: no token cache: .*mode 700' \
		'and a warning to whoever named it'
done
still=
if [ "$(id -u)" -eq 0 ]; then
	still=1
	give() {
		chown 65534 "$cache"
	}
	spoil "another user's directory" give
	still=
fi
rm -rf "$cache"
mkdir -m 700 target
ln -s "$T/target" "$cache"
logto-token >/dev/null
is "$(find target -type f | wc -l | tr -d ' ')" 0 'a link is no directory'
rm -f "$cache"
: >"$cache"
run logto-token
exits 0 'nor is a file'
rm -f "$cache"
run logto-token --cache-dir nowhere/deep
exits 0 'no parent directory'
like "$(cat err)" 'warning: no token cache: cannot make' 'is told'

# --- a disk that is full, or not to be written to

mkdir -m 700 "$cache"
# TSan writes a file of its own before main, and would die of that limit.
case $build in
*tsan) ;;
*)
	(
		ulimit -f 0
		exec logto-token 2>err
	) | cat >out
	like "$(cat out)" '^ey' 'no space for the file: a token all the same'
	is "$(find "$cache" -type f ! -name '*.lock' | wc -l | tr -d ' ')" 0 \
		'and no torn file left'
	(
		ulimit -f 0
		exec logto-token --cache-dir "$cache" 2>"$T/fifo.err"
	) 2>/dev/null | cat >out
	like "$(cat out)" '^ey' 'the same in a directory that was named'
	;;
esac
mount_point=$T/disk
mkdir -m 700 "$mount_point"
if mount -t tmpfs -o size=4k,mode=700 none "$mount_point" 2>/dev/null; then
	mkdir -m 700 "$mount_point/logto"
	head -c 4096 /dev/zero >"$mount_point/fill" 2>/dev/null
	run logto-token --cache-dir "$mount_point/logto"
	exits 0 'a full disk: a token all the same'
	like "$(cat err)" 'warning: no token cache: cannot write .*No space' \
		'and a warning'
	is "$(find "$mount_point/logto" -type f ! -name '*.lock' | wc -l | tr -d ' ')" \
		0 'and no torn file left'
	rm "$mount_point/fill"
	mount -o remount,ro "$mount_point"
	run logto-token --cache-dir "$mount_point/logto"
	exits 0 'a disk to be read alone: a token all the same'
	like "$(cat err)" 'warning: no token cache: .*Read-only' 'and a warning'
	umount "$mount_point"
fi
if [ "$(id -u)" -ne 0 ]; then
	chmod 500 "$cache"
	run logto-token
	exits 0 'a directory to be read alone: a token all the same'
	chmod 700 "$cache"
fi

# --- a lock dies with its holder

rm -rf "$cache"
rules 'POST /oidc/token times=1: delay 60000'
logto-token >/dev/null 2>&1 &
pid=$!
i=0
until [ -e "$cache" ] && [ -n "$(find "$cache" -name '*.lock')" ] ||
	[ $i -gt 200 ]; do
	i=$((i + 1))
	sleep 0.05
done
sleep 0.2
kill -9 $pid
wait $pid 2>/dev/null
run logto-token
exits 0 'the lock of a killed process is free'
done_testing
