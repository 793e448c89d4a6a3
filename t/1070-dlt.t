#!/bin/sh
# --dlt-secrets takes the credential from where dlt's users have it.
. "${0%/*}/lib.sh"

mock
unset LOGTO_APP_ID LOGTO_APP_SECRET
mkdir .dlt

# secrets LINE...: writes .dlt/secrets.toml.
secrets() {
	printf '%s\n' "$@" >.dlt/secrets.toml
	chmod 600 .dlt/secrets.toml
}

secrets '# put your secret values and credentials here' '' \
	'[sources.logto_management_api_source]' \
	'client_id = "app" # please set me up!' \
	'client_secret = "s3cret" # please set me up!'
run logto-token --dlt-secrets
exits 0 'as dlt writes it'
run logto-token --dlt-secrets -v
like "$(cat err)" 'app_id: app \(from --dlt-secrets\)' '-v says where it is from'
like "$(cat err)" 'app_secret: \*\*\* \(from --dlt-secrets\)' 'but not what it is'
LOGTO_APP_ID=other LOGTO_APP_SECRET=wrong run logto-token --no-cache --dlt-secrets
exits 0 'it is stronger than the environment'
run logto-token --no-cache --dlt-secrets -a nobody
fails 3 "no application 'nobody'" 'and weaker than --app-id'
echo s3cret >secret
chmod 600 secret
run logto-token --no-cache --dlt-secrets -s secret
fails 2 'both --dlt-secrets and --secret-file are given' \
	'two options that name a secret'
cp .dlt/secrets.toml mine.toml
chmod 600 mine.toml
rm .dlt/secrets.toml
run logto-token --no-cache --dlt-secrets=mine.toml
exits 0 'another file'
run logto-token --no-cache --dlt-secrets
fails 2 "no '.dlt/secrets.toml' here, nor '$HOME/.dlt/secrets.toml'" 'no file'
run logto-token --no-cache --dlt-secrets=nowhere
fails 2 "cannot open 'nowhere'" 'no such file'
run logto-token --no-cache --dlt-secrets=.
fails 2 "'.' is a directory" 'a directory'
run logto-token --no-cache --dlt-secrets="$(printf '%05000d' 0)"
fails 2 "^logto-token: '0{60}...' is too long a path" 'a path that is none'
mkdir "$HOME/.dlt"
cp mine.toml "$HOME/.dlt/secrets.toml"
run logto-token --no-cache --dlt-secrets
exits 0 "the home directory's"
chmod 644 mine.toml
run logto-token --no-cache --dlt-secrets=mine.toml
fails 3 "run: chmod 600 'mine.toml'" 'a file that others can read'

while read -r wanted pattern text; do
	# shellcheck disable=SC2059 # the text is a format
	printf "$text\n" >.dlt/secrets.toml
	chmod 600 .dlt/secrets.toml
	name=$(tr '\n' ' ' <.dlt/secrets.toml)
	run logto-token --no-cache --dlt-secrets
	exits "$wanted" "$name"
	[ "$wanted" -eq 0 ] || like "$(cat err)" "$pattern" 'says what is wrong'
	unlike "$(cat err)" s3cret 'and shows nothing'
done <<'EOT'
0 - [sources."logto_management_api_source"]\nclient_id='app'\nclient_secret='s3cret'
0 - [sources.logto_management_api_source]\nclient_id=app\nclient_secret=s3cret
0 - sources.logto_management_api_source.client_id="app"\nsources.logto_management_api_source.client_secret="s3cret"
2 no.'client_secret'.under.\[sources.logto_management_api_source\] [sources.logto_management_api_source]\nclient_id="app"
2 no.'client_id'.under [sources.other]\nclient_id="app"\nclient_secret="s3cret"
2 'client_secret'.*is.not.filled.in [sources.logto_management_api_source]\nclient_id="app"\nclient_secret="<configure me>"
2 'client_id'.*is.not.filled.in [sources.logto_management_api_source]\nclient_id=""\nclient_secret="s3cret"
2 secrets.toml:.line.3:.the.value.of.'client_secret'.cannot.be.used [sources.logto_management_api_source]\nclient_id="app"\nclient_secret=["s3cret"]
2 line.2:.an.inline.table [sources]\nlogto_management_api_source={client_id="app",client_secret="s3cret"}
2 line.2:.a.string.has.no.closing.quote [sources.logto_management_api_source]\nclient_secret="s3cret
EOT
head -c 2000000 /dev/zero | tr '\0' '\n' >.dlt/secrets.toml
run logto-token --dlt-secrets
fails 2 'larger than' 'a file that is huge'
done_testing
