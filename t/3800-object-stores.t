#!/bin/sh
# Runs the recipes of doc/object-stores.md as they stand there, if $ENGINES
# has servers for S3, Google Cloud Storage and Azure Blob; and breaks them.
. "${0%/*}/lib.sh"
for name in rclone s3 gcs azurite duckdb; do
	engine $name
done
LIBDUCKDB=$(ls "$ENGINES"/duckdb/libduckdb.*)
export LIBDUCKDB
unset AWS_CA_BUNDLE
document=$root/doc/object-stores.md

# One process for each place: they wait for their servers more than they work.
if [ -z "${PLACE-}" ]; then
	for place in S3 'Google Cloud Storage' 'Azure Blob'; do
		PLACE=$place "$root/t/${0##*/}" >"$place.tap" &
	done
	wait
	for place in S3 'Google Cloud Storage' 'Azure Blob'; do
		grep -q '^1\.\.' "$place.tap"
		ok $? "$place: to the end"
		sed 's/^\(not \)*ok [0-9]* - /\1 /' "$place.tap" >names
		while IFS= read -r line; do
			case $line in
			' '*) ok 0 "${line# }" ;;
			'not  '*) ok 1 "${line#not  }" ;;
			1..*) ;;
			*) printf '%s\n' "$line" ;;
			esac
		done <names
	done
	is "$(grep -c '^```bash$' "$document")" 9 'no recipe is left out'
	done_testing
fi
place=$PLACE
unset PLACE
PATH=$ENGINES/rclone:$ENGINES/duckdb:$PATH

# recipe HEADING [N]: the Nth piece of bash below that heading.
recipe() {
	awk -v heading="## $1" -v wanted="${2-1}" '
	/^## / { count = 0; inside = $0 == heading }
	/^```/ && inside && shown { exit }
	shown && inside { print }
	/^```bash$/ && inside { shown = ++count == wanted }' "$document"
}

# cook HEADING [N]: runs that recipe with the credentials of $place, for files
# of the kind $format.
cook() {
	{
		recipe "Credentials for $place"
		cat overrides
		recipe "$@" | sed "s/csv:tenant/$format:tenant/; s/users\\.csv/users.$format/"
	} >script
	run timeout 60 bash script
}

# --- servers, whose addresses are told by their first words

servers=
stop_servers() {
	# shellcheck disable=SC2086 # a list
	[ -z "$servers" ] || kill $servers 2>/dev/null
	cleanup
}
trap stop_servers EXIT
trap 'exit 141' PIPE

# serve NAME COMMAND...: in the background; its port in NAME.port.
serve() {
	name=$1
	shift
	: >"$name.log"
	"$@" >"$name.log" 2>&1 </dev/null &
	servers="$servers $!"
	tries=0
	until sed -n 's/.*127\.0\.0\.1:\([1-9][0-9]*\).*/\1/p' "$name.log" |
		grep . >"$name.port"; do
		tries=$((tries + 1))
		if [ $tries -gt 600 ] || ! kill -0 $! 2>/dev/null; then
			echo "Bail out! the server for $name did not start"
			sed 's/^/# /' "$name.log" >&2
			exit 1
		fi
		sleep 0.05
	done
}

# Each starts the servers of a place, keeps a credential where the recipes look
# for it, and prints what they do not say of servers that are not the real ones.

start_s3() {
	RCLONE_AUTH_KEY='"AKIAEXAMPLE,its/secret+key"' RCLONE_CONFIG=/dev/null \
		serve s3 "$ENGINES/s3/rclone" serve s3 --addr 127.0.0.1:0 \
		:memory:
	printf '%s\n' 'its/secret+key' >"$HOME/.config/loader/s3-secret"
	cat <<-EOT
		export RCLONE_CONFIG_S3_PROVIDER=Other
		export RCLONE_CONFIG_S3_ENDPOINT=http://127.0.0.1:$(cat s3.port)
	EOT
}

