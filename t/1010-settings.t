#!/bin/sh
# Where each setting comes from: option over environment over profile over
# default; several tenants side by side; the secret from each of its sources,
# and from none that others can read.
. "${0%/*}/lib.sh"

mock
endpoint=$LOGTO_ENDPOINT
unset LOGTO_ENDPOINT LOGTO_APP_ID LOGTO_APP_SECRET
config=$XDG_CONFIG_HOME/logto/config
mkdir "$XDG_CONFIG_HOME/logto"

# told NAME SETTING WANTED: what -v says of a setting in the last run.
told() {
	is "$(sed -n "s/^logto-token: $2: //p" err)" "$3" "$1"
}

# --- nothing

run logto-token
fails 2 'no tenant is named; give --endpoint or LOGTO_ENDPOINT.*--profile' 'no endpoint'
run logto-token --profile nope
fails 2 "there is no '$config', .*\[nope\].*to make one" 'no configuration file'
run logto-token -v
told 'where a profile would be' 'configuration file' "$config (there is none)"
run logto-token -e "$endpoint"
fails 2 'no application is named; give --app-id, LOGTO_APP_ID' 'no app id'
run logto-token -e "$endpoint" -a app
fails 2 "no secret for application 'app'; give --secret-file" 'no secret'

# A pipe does not say how much is in it.
mkfifo "$config"
perl -e 'print "# comment\n" x 10_000, "[default]\napp_id = piped\n"' >"$config" &
run logto-token -v -e "$endpoint"
told 'a configuration file that is a pipe' app_id "piped (from 'app_id' of profile [default])"
wait $!
rm "$config"

# --- precedence, setting by setting: each source alone, then all below it

cat >"$config" <<EOT
[default]
endpoint = http://127.0.0.1:1/default
app_id = of-default
[p]
endpoint = http://127.0.0.1:1/p
tenant_id = idp
resource = https://p.example/api
app_id = of-p
cacert = p.pem
EOT
# see NAME SETTING VARIABLE OPTION VALUE KEY_VALUE: walks the four sources.
precedence() {
	setting=$1 variable=$2 option=$3 in_profile=$4
	run logto-token --retry 0 -v -P p
	told "$setting: from the profile" "$setting" \
		"$in_profile (from '$setting' of profile [p])"
	run env "$variable=$5" logto-token --retry 0 -v --profile=p
	told "$setting: the environment is stronger" "$setting" \
		"$5 (from $variable)"
	like "$(cat err)" \
		"note: $variable in the environment overrides '$setting' of profile \[p\]" \
		"$setting: which is told to whoever named the profile"
	run env "$variable=$5" LOGTO_PROFILE=p logto-token --retry 0
	unlike "$(cat err)" 'overrides' "$setting: and to nobody else"
	run env "$variable=$5" logto-token --retry 0 -v -P p "--$option=$6"
	told "$setting: the option is stronger still" "$setting" \
		"$6 (from --$option)"
	run env "$variable=" logto-token --retry 0 -v -P p
	told "$setting: an empty variable is none" "$setting" \
		"$in_profile (from '$setting' of profile [p])"
	run logto-token --retry 0 -P p "--$option="
	fails 2 "--$option was given no value" "$setting: an empty option"
}
precedence endpoint LOGTO_ENDPOINT endpoint http://127.0.0.1:1/p \
	http://127.0.0.1:1/env http://127.0.0.1:1/opt
precedence tenant_id LOGTO_TENANT_ID tenant-id idp idenv idopt
precedence resource LOGTO_RESOURCE resource https://p.example/api \
	https://env.example/api https://opt.example/api
precedence app_id LOGTO_APP_ID app-id of-p of-env of-opt
precedence cacert LOGTO_CACERT cacert "$XDG_CONFIG_HOME/logto/p.pem" \
	env.pem opt.pem

# --- which profile

run logto-token -v --retry 0
told 'the file is there' 'configuration file' "$config"
told 'the default profile' profile 'default (from the default)'
told 'is read without being named' app_id \
	"of-default (from 'app_id' of profile [default])"
run env LOGTO_PROFILE=p logto-token -v --retry 0
told 'LOGTO_PROFILE' profile 'p (from LOGTO_PROFILE)'
run env LOGTO_PROFILE=x logto-token -v --retry 0 -P p
told '-P is stronger' profile 'p (from --profile)'
told 'profiles do not inherit' app_id "of-p (from 'app_id' of profile [p])"
run logto-token -P nobody
fails 2 "config has no profile \[nobody\]" 'no such profile'
HOME='' XDG_CONFIG_HOME='' run logto-token -P p
fails 2 'neither XDG_CONFIG_HOME nor HOME is set' 'no place for profiles'
mkdir -p "$HOME/.config/logto"
echo '[p]' >"$HOME/.config/logto/config"
echo 'app_id = of-home' >>"$HOME/.config/logto/config"
XDG_CONFIG_HOME='' run logto-token -v -P p
told 'without XDG_CONFIG_HOME: .config' app_id \
	"of-home (from 'app_id' of profile [p])"
