#!/bin/sh
# logto-token --check says in one line whether a credential can read the
# Management API, or why not.
. "${0%/*}/lib.sh"

mock

# --- it can

run logto-token --check
exits 0 'a credential that works'
like "$(cat out)" "^ok: application app can read the Management API of $LOGTO_ENDPOINT; its token is good for (1 hour|59 minutes.*)\$" \
	'a verdict'
is "$(wc -l <out | tr -d ' ')" 1 'in one line'
is "$(cat err)" '' 'and nothing else'
is "$(requests | sed 's/^[0-9]* \([^?]*\).* \(200\) .*/\1 \2/')" \
	'POST /oidc/token 200
GET /api/resources 200' 'a token and one cheap request'
token=$(logto-token)
run logto-token --check
is "$(stat_of token_requests)" 2 'a kept token proves nothing: it asks anew'
ok "$([ "$(logto-token)" != "$token" ]; echo $?)" 'and keeps what it got'

# --- it cannot

LOGTO_APP_SECRET=wrong run logto-token --check
fails 3 "refuses the secret of application 'app'" 'a wrong secret'
LOGTO_APP_ID=nobody run logto-token --check
fails 3 "no application 'nobody'" 'a wrong app id'
LOGTO_APP_ID=verify0client0m2m0002 run logto-token --check
fails 3 "without the permission 'all'; give it a machine-to-machine role" 'no role'
run logto-token --check --resource https://other.example/api
fails 2 "its Management API is 'https://default.logto.app/api'" 'a wrong resource'
run logto-token --check -e http://127.0.0.1:1 --retry 0
fails 4 '127.0.0.1 port 1 .*; check the endpoint' 'a wrong host'
rules 'POST /oidc/token: html'
run logto-token --check
fails 2 'not JSON.*check the endpoint' 'a host that is no Logto'
rules 'POST /oidc/token: status 403 json "{\"code\":\"subscription.tenant_suspended\"}"'
run logto-token --check
fails 3 'suspended' 'a suspended tenant'

# --- the API's refusals, exchange by exchange

while read -r name wanted pattern; do
	replay GET /api/resources "$name"
	run logto-token --check --retry 0
	fails "$wanted" "$pattern" "$name"
	is "$(cat out)" '' "$name: no verdict"
	unlike "$(cat err)" 'forged|0jqwuv4ulcyxcptti6c8x|verify0client|jti' \
		"$name: no claim of the token is shown"
done <<EOT
api-401-no-token 3 auth.authorization_header_missing
api-401-garbage-token 3 refuses.the.token.*ERR_JWS_INVALID
api-401-basic-scheme 3 refuses.the.token.*auth.authorization_token_type
api-401-empty-bearer 3 refuses.the.token.*ERR_JWS_INVALID
api-401-lowercase-bearer-valid-token 3 refuses.the.token
api-401-expired 3 has.expired.*clock.*ERR_JWT_EXPIRED.*jd92LDSt-_LD5LYE
api-401-expired-1s-ago 3 has.expired.*clock
api-401-wrong-issuer 3 issued.by.'$LOGTO_ENDPOINT/oidc'.*one.endpoint
api-401-bad-signature 3 did.not.sign
api-401-wrong-audience-real-token 3 for.the.resource.'https://default.logto.app/api'
api-403-no-scope 3 application.app.a.machine-to-machine.role
api-403-token-requested-without-scope 3 application.app.a.machine-to-machine.role
api-404-unknown-endpoint 2 no.such.path
api-404-unknown-user 2 entity.not_found
root-404-unknown-path 2 not.JSON
page-param-0 2 guard.invalid_pagination
page-param-99999999999999999999 4 server.failed.*Internal.server.error
EOT
is "$(find "$root/t/data/exchanges" -name 'api-40[13]-*.http' | wc -l | tr -d ' ')" \
	12 'no recorded refusal is left out'
rules 'GET /api/resources: status 403 json "{\"code\":\"subscription.tenant_suspended\"}"'
run logto-token --check
fails 3 'suspended' 'suspended between two requests'
rules 'GET /api/resources: status 403 html'
run logto-token --check
fails 3 'proxy or firewall' 'a firewall in between'
rules 'GET /api/resources: redirect https://elsewhere.example/'
run logto-token --check
fails 2 "redirect to 'https://elsewhere.example/'" 'a redirect'
rules 'GET /api/resources times=1: status 503'
run logto-token --check
exits 0 'what passes is tried again'
rules 'GET /api/resources: rotate-key'
run logto-token --check
fails 3 'has changed its key' 'a key that was rotated'
rules 'GET /api/resources: expire-tokens'
run logto-token --check
fails 3 'has expired' 'a token that expired at once'

# --- clocks

# answer SECONDS: the token endpoint answers a token issued so long ago.
answer() {
	now=$(date +%s)
	claims=$(printf '{"iat":%s,"exp":%s,"iss":"x","aud":"y"}' \
		$((now - $1)) $((now - $1 + 3600)) | base64 | tr -d '\n=' | tr +/ -_)
	answered="POST /oidc/token: status 200 json \"{\\\"access_token\\\":\\\"e30.$claims.x\\\",\\\"token_type\\\":\\\"Bearer\\\",\\\"scope\\\":\\\"all\\\",\\\"expires_in\\\":3600}\""
}
answer 300
rules "$answered" 'GET /api/resources: status 200 json "[]"'
run logto-token --check
exits 0 'a clock that is ahead'
like "$(cat err)" "warning: this machine's clock is 5 minutes( [0-9]+ seconds?)? ahead of the server's" \
	'is warned of'
answer -7200
rules "$answered" 'GET /api/resources: status 200 json "[]"'
run logto-token --check
like "$(cat err)" "clock is (2 hours|1 hour 59 minutes) behind the server's" \
	'a clock that is behind'
answer 7200
rules "$answered" 'GET /api/resources: status 401 json "{\"code\":\"auth.unauthorized\",\"data\":{\"code\":\"ERR_JWT_EXPIRED\"}}"'
run logto-token --check
fails 3 "clock is 2 hours.* ahead of the server's: the token has expired" \
	'a clock that explains the refusal'
answer 10
rules "$answered" 'GET /api/resources: status 200 json "[]"'
run logto-token --check
is "$(cat err)" '' 'ten seconds are no matter'
answer 0
for lifetime in null -1 9223372036854775807; do
	rules "${answered%3600*}$lifetime}\"" \
		'GET /api/resources: status 200 json "[]"'
	run logto-token --check --min-ttl 5
	like "$(cat out)" "^ok: .* Management API of $LOGTO_ENDPOINT\$" \
		"a lifetime of $lifetime is not told"
	is "$(cat err)" '' 'nor warned of'
done
rules 'POST /oidc/token: status 200 json "{\"access_token\":\"opaque\",\"token_type\":\"Bearer\",\"scope\":\"all\"}"'
run logto-token --check
fails 5 'no JWT' 'a token that is none'
done_testing