cat >gcs.py <<'EOT'
from gcp_storage_emulator.server import create_server
server = create_server("127.0.0.1", 0, True, "your-bucket")
server.start()
print("http://127.0.0.1:%d" % server._api._httpd.server_port, flush=True)
EOT
# Where service accounts get their tokens: from whom their key names.
cat >token.pl <<'EOT'
use IO::Socket::INET;
my $socket = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1");
$| = 1;
print "http://127.0.0.1:", $socket->sockport, "\n";
while (my $client = $socket->accept) {
	my ($length, $form) = (0);
	while (<$client> =~ /(.*)\r\n/ && length $1) {
		$length = $1 =~ /^content-length: (\d+)/i ? $1 : $length;
	}
	read $client, $form, $length;
	my $body = $form =~ /assertion=[\w-]+\.[\w-]+\.[\w-]+/
		? q({"access_token":"t","token_type":"Bearer","expires_in":3600})
		: q({"error":"invalid_grant"});
	printf $client "HTTP/1.1 %s\r\nContent-Type: application/json\r\n" .
		"Content-Length: %d\r\nConnection: close\r\n\r\n%s",
		$body =~ /error/ ? "400 Bad Request" : "200 OK", length $body, $body;
}
EOT
start_gcs() {
	serve gcs "$ENGINES/gcs/python/bin/python3" gcs.py
	serve token perl token.pl
	openssl genrsa 2048 >rsa.pem 2>/dev/null
	jq -n --rawfile key rsa.pem \
		--arg uri "http://127.0.0.1:$(cat token.port)/" \
		'{type: "service_account", client_email: "loader@example.com",
		private_key: $key, token_uri: $uri}' \
		>"$HOME/.config/loader/gcs.json"
	cat <<-EOT
		export RCLONE_CONFIG_GCS_ENDPOINT=http://127.0.0.1:$(cat gcs.port)/storage/v1/
	EOT
}

# signature LINE...: of a shared access signature, made as Azure has it.
signature() {
	printf '%s\n' "$@" | perl -pe 'chomp if eof' |
		openssl dgst -sha256 -mac HMAC -binary -macopt \
			hexkey:30313233343536373839616263646566 | base64 |
		sed 's/+/%2B/g; s|/|%2F|g; s/=/%3D/g'
}

start_azure() {
	AZURITE_ACCOUNTS="account:$(printf 0123456789abcdef | base64)" \
		serve azurite node \
		"$ENGINES/azurite/node_modules/azurite/dist/src/blob/main.js" \
		--blobHost 127.0.0.1 --blobPort 0 --inMemoryPersistence
	until=2099-01-01T00:00:00Z
	version=2019-12-12
	azure=http://127.0.0.1:$(cat azurite.port)/account
	curl -sS -X PUT -H 'Content-Length: 0' "$azure/your-container?restype=container&ss=b&srt=c&sp=c&se=$until&sv=$version&sig=$(
		signature account c b c '' $until '' '' $version '')"
	echo "$azure/your-container?sr=c&sp=racwdl&se=$until&sv=$version&sig=$(
		signature racwdl '' $until /blob/account/your-container '' '' \
			'' $version c '' '' '' '' '' '')" \
		>"$HOME/.config/loader/azure-sas-url"
}

mkdir -p "$HOME/.config/loader"
case $place in
S3) start_s3 >overrides ;;
Google*) start_gcs >overrides ;;
*) start_azure >overrides ;;
esac
is "$(grep -v '^export' overrides)" '' "$place: there is a server"
ok $(($(recipe "Credentials for $place" | wc -l) < 3)) \
	"the document knows $place"

# bucket COMMAND...: rclone with $store, for looks from outside.
bucket() {
	{
		recipe "Credentials for $place"
		cat overrides
		echo "$*"
	} >look
	bash look 2>look.err
}

# prefixes: of the objects. The server for S3 may list one that is empty.
prefixes() {
	bucket 'rclone lsf -R --files-only "$store"' | sed 's|/.*|/|' | sort -u
}

# number: the last one in a table that DuckDB draws.
number() {
	grep -Eo '[0-9]+' | tail -n 1
}

# instead PROGRAM TEXT: a program that the next recipe meets in its place.
instead() {
	mkdir -p shim
	printf '#!/bin/sh\n%s\n' "$2" >"shim/$1"
	chmod +x "shim/$1"
}
[ "$place" != S3 ] ||
	bucket 'RCLONE_CONFIG_S3_NO_CHECK_BUCKET=false rclone mkdir "${store%/*}"'
PATH=$T/shim:$PATH
rclone=$(command -v rclone)
loader=$(command -v ndjson-to-sql)
mock

format=csv
rm -rf tenant days newest
users=$(logto-fetch users | wc -l)

# --- a directory for each load

cook 'A directory for each load'
exits 0 "$place: a load"
first=$(prefixes)
like "$first" '^20[0-9T:-]*Z/$' '... has a prefix'
is "$(bucket "rclone lsf -R --files-only \"\$store/$first\"" | sort)" \
	"$(ls tenant)" '... with all files'
cook 'Read the newest whole load'
exits 0 "$place: it is read"
is "$(number <out)" "$users" '... with all users'
is "$(diff -r tenant newest 2>&1)" '' '... byte for byte'
sleep 1 # prefixes count seconds
if [ "$place" = S3 ]; then
	mv tenant tenant.csv
	rm -r newest
	format=parquet
	cook 'A directory for each load'
	exits 0 "$place: a load of Parquet files"
	cook 'Read the newest whole load'
	exits 0 '... is read'
	is "$(number <out)" "$users" '... with all users'
	is "$(diff -r tenant newest 2>&1; ls newest/users.*)" \
		newest/users.parquet '... byte for byte'
	bucket "rclone purge \"\$store/$(prefixes | tail -n 1)\""
	format=csv
	rm -r tenant
	mv tenant.csv tenant