echo 'app_idd = x' >>"$HOME/.config/logto/config"
XDG_CONFIG_HOME='' run logto-token -P p
fails 2 "config, line 3: \[p\] has an unknown setting 'app_idd'" 'a misspelling'

# --- endpoint, tenant id, resource

# tenant NAME WANTED ARGUMENT...: what they come to.
tenant() {
	name=$1 wanted=$2
	shift 2
	https_proxy=http://127.0.0.1:1 run env "$@" XDG_CONFIG_HOME="$T" \
		logto-token -v --retry 0
	is "$(sed -n 's/^logto-token: the tenant is //p' err)" "$wanted" "$name"
}
tenant 'a tenant id' \
	'https://abc123.logto.app, its Management API https://abc123.logto.app/api' \
	LOGTO_TENANT_ID=abc123
tenant 'a Cloud endpoint' \
	'https://abc123.logto.app, its Management API https://abc123.logto.app/api' \
	LOGTO_ENDPOINT=https://abc123.logto.app/
tenant 'an own domain, and the tenant id' \
	'https://auth.example.com, its Management API https://abc123.logto.app/api' \
	LOGTO_ENDPOINT=https://auth.example.com LOGTO_TENANT_ID=abc123
tenant 'self-hosted, with a port' \
	'https://id.example.com:8443, its Management API https://default.logto.app/api' \
	LOGTO_ENDPOINT=https://id.example.com:8443
tenant 'self-hosted, with a path' \
	'https://example.com/auth, its Management API https://default.logto.app/api' \
	LOGTO_ENDPOINT=https://example.com/auth/
tenant 'a resource of its own' \
	'https://auth.example.com, its Management API https://abc123.logto.app/api' \
	LOGTO_ENDPOINT=https://auth.example.com \
	LOGTO_RESOURCE=https://abc123.logto.app/api
LOGTO_TENANT_ID=abc123 run logto-token -v --retry 0 -e http://127.0.0.1:1
like "$(cat err)" 'the tenant is http://127.0.0.1:1, its Management API https://default.logto.app/api' \
	'a weaker tenant id is another tenant'
https_proxy=http://127.0.0.1:1 LOGTO_ENDPOINT=http://127.0.0.1:1 \
	run logto-token -v --retry 0 --tenant-id abc123
like "$(cat err)" 'the tenant is https://abc123.logto.app, ' \
	'a weaker endpoint is one too'
for address in https://me:hunter2@id.example.com me:hunter2@id.example.com; do
	run logto-token -e "$address"
	fails 2 'must not hold a user or password' "$address"
	run logto-token -v -e "$address" --resource "$address"
	unlike "$(cat err)" hunter2 'whose password is not shown'
	like "$(cat err)" 'endpoint: \*\*\* \(from --endpoint\)' \
		'but where it is from'
done
run logto-token -e id.example.com
fails 2 "lacks its scheme; is it 'https://id.example.com'" 'no scheme'
run logto-token -e "$endpoint/api"
fails 2 "without its '/api' it is '$endpoint'" 'the address of the API'
run logto-token --tenant-id id.example.com
fails 2 'is no tenant id' 'an address for a tenant id'
run logto-token -P p --insecure-http -e http://127.0.0.1:1 --retry 0
exits 2 'no secret yet'
# insecure NAME STATUS ARGUMENT...: whether plain http may leave the machine;
# a proxy that is not there keeps it from doing so.
insecure() {
	name=$1 wanted=$2
	shift 2
	run env http_proxy=http://127.0.0.1:1 LOGTO_APP_SECRET=x "$@" -P plain \
		-e http://id.example.com -a x --retry 0
	exits "$wanted" "$name"
}
cp "$config" kept
printf '[plain]\ninsecure_http = yes\n' >"$config"
insecure 'insecure_http' 4 logto-token
insecure 'LOGTO_INSECURE_HTTP=no beats the profile' 2 \
	LOGTO_INSECURE_HTTP=no logto-token
insecure '--insecure-http beats both' 4 \
	LOGTO_INSECURE_HTTP=no logto-token --insecure-http
cp kept "$config"
LOGTO_INSECURE_HTTP=maybe run logto-token -e http://127.0.0.1:1
fails 2 "LOGTO_INSECURE_HTTP is yes or no, not 'maybe'" 'neither yes nor no'

mock --base-path /auth
run logto-token -e "$LOGTO_ENDPOINT"
exits 0 'a tenant below a path'
like "$LOGTO_ENDPOINT" '/auth$' 'which is below a path'
mock
endpoint=$LOGTO_ENDPOINT
unset LOGTO_ENDPOINT LOGTO_APP_ID LOGTO_APP_SECRET

# --- the secret

# with NAME STATUS ARGUMENT...: runs env ARGUMENT... for the mock.
with() {
	name=$1 wanted=$2
	shift 2
	run env LOGTO_ENDPOINT="$endpoint" LOGTO_APP_ID=app "$@"
	exits "$wanted" "$name"
}
echo s3cret >secret
chmod 600 secret
with 'LOGTO_APP_SECRET' 0 LOGTO_APP_SECRET=s3cret logto-token --no-cache
with 'LOGTO_APP_SECRET with a newline behind it' 0 \
	LOGTO_APP_SECRET='s3cret
