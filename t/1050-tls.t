#!/bin/sh
# TLS: who is believed to be the tenant, and what is said of whom is not.
. "${0%/*}/lib.sh"

command -v openssl >/dev/null || skip_all 'openssl is not installed'
# The mock's own door is not what is tested here.
echo insecure >"$HOME/.curlrc"

key() {
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
		-out "$1.key" 2>/dev/null
}
# certificate NAME SUBJECT_ALT_NAME DAYS: signed by the CA.
certificate() {
	key "$1"
	openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr" 2>/dev/null
	printf 'subjectAltName=%s\n' "$2" >"$1.ext"
	openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key \
		-CAcreateserial -days "$3" -extfile "$1.ext" \
		-out "$1.pem" 2>/dev/null
}
key ca
openssl req -x509 -new -key ca.key -subj '/CN=Test CA' -days 2 -out ca.pem \
	2>/dev/null
certificate good 'IP:127.0.0.1,DNS:localhost' 2
certificate other 'DNS:other.example' 2
certificate old 'IP:127.0.0.1,DNS:localhost' -1
key self
openssl req -x509 -new -key self.key -subj /CN=self -days 2 \
	-addext 'subjectAltName=IP:127.0.0.1' -out self.pem 2>/dev/null
: >none.pem
echo nonsense >bad.pem

serve() {
	mock --tls-cert "$1.pem" --tls-key "$1.key"
}
# refuses PATTERN NAME: the run was refused as wrong configuration, and the
# secret was not sent.
refuses() {
	fails 2 "$1" "$2"
	is "$(stat_of token_requests)" 0 "$2: the secret was not sent"
}

serve good
like "$LOGTO_ENDPOINT" '^https://' 'the mock speaks TLS'
run logto-token
refuses 'certificate.*; name the CA .* --cacert FILE' 'an unknown CA'
run logto-token --cacert self.pem
refuses 'certificate.*--cacert FILE' 'another CA'
run logto-token --cacert none.pem
refuses 'none.pem' 'a file of CAs that is empty'
run logto-token --cacert bad.pem
refuses 'bad.pem' 'a file of CAs that is none'
run logto-token --cacert nowhere.pem
refuses 'nowhere.pem.*; install ca-certificates' 'a file of CAs that is not there'
run logto-token --cacert ca.pem --no-cache
exits 0 '--cacert'
LOGTO_CACERT=ca.pem run logto-token --no-cache
exits 0 'LOGTO_CACERT'
SSL_CERT_FILE=$T/ca.pem run logto-token --no-cache
exits 0 'SSL_CERT_FILE'
SSL_CERT_FILE=$T/self.pem run logto-token --no-cache --cacert ca.pem
exits 0 '--cacert is stronger'
run logto-token --cacert ca.pem --check
exits 0 '--check over TLS'
run logto-token --cacert ca.pem --refresh -vv
like "$(cat err)" '> [Aa]uthorization: \*\*\*' '-vv shows the requests'
unlike "$(cat err)" "$(printf app:s3cret | base64)|s3cret|$(cat out)" \
	'without the secret and the token'
run logto-token -e "http://${LOGTO_ENDPOINT#https://}" --no-cache --retry 0
ok "$([ "$status" -ge 2 ]; echo $?)" 'plain http where TLS is spoken'

serve other
run logto-token --cacert ca.pem
refuses "the certificate is another host's" "another host's certificate"
serve old
run logto-token --cacert ca.pem
refuses "expired; the server needs a new certificate, unless this machine's clock is wrong" \
	'an expired certificate'
serve self
run logto-token
refuses 'self.signed certificate; name the CA .* --cacert FILE' \
	'a self-signed certificate'
run logto-token --cacert self.pem --no-cache
exits 0 'which can be named itself'

mock
run logto-token -e "https://${LOGTO_ENDPOINT#http://}"
fails 2 'https://127.0.0.1.* does not speak TLS; check the port' \
	'TLS where none is spoken'
done_testing