fi
instead rclone "case \"\$*\" in
	*--include*_loads*\ tenant\ *) exit 9 ;;
	esac
	exec $rclone \"\$@\""
cook 'A directory for each load'
exits 9 "$place: a load that dies before its ledger"
rm -r shim
is "$(prefixes | wc -l)" 2 '... leaves files'
rm -rf newest
{
	recipe 'Read the newest whole load' | sed '/duckdb/d'
	echo 'printf %s "${load%/*}/"'
} >tell
is "$(bucket ". ./tell")" "$first" '... that no reader takes'
rules 'GET /api/*: status 403'
sleep 1
cook 'A directory for each load'
exits 3 "$place: a tenant that refuses"
rules ''
is "$(prefixes | wc -l)" 2 '... makes no prefix'
{
	recipe 'Read the newest whole load' | sed '/^rclone copy/,$d'
	recipe 'Read the newest whole load' 2
} >pipe
is "$(bucket '. ./pipe' | number)" "$users" \
	"$place: one table through a pipe"

for number in 1 2 3 4 5 6 7 8; do
	mkdir -p "old/2000-01-0$number"
	echo x >"old/2000-01-0$number/users.csv"
	echo x >"old/2000-01-0$number/_loads.csv"
done
bucket 'rclone copy old "$store"'
cook 'Remove old loads'
exits 0 "$place: old loads are removed"
is "$(prefixes | tr '\n' ' ' | sed 's/Z.*/Z/')" \
	"2000-01-03/ 2000-01-04/ 2000-01-05/ 2000-01-06/ 2000-01-07/ 2000-01-08/ ${first%/}" \
	'... but for seven, and what is not whole'
bucket 'rclone purge "$store"'

# --- one directory

cook 'One directory, kept in step'
exits 0 "$place: a directory kept in step"
bucket 'echo x | rclone rcat "$store/days/gone.csv"'
RCLONE_VERBOSE=1
export RCLONE_VERBOSE
cook 'One directory, kept in step'
exits 0 '... once more'
unset RCLONE_VERBOSE
is "$(sed -n 's/.*: \([^:]*\): Copied.*/\1/p' err)" _loads.csv.gz \
	'... sends the ledger alone'
bucket 'rclone copy "$store/days" back'
is "$(diff -r days back)" '' '... and is the same'
rm -rf back
bucket 'rclone purge "$store"'

# --- a stream

cook 'A stream, without files'
exits 0 "$place: a stream"
object=$(bucket 'rclone lsf -R --files-only "$store"')
like "$object" '^logs-20[0-9-]*\.csv\.gz$' '... is one object'
bucket "rclone cat \"\$store/$object\"" >before
is "$(gzip -dc before | duckdb -noheader -list -c \
	"SELECT count(*) FROM read_csv('/dev/stdin')")" \
	"$(logto-fetch logs | wc -l)" '... with all logs'
rules 'GET /api/logs: status 403'
cook 'A stream, without files'
exits 3 "$place: a stream that never begins"
is "$(bucket 'rclone lsf -R --files-only "$store"')" "$object" \
	'... leaves nothing'
rules 'GET /api/logs nth=3+: status 403'
cook 'A stream, without files'
exits 3 "$place: a stream that breaks"
rules ''
instead ndjson-to-sql "$loader \"\$@\" | head -c 100; kill -9 \$\$"
cook 'A stream, without files'
exits 137 "$place: a loader that is killed while it writes"
rm -r shim
is "$(bucket 'rclone lsf -R --files-only "$store"')" "$object" \
	'... leaves nothing'
bucket "rclone cat \"\$store/$object\"" >after
ok "$(cmp -s before after; echo $?)" '... and the old object as it was'
bucket 'rclone rcat "$store/naive" < <(:)'
like "$(bucket 'rclone ls "$store"')" '^ *0 naive$' \
	'... but rclone would take an empty stream'

# --- who is refused

export RCLONE_RETRIES=1 RCLONE_LOW_LEVEL_RETRIES=1
case $place in
S3) echo wrong >"$HOME/.config/loader/s3-secret" ;;
Google*) echo '{}' >"$HOME/.config/loader/gcs.json" ;;
*) sed -i 's/sig=./sig=%2F/' "$HOME/.config/loader/azure-sas-url" ;;
esac
cook 'A stream, without files'
like "$status" '^[1-9]' "$place: a wrong credential is refused"
case $place in
S3) like "$(cat err)" 'SignatureDoesNotMatch' '... for its signature' ;;
Azure*) like "$(cat err)" 'AuthorizationFailure|AuthenticationFailed' \
	'... for its signature' ;;
esac

done_testing