' logto-token --no-cache
with 'LOGTO_APP_SECRET_FILE' 0 LOGTO_APP_SECRET_FILE=secret \
	logto-token --no-cache
with '--secret-file' 0 logto-token --no-cache --secret-file secret
with '--secret-file beats the environment' 0 LOGTO_APP_SECRET=wrong \
	LOGTO_APP_SECRET_FILE=none logto-token --no-cache -s secret
printf 's3cret' | logto-token -e "$endpoint" -a app --no-cache -s - >out 2>err
is $? 0 '--secret-file - is standard input'
with 'two of one strength' 2 LOGTO_APP_SECRET=s3cret \
	LOGTO_APP_SECRET_FILE=secret logto-token --no-cache
like "$(cat err)" 'both LOGTO_APP_SECRET and LOGTO_APP_SECRET_FILE are given' \
	'contradict each other'
with 'no such file' 2 logto-token --no-cache -s nowhere
like "$(cat err)" "cannot open 'nowhere'" 'is told'
with 'a directory' 2 logto-token --no-cache -s .
like "$(cat err)" "'.' is a directory" 'is told'
for mode in 640 604 644 660 777; do
	chmod $mode secret
	with "mode $mode" 3 logto-token --no-cache -s secret
	like "$(cat err)" "run: chmod 600 'secret'" 'with the remedy'
done
chmod 600 secret

# profile TEXT...: the lines of the profile [p].
profile() {
	printf '%s\n' '[p]' "endpoint = $endpoint" 'app_id = app' "$@" >"$config"
	chmod 600 "$config"
	run logto-token --no-cache -P p
}
profile 'app_secret = s3cret'
exits 0 'app_secret'
chmod 644 "$config"
run logto-token --no-cache -P p
fails 3 "config' holds a secret and others may use it" 'app_secret that others can read'
profile "app_secret_file = $T/secret"
exits 0 'app_secret_file'
cp secret "$XDG_CONFIG_HOME/logto/secret"
chmod 600 "$XDG_CONFIG_HOME/logto/secret"
profile 'app_secret_file = secret'
exits 0 'app_secret_file beside the configuration'
cp secret "$HOME/secret"
chmod 600 "$HOME/secret"
profile 'app_secret_file = ~/secret'
exits 0 'app_secret_file at home'
profile 'app_secret_command = cat ~/secret; echo user: me'
exits 0 'app_secret_command'
chmod 644 "$config"
run logto-token --no-cache -P p
exits 0 'app_secret_command may be seen'
run logto-token --no-cache -P p -v
told 'but is not shown' app_secret_command "*** (from 'app_secret_command' of profile [p])"
profile 'app_secret_command = echo no >&2; exit 7'
exits 2 'app_secret_command fails'
like "$(cat err)" 'app_secret_command failed with status 7' 'as is told'
profile 'app_secret_command = true'
exits 2 'app_secret_command prints nothing'
profile 'app_secret_command = no-such-password-manager'
like "$(cat err)" 'command not found.*; install its program' \
	'app_secret_command is not there'
profile 'app_secret = s3cret' 'app_secret_file = x'
exits 2 'two of one strength'
profile 'app_secret = wrong'
LOGTO_APP_SECRET=s3cret run logto-token --no-cache -P p
exits 0 'the environment beats the profile'

# A cached token needs no password manager.
profile 'app_secret_command = echo run >>'"$T/ran; echo s3cret"
rm -f "$T/ran"
run logto-token -P p
run logto-token -P p
is "$(cat "$T/ran")" run 'the command runs once for two tokens'

# Two tenants side by side, each with its own token. The second name of this
# machine stands for another tenant.
cat >"$config" <<EOT
[one]
endpoint = $endpoint
app_id = app
app_secret = s3cret
[two]
endpoint = http://localhost:${endpoint##*:}
app_id = app
app_secret = s3cret
EOT
chmod 600 "$config"
rm -rf "$XDG_RUNTIME_DIR/logto"
one=$(logto-token -P one)
two=$(logto-token -P two)
like "$one" '^ey' 'one tenant'
like "$two" '^ey' 'another tenant'
ok "$([ "$one" != "$two" ]; echo $?)" 'each has its own token'
is "$(logto-token -P one)" "$one" 'the one keeps its own'
is "$(logto-token -P two)" "$two" 'and so does the other'
is "$(find "$XDG_RUNTIME_DIR/logto" -type f ! -name '*.lock' | grep -c .)" 2 \
	'in a file for each'

# --- what nobody else shall see

LOGTO_APP_SECRET=s3cret run logto-token -e "$endpoint" -a app -vv --no-cache
unlike "$(cat err)" 's3cret' '-vv does not show the secret'
unlike "$(cat err)" "$(printf app:s3cret | base64)" 'nor the header it is in'
told 'but where it is from' app_secret '*** (from LOGTO_APP_SECRET)'
done_testing
