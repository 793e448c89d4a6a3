#!/bin/sh
# Each refusal that a Logto server was recorded to give has its status and a
# message that names the remedy; what may pass is tried again, what may not is
# not.
. "${0%/*}/lib.sh"

mock
export XDG_RUNTIME_DIR=

# --- the token endpoint, exchange by exchange

while read -r name wanted pattern; do
	replay POST /oidc/token "$name"
	run logto-token --retry 0
	if [ "$wanted" -eq 0 ]; then
		exits 0 "$name: status 0"
		is "$(cat out)" '<redacted>' "$name: the token"
		is "$(cat err)" '' "$name: nothing to say"
		continue
	fi
	fails "$wanted" "$pattern" "$name"
	is "$(cat out)" '' "$name: nothing on standard output"
	like "$(cat err)" 'HTTP [0-9]*, .*request id [A-Za-z0-9_-]{16}\)|scope|role' \
		"$name: what the server can be asked about"
done <<EOT
token-01-success 0
token-02-no-scope 3 role
token-03-scope-unknown 3 role
token-04-scope-all-plus-unknown 0
token-05-wrong-resource 2 LOGTO_TENANT_ID
token-06-resource-trailing-slash 2 LOGTO_TENANT_ID
token-07-resource-not-uri 2 LOGTO_TENANT_ID
token-08-no-resource 2 LOGTO_TENANT_ID
token-09-no-grant-type 2 missing.required.parameter
token-10-bad-grant-type 2 unsupported.grant_type
token-11-two-resources 2 LOGTO_TENANT_ID
token-12-resource-admin-tenant 2 LOGTO_TENANT_ID
token-20-wrong-secret 3 copy.it.anew
token-21-wrong-app-id 3 check.the.app.id
token-22-empty-secret 2 client_secret.must.be.provided
token-23-no-client-auth 2 no.client.authentication
token-24-client-secret-post 0
token-25-client-secret-post-wrong 3 copy.it.anew
token-26-malformed-basic 2 invalid.authorization.header
token-27-basic-and-body-client-id 0
token-30-get 2 no.token.endpoint
token-31-get-query 2 no.token.endpoint
token-32-json-body 0
token-33-empty-body 2 missing.required.parameter
token-34-wrong-path 2 no.token.endpoint
token-35-put 2 no.token.endpoint
token-36-accept-gzip 0
token-40-m2m-without-role 3 role
EOT
is "$(find "$root/t/data/exchanges" -name 'token-*.http' | wc -l | tr -d ' ')" \
	28 'no recorded token exchange is left out'

# --- the same without a recording: the mock refuses by itself

rules ''
LOGTO_APP_SECRET=wrong run logto-token
fails 3 "secret of application 'app'.*oidc.invalid_client" 'a wrong secret'
LOGTO_APP_ID=nobody run logto-token
fails 3 "no application 'nobody'" 'a wrong app id'
LOGTO_APP_ID=verify0client0m2m0002 run logto-token
fails 3 'without the permission .all.; give it a machine-to-machine role' \
	'an application without a role'
run logto-token --secret-file /dev/null
fails 2 'is empty' 'an empty secret is not sent'
run logto-token --resource https://default.logto.app/api/
fails 2 "'https://default.logto.app/api/'; its Management API is 'https://default.logto.app/api'" \
	'a resource with a slash at its end'
run logto-token --resource nonsense
fails 2 "its Management API is 'https://default.logto.app/api'" \
	'a resource that is none'
# A proxy that is not there keeps the test from asking anybody.
LOGTO_ENDPOINT='' https_proxy=http://127.0.0.1:1 \
	run logto-token --tenant-id abc123 --retry 0
fails 4 'https://abc123.logto.app/oidc/token' 'a Cloud tenant out of reach'

# --- what the server's source says, though no recording has it

rules 'POST /oidc/token: quota'
run logto-token --retry 5
fails 3 'monthly quota.*auth.exceed_token_limit' 'the monthly quota'
like "$(requests | tail -1)" '^[0-9]+ POST /oidc/token 429' 'was met'
count=$(requests | grep -c ' 429 ')
is "$count" 1 'and not tried again'
rules 'POST /oidc/token: secret-expired'
run logto-token
fails 3 'has expired; make a new one' 'an expired secret'
rules 'POST /oidc/token: status 403 json "{\"code\":\"subscription.tenant_suspended\",\"message\":\"m\"}"'
run logto-token
fails 3 'is suspended' 'a suspended tenant'
rules 'POST /oidc/token: status 418 json "{}"'
run logto-token
fails 2 'HTTP 418' 'a status out of the blue'

# --- what may pass

