#!/bin/sh
# The secret and the token show nowhere but where they belong: in no argument,
# environment, trace, message, file or core dump, and not in memory for longer
# than they are needed.
. "${0%/*}/lib.sh"

[ -r /proc/self/cmdline ] || skip_all 'there is no /proc to look into'
# A word that nothing else contains, long enough for its encodings too.
secret=Sesame0Zaphod1Quux2Frobnicate3
mock --app-secret "$secret"
unset LOGTO_APP_SECRET
encoded=$(printf 'app:%s' "$secret" | base64 | tr -d '\n')

# waits_for PATTERN: until the program in the background has said so.
waits_for() {
	tries=0
	until grep -q -e "$1" err; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || break
		sleep 0.05
	done
	ok "$([ $tries -lt 200 ]; echo $?)" "it is at: $1"
}
printf '%s\n' "$secret" "$encoded" >words
# holders FILE...: those that hold the secret. The mock got it as an argument.
holders() {
	grep -laF -f words "$@" 2>/dev/null |
		grep -v "^/proc/$mock_pid/" | tr '\n' ' '
}
# memory PID WORD: how often the word stands in the memory of a process.
memory() {
	perl -e '
	my ($pid, $word) = @ARGV;
	my $count = 0;
	open my $maps, "<", "/proc/$pid/maps" or exit print "unreadable\n";
	open my $mem, "<:raw", "/proc/$pid/mem" or exit print "unreadable\n";
	while (<$maps>) {
		/^([0-9a-f]+)-([0-9a-f]+) rw/ or next;
		my ($from, $to) = (hex $1, hex $2);
		next if $to - $from > 64 << 20;
		sysseek $mem, $from, 0 or next;
		my $bytes = "";
		sysread $mem, $bytes, $to - $from or next;
		$count++ while $bytes =~ /\Q$word\E/g;
	}
	print "$count\n"' "$1" "$2"
}

# --- while it asks for a token

rules 'POST /oidc/token: delay 20000'
: >err
LOGTO_APP_SECRET=$secret logto-token -vv >out 2>err &
pid=$!
waits_for '> POST'
is "$(holders /proc/[0-9]*/cmdline)" '' 'no argument of any process'
if [ -r "/proc/$pid/environ" ]; then
	is "$(holders "/proc/$pid/environ")" '' 'nor its environment any more'
	like "$(tr '\0' '\n' <"/proc/$pid/environ")" '^LOGTO_APP_ID=app$' \
		'which was looked at'
fi
like "$(grep 'core file' "/proc/$pid/limits")" ' 0 +0 ' 'no core dumps'
kill -ABRT $pid
wait $pid 2>/dev/null
is "$(find . -name 'core*' | wc -l | tr -d ' ')" 0 'not even when it aborts'
rules ''

# --- when it has one: of the secret nothing is left

rules 'GET /api/resources: delay 20000'
echo "$secret" >secret
chmod 600 secret
mkdir "$XDG_CONFIG_HOME/logto"
printf '[p]\napp_secret_command = cat %s\n[q]\napp_secret = %s\n' \
	"$T/secret" "$secret" >"$XDG_CONFIG_HOME/logto/config"
chmod 600 "$XDG_CONFIG_HOME/logto/config"
for way in environment file command profile; do
	: >err # of the run before
	case $way in
	environment)
		LOGTO_APP_SECRET=$secret logto-token --check -vv >out 2>err &
		;;
	file)
		logto-token --check -vv -s secret >out 2>err &
		;;
	command)
		logto-token --check -vv -P p >out 2>err &
		;;
	profile)
		logto-token --check -vv -P q >out 2>err &
		;;
	esac
	pid=$!
	waits_for '> GET'
	# Its token is in use now, and kept.
	sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p' \
		"$XDG_RUNTIME_DIR/logto/"* >token
	like "$(cat token)" '^ey' "$way: it has a token"
	is "$(grep -laF -f token /proc/[0-9]*/cmdline /proc/$pid/environ \
		err 2>/dev/null)" '' "$way: which is in no argument or trace"
	left=$(memory $pid "$secret")
	id=$(memory $pid /api/resources)
	case ${build##*/}/$way in
	asan/environment | tsan/environment)
		left=unreadable # a sanitizer keeps a copy of its own
		;;
	esac
	if [ "$left" != unreadable ]; then
		ok "$([ "$id" -gt 0 ]; echo $?)" "$way: its memory was looked at"
		is "$left" 0 "$way: the secret is overwritten"
		is "$(memory $pid "$encoded")" 0 "$way: and so is its header"
	fi
	kill $pid
	wait $pid 2>/dev/null
done

# --- children

cat >"$XDG_CONFIG_HOME/logto/config" <<EOT
[p]
app_secret_command = env >$T/child.env; cat /proc/self/cmdline >$T/child.argv; cat $T/secret
EOT
rules ''
LOGTO_TOKEN=$secret run logto-token -P p --no-cache
exits 0 'a command for the secret'
is "$(holders child.env child.argv)" '' 'inherits no secret'
like "$(cat child.env)" '^LOGTO_APP_ID=app$' 'but the rest'

# --- whatever goes wrong, whatever is traced

: >all
while read -r rule; do
	rules "$rule"
	for form in '' --json --claims --check; do
		# shellcheck disable=SC2086 # empty is no argument
		LOGTO_APP_SECRET=$secret logto-token -vv --retry 1 --no-cache \
			$form >out 2>>all
		[ "$form" = --claims ] || grep -o 'ey[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*' \
			out >>tokens
	done
done <<'EOT'
# none
POST /oidc/token: status 500
POST /oidc/token: status 401
POST /oidc/token: bad-json
POST /oidc/token: cut 300
POST /oidc/token: reset
POST /oidc/token: html
POST /oidc/token: redirect http://127.0.0.1:1/
POST /oidc/token: type text/plain
POST /oidc/token: header Set-Cookie "x=y"
GET /api/resources: status 401
GET /api/resources: status 500
GET /api/resources: reset
EOT
ok "$([ "$(grep -c . tokens)" -gt 5 ]; echo $?)" 'tokens were printed'
is "$(grep -Fc -f tokens all)" 0 'and never told'
is "$(cut -d. -f3 tokens | grep -Fc -f - all)" 0 'not even the signature'
is "$(holders all)" '' 'nor was the secret'
like "$(cat all)" '> Authorization: \*\*\*' 'though requests were traced'
unlike "$(cat all)" 'x=y' 'nor are cookies'

# --- files

rules ''
LOGTO_APP_SECRET=$secret run logto-token --refresh
exits 0 'a token is kept'
rm -f secret
is "$(find "$HOME" "$XDG_CONFIG_HOME" "$XDG_RUNTIME_DIR" "$XDG_CACHE_HOME" \
	-type f -exec grep -laF -f words {} +)" '' \
	'no file holds the secret'
done_testing