tries() {
	curl -sS -X DELETE "$LOGTO_ENDPOINT/_mock/requests"
	"$@"
}
for fault in 'status 500' 'status 503 html' 'status 429 retry-after 0' reset \
	close 'cut 20' 'status 408'; do
	rules "POST /oidc/token times=1: $fault"
	tries run logto-token
	exits 0 "$fault, then a token"
	is "$(requests | wc -l | tr -d ' ')" 2 "$fault: two tries"
done
rules 'POST /oidc/token: status 500'
tries run logto-token --retry 2 --retry-max-time 60
fails 4 'server failed.*3 tries.*HTTP 500' 'a server that goes on failing'
is "$(requests | wc -l | tr -d ' ')" 3 '--retry 2 is three tries'
rules 'POST /oidc/token: status 429 retry-after 100'
tries run logto-token --retry-max-time 2
fails 4 'too many requests' 'a wait beyond --retry-max-time'
is "$(requests | wc -l | tr -d ' ')" 1 'is not begun'
rules 'POST /oidc/token times=1: status 429 retry-after date-3600'
tries run logto-token
exits 0 'a Retry-After that is past'
rules 'POST /oidc/token: delay 3000'
tries run logto-token --max-time 100ms --retry 1
fails 4 'no answer after 2 tries.*timed out' 'an answer that does not come'
rules ''
run logto-token -e http://127.0.0.1:1 --retry 1
fails 4 'no answer after 2 tries: http://127.0.0.1:1/' 'nobody there'
like "$(head -n 1 err)" \
	'^logto-token: warning: http://127\.0\.0\.1:1/oidc/token: .*; trying again up to 1 time, for at most 30 min$' \
	'that it is tried again is told'
run logto-token -e http://127.0.0.1:1 --retry 2 --retry-max-time 5s
is "$(grep -c 'trying again up to 2 times, for at most 5.0 s$' err)" 1 'once'
run logto-token -e http://127.0.0.1:1 --retry 1 -q
is "$(wc -l <err | tr -d ' ')" 1 '--quiet: not so'
run logto-token -e http://127.0.0.1:1 --retry 0
is "$(wc -l <err | tr -d ' ')" 1 '--retry 0: nor where it is not tried again'

# --- what is no Logto, or not quite

rules 'POST /oidc/token: html'
run logto-token
fails 2 'not JSON.*check the endpoint' 'a page instead of a token'
rules 'POST /oidc/token: bad-json'
run logto-token
fails 5 'not valid JSON' 'an answer that was cut and says so nowhere'
while read -r body; do
	rules "POST /oidc/token: status 200 json \"$body\""
	run logto-token
	fails 5 'token endpoint' "an answer like $body"
	unlike "$(cat err)" LEAK 'which is not quoted'
done <<'EOT'
[]
LEAK
{}
{\"access_token\":\"\",\"token_type\":\"Bearer\",\"scope\":\"all\"}
{\"access_token\":1,\"token_type\":\"Bearer\",\"scope\":\"all\"}
{\"access_token\":\"LEAK x\",\"token_type\":\"Bearer\",\"scope\":\"all\"}
{\"access_token\":\"LEAK\\u000aX: y\",\"token_type\":\"Bearer\",\"scope\":\"all\"}
{\"access_token\":\"LEAK\",\"token_type\":\"DPoP\",\"scope\":\"all\"}
{\"access_token\":\"LEAK\",\"scope\":\"all\"}
{\"access_token\":\"LEAK
EOT
rules 'POST /oidc/token: endless'
run logto-token
fails 5 'larger than' 'an answer without an end'
rules 'POST /oidc/token: gzip-bomb 100'
run logto-token
fails 5 'larger than' 'an answer that swells'
rules 'POST /oidc/token: status 400 json "{\"code\":\"oidc.invalid_request\",\"error_description\":\"\\u001b[2Jx\"}"'
run logto-token
fails 2 'token request: \?\[2Jx' 'control bytes of the server'

# --- redirects carry nothing on

rules 'POST /oidc/token: redirect http://127.0.0.1:1/elsewhere'
run logto-token
fails 2 "redirect to 'http://127.0.0.1:1/elsewhere'" 'a redirect'
rules "POST /oidc/token: status 307 redirect $LOGTO_ENDPOINT/other"
tries run logto-token
fails 2 'not followed' 'a redirect that would keep the method'
is "$(requests | grep -c /other)" 0 'nothing was sent on'

# --- where the secret may not go

rules ''
run logto-token -e http://id.example.com
fails 2 'unencrypted.*--insecure-http' 'plain http beyond this machine'
http_proxy=http://127.0.0.1:1 \
	run logto-token -e http://id.example.com --insecure-http --retry 0
fails 4 'id.example.com' 'unless told so'
http_proxy=http://127.0.0.1:1 all_proxy=http://127.0.0.1:1 run logto-token
exits 0 'no proxy sees what is plain and stays on this machine'

done_testing
