#!/bin/sh
# SPDX-License-Identifier: ISC
# The catalogue against what a real server answers, and --all, which reads a
# whole tenant by it.
. "${0%/*}/lib.sh"

# --- each path that a real server answers, in the form that it does

logto-fetch --list | sed 1d >list
awk -F '\t' 'NR == FNR { kind[$1] = $2; next }
	/^#/ { next }
	{ wanted = $3 == "required" ? "paged" \
		: $3 == "optional" ? "whole-or-paged" \
		: $2 == "array" ? "whole" : "object" }
	# Lists by time; lists that an object holds.
	$1 ~ /(^|recent-)logs$/ { wanted = "log" }
	$1 ~ /\/(sessions|grants)$/ { wanted = "whole" }
	kind[$1] != wanted { print $1 ": " kind[$1] ", not " wanted }
	{ delete kind[$1] }
	END { for (path in kind) print path ": no server answers it" }' \
	list "$root/t/data/api.tsv" >wrong
is "$(cat wrong)" '' 'every path, each in its form, and no other'
like "$(wc -l <list)" '9[0-9]$' 'some ninety of them'

# --- a whole tenant

mock
LOGTO_TOKEN=$(logto-token)
export LOGTO_TOKEN
run logto-fetch --all </dev/null
exits 0 '--all'
is "$(cat err)" '' '--all: silent'
cp out all
requests >log
is "$(awk '{ print $3 }' log | sort | uniq -d |
	grep -v -e 'page_size=1$' | head -n 3)" '' \
	'--all: no request is made twice'
is "$(grep ' 4[0-9][0-9] ' log | grep -v -e captcha-provider \
	-e configs/id-token -e configs/actions)" '' \
	'--all: none is in vain but for what a tenant may not have'
unlike "$(cat log)" '/users/[0-9a-z]*/' '--all: no request for each user'
logto-fetch --list | awk -F '\t' '$6 == "yes" { print $1 }' |
	sed 's|/\*||g; s|/|_|g' | sort >wanted
sed 's/^{"_resource":"\([^"]*\)".*/\1/' all | sort -u >got
is "$(cat got)" "$(cat wanted)" '--all: every resource is told of'
is "$(grep -c '"_rows":0}$' all)" "$(grep '"_rows":0}$' all | sort -u | wc -l |
	tr -d ' ')" 'an empty one by one line'
sed -n '/"_rows":0/s/^{"_resource":"\([^"]*\)".*/\1/p' all | while read -r name; do
	[ "$(grep -c "^{\"_resource\":\"$name\"" all)" -eq 1 ] || echo "$name"
done >both
is "$(cat both)" '' 'and only by that'
for name in users 'roles/*/users' 'organizations/*/applications' \
	'hooks/*/recent-logs' 'applications/*/secrets'; do
	table=$(echo "$name" | sed 's|/\*||g; s|/|_|g')
	logto-fetch "$name" </dev/null | sort >alone
	grep "^{\"_resource\":\"$table\"" all | sort | cmp -s - alone
	ok $? "--all: $name as by itself"
done
run logto-fetch --all=users,hooks </dev/null
exits 0 '--all=NAMES'
is "$(sed 's/^{"_resource":"\([^"]*\)".*/\1/' out | sort -u | tr '\n' ' ')" \
	'hooks users ' '--all=NAMES: these'
run logto-fetch --all=users,nope </dev/null
fails 2 "'nope' is not in the catalogue" '--all=NAMES: one that is none'

# Loaded twice, nothing changes; emptied, a table is empty.
logto-fetch --all </dev/null | ndjson-to-sql -q --sync a.db
is $? 0 'into a database'
rules 'GET /api/hooks: json "[]"' 'GET /api/hooks/*: json "[]"'
logto-fetch --all=hooks </dev/null | ndjson-to-sql --sync a.db
rules '# none'
run ndjson-to-sql --last hooks.created_at a.db
is "$(cat out)" '' 'a list that is empty empties its table'

# --- what is foreseen

curl -sS -X DELETE "$LOGTO_ENDPOINT/_mock/requests" >/dev/null
run logto-fetch --all --dry-run </dev/null
exits 0 '--dry-run'
like "$(cat out)" '^users +250 +3$' '--dry-run: pages'
like "$(cat out)" '^applications/\*/secrets +\? +33$' \
	'--dry-run: parents, whose list another one has brought'
echo kept >kept
run logto-fetch users --dry-run -o kept </dev/null
exits 0 '--dry-run -o'
is "$(cat kept)" kept '--dry-run replaces no file'
run logto-fetch --count users 'roles/*/users' connectors </dev/null
is "$(cat out)" '{"resource":"users","rows":250}
{"resource":"roles/*/users","rows":174}
{"resource":"connectors","rows":4}' '--count'

# --- parents that are not what they were

rules 'GET /api/roles/*/users nth=2: status 404 json "{\"code\":\"entity.not_found\"}"' \
	'GET /api/roles/*/users nth=3: status 422 json "{\"code\":\"x.y\"}"'
run logto-fetch 'roles/*/users' -v </dev/null
exits 0 'a parent that vanished, one that does not fit'
like "$(cat err)" '2 parents have no such list' 'they are counted'
rules 'GET /api/roles/*/users nth=2: status 403 json "{\"code\":\"auth.forbidden\"}"'
run logto-fetch 'roles/*/users' </dev/null
fails 3 'roles/[0-9a-z]+/users: .*permission' 'another refusal fails'
rules '# none'
curl -sS -X DELETE "$LOGTO_ENDPOINT/_mock/requests" >/dev/null
run logto-fetch 'applications/*/roles' </dev/null
exits 0 'applications/*/roles'
is "$(requests | grep -c '/roles.* 422 ')" 0 \
	'only machine-to-machine applications are asked'
for name in 'applications/*/users/*/consent-organizations' \
	'applications/*/protected-app-metadata/custom-domains'; do
	run logto-fetch "$name" </dev/null
	is "$status $(requests | grep -c ' 422 ')" '0 0' \
		"$name: only applications that have it are asked"
done
run logto-fetch 'organizations/*/users' -n 3 </dev/null
is "$status $(wc -l <out | tr -d ' ')" '0 3' '--limit ends a fan-out'

# --- a path or a query that no parent can answer

forget() {
	curl -sS -X DELETE "$LOGTO_ENDPOINT/_mock/requests" >/dev/null
}
forget
run logto-fetch 'organizations/*/userz' </dev/null
fails 2 "organizations/[0-9a-z]+/userz: the API has no such path.*did you mean 'organizations/\*/users'" \
	'a path that no parent has'
is "$(($(requests | grep -c userz) <= 8))" 1 \
	'a path that no parent has: not asked for of each'
is "$(cat out)" '{"_error":{"status":2,"message":"'"$(sed 's/^logto-fetch: //' err |
	sed 's/"/\\"/g')"'"' 'a path that no parent has: the stream is broken off'
run logto-fetch 'roles/*/users?search.nope=x' </dev/null
fails 2 'roles/[0-9a-z]+/users: the request is not valid' \
	'a query that no parent takes'
rules 'GET /api/roles/*/users: status 404 json "{\"code\":\"entity.not_found\"}"'
run logto-fetch 'roles/*/users' </dev/null
is "$status $(cat out err)" \
	'0 logto-fetch: warning: roles/*/users: none of 12 parents has such a list' \
	'every parent has vanished: done, with a warning'

# A refusal without one of Logto's codes, of a path that others had, is that of
# something before it: passed over, it would lose rows in silence.
rules '# none'
logto-fetch 'roles/*/users' </dev/null >holders
for answer in 'status 404 html' 'status 404 body "Not Found"' \
	'status 422 html' 'status 400' 'status 404 json "{}"'; do
	for nth in 2 3; do
		rules "GET /api/roles/*/users nth=$nth: $answer"
		run logto-fetch -j 1 'roles/*/users' </dev/null
		exits 0 "$answer, answer $nth"
		cmp -s out holders
		ok $? "$answer, answer $nth: tried again"
	done
	rules "GET /api/roles/*/users nth=3+: $answer"
	run logto-fetch -j 1 --retry 0 'roles/*/users' </dev/null
	fails 4 "users: the answer is HTTP 4[0-9]* without one of Logto's codes" \
		"$answer for all others"
done
for answer in 'status 404 html' 'status 422 html'; do
	rules "GET /api/roles/*/users nth=1: $answer"
	run logto-fetch -j 1 'roles/*/users' </dev/null
	fails 2 'roles/[0-9a-z]+/users: ' "$answer at first"
done
rules 'GET /api/organizations/*/users nth=3+: status 404 html'
run logto-fetch -j 1 --retry 0 'organizations/*/users/*/roles' </dev/null
fails 4 'organizations/[0-9a-z]+/users: .*codes' 'a foreign 404 for parents'

rules 'GET /api/organizations/*/users nth=2 times=1: status 404 json "{\"code\":\"entity.not_found\"}"'
run logto-fetch 'organizations/*/users/*/roles' -v </dev/null
is $status 0 'a parent of parents that vanished'
like "$(cat err)" 'organizations/\*/users/\*/roles: [0-9]+ read; 1 parents' \
	'a parent of parents that vanished: is counted'

# An older server lacks some lists, one of them with lists below it.
rules 'GET /api/organization-invitations: status 404 body "Not Found"' \
	'GET /api/organizations*: status 404 body "Not Found"'
run logto-fetch --all </dev/null
exits 0 '--all of an older server'
is "$(sed 's/.*note: //' err | sort)" "$(for name in organizations \
	'organizations/*/users' 'organizations/*/applications' \
	'organizations/*/jit/email-domains' 'organizations/*/jit/roles' \
	'organizations/*/jit/sso-connectors' organization-invitations; do
	echo "$name: this server has no such list; it is left out"
done | sort)" '--all of an older server: what it lacks is told'
is "$(grep -c '^{"_resource":"organization\(s\|-inv\)' out)" 0 \
	'--all of an older server: lists that are not there are not empty'
run logto-fetch --all=organizations </dev/null
is "$status $(cat out)" '0 ' '--all=NAME of an older server: nothing'
run logto-fetch organizations </dev/null
fails 2 'organizations: the API has no such path' 'a named one fails'
rules '# none'

# --- no secret comes out that was not asked for

mock
LOGTO_TOKEN=$(logto-token)
for name in 'applications/*/secrets' hooks connectors sso-connectors \
	one-time-tokens captcha-provider configs/jwt-customizer configs/actions \
	'users/*/personal-access-tokens' 'organizations/*/jit/sso-connectors' \
	'users/*/sessions'; do
	logto-fetch "$name" </dev/null
done >masked
for name in 'applications/*/secrets' hooks connectors sso-connectors \
	one-time-tokens captcha-provider configs/jwt-customizer configs/actions \
	'users/*/personal-access-tokens' 'organizations/*/jit/sso-connectors' \
	'users/*/sessions'; do
	logto-fetch --with-secrets "$name" </dev/null
done >open
perl -MJSON::PP -e '
	my %secret = (applications_secrets => ["value"],
		hooks => ["signingKey", "config.headers"], connectors => ["config"],
		"sso-connectors" => ["config"], "one-time-tokens" => ["token"],
		"users_personal-access-tokens" => ["value"]);
	my $json = JSON::PP->new->canonical;
	open my $masked, "<", "masked"; open my $open, "<", "open";
	while (my $m = <$masked>) {
		my $o = <$open>;
		my ($x, $y) = ($json->decode($m), $json->decode($o));
		for my $path (@{$secret{$y->{_resource}} || []}) {
			my @steps = split /\./, $path;
			my $last = pop @steps;
			my ($at, $to) = ($x, $y);
			($at, $to) = ($at->{$_}, $to->{$_}) for @steps;
			print "$y->{_resource}.$path is shown\n"
				if defined $at->{$last};
			$n++ if defined $to->{$last};
			$at->{$last} = $to->{$last} = 0;
		}
		print "$y->{_resource}: something else differs\n"
			if $secret{$y->{_resource}} &&
				$json->encode($x) ne $json->encode($y);
	}
	print "only $n secrets in the data\n" if $n < 20' >faults
is "$(cat faults)" '' 'secrets are null, and nothing else is touched'
id=$(sed -n 's/^{"_resource":"connectors","id":"\([^"]*\)".*/\1/p' open | head -n 1)
run logto-fetch "connectors/$id" </dev/null
like "$(cat out)" '"config":null' 'in a single record too'

# --- objects that hold a list, in pages or not, and objects of two lists

mock
LOGTO_TOKEN=$(logto-token)
users=/api/users/eezg1dpo7uny
app=$(logto-fetch 'applications?isThirdParty=true' --raw --jq .id -n 1 </dev/null |
	tr -d '"')
consent=/api/applications/$app$(echo "$users" | sed 's|^/api||')
one='{\"id\":\"o1\"}' two='{\"id\":\"o2\"}'
rules "GET $consent/consent-organizations page_size=1 page=1: json \"{\\\"organizations\\\":[$one]}\" total 2" \
	"GET $consent/consent-organizations page_size=1 page=2: json \"{\\\"organizations\\\":[$two]}\" total 2" \
	"GET $consent/consent-organizations: json \"{\\\"organizations\\\":[$one,$two]}\" total 2" \
	"GET $users/sessions: json \"{\\\"sessions\\\":[{\\\"payload\\\":{\\\"uid\\\":\\\"s1\\\",\\\"jti\\\":\\\"x\\\"}},{\\\"payload\\\":{\\\"uid\\\":\\\"s2\\\"}}]}\"" \
	"GET $users/grants: json \"{\\\"grants\\\":[{\\\"id\\\":\\\"g1\\\"},{\\\"id\\\":\\\"g2\\\"}]}\"" \
	"GET $users/all-identities: json \"{\\\"socialIdentities\\\":[{\\\"target\\\":\\\"github\\\"}],\\\"ssoIdentities\\\":[]}\""
run logto-fetch 'applications/*/users/*/consent-organizations' --page-size 1 </dev/null
exits 0 'consent-organizations'
# The first record also says that all there are will come.
whole='1s/"_rows":"all",//'
is "$(sed "$whole" out)" "$(for i in 1 2; do
	echo "{\"_resource\":\"applications_users_consent-organizations\",\"_parent\":{\"applicationId\":\"$app\",\"userId\":\"eezg1dpo7uny\"},\"id\":\"o$i\"}"
done)" 'consent-organizations: rows of two pages, with both parents'
parent='"_parent":{"userId":"eezg1dpo7uny"}'
run logto-fetch 'users/*/grants' </dev/null
is "$status $(sed "$whole" out)" "0 {\"_resource\":\"users_grants\",$parent,\"id\":\"g1\"}
{\"_resource\":\"users_grants\",$parent,\"id\":\"g2\"}" 'grants: the rows'
run logto-fetch 'users/*/all-identities' </dev/null
is "$status $(sed "$whole" out | grep -F "$parent")" "0 {\"_resource\":\"users_all-identities\",$parent,\"_key\":[],\"socialIdentities\":[{\"target\":\"github\"}],\"ssoIdentities\":[]}" \
	'all-identities: one record a user'
is "$(wc -l <out | tr -d ' ')" 250 'all-identities: of each user'
key='"_key":[["payload","uid"]]'
run logto-fetch 'users/*/sessions' </dev/null
cp out sessions
is "$status $(sed "$whole" out)" "0 {\"_resource\":\"users_sessions\",$parent,$key,\"payload\":{\"uid\":\"s1\",\"jti\":null}}
{\"_resource\":\"users_sessions\",$parent,$key,\"payload\":{\"uid\":\"s2\"}}" \
	'sessions: the rows, and the way to their key'
for i in 1 2; do
	ndjson-to-sql -q --sync sessions.db <sessions
	ok $? "sessions: --sync, load $i"
done
is "$(sqlite3 sessions.db 'select user_id, payload__uid from users_sessions
	order by 2' 2>&1 | tr '\n' ' ')" 'eezg1dpo7uny|s1 eezg1dpo7uny|s2 ' \
	'sessions: each once'
rules "GET $users/sessions: json \"{\\\"sessions\\\":[{\\\"payload\\\":{\\\"uid\\\":\\\"s2\\\",\\\"jti\\\":\\\"x\\\"}}]}\"" \
	"GET $users/sessions/s2: status 200 json \"{\\\"payload\\\":{\\\"uid\\\":\\\"s2\\\",\\\"jti\\\":\\\"x\\\"}}\"" \
	"GET $users/identities/github: status 200 json \"{\\\"identity\\\":{\\\"userId\\\":\\\"u\\\"},\\\"tokenSecret\\\":{\\\"id\\\":1}}\"" \
	"GET $users/all-identities: json \"{\\\"socialIdentities\\\":[{\\\"target\\\":\\\"github\\\",\\\"tokenSecret\\\":{}}],\\\"ssoIdentities\\\":[]}\""
logto-fetch 'users/*/sessions' </dev/null | ndjson-to-sql -q --sync sessions.db
is "$(sqlite3 sessions.db 'select payload__uid from users_sessions')" s2 \
	'sessions: one that ended is deleted'
run logto-fetch "${users#/api/}/sessions/s2" </dev/null
is "$status $(cat out)" "0 {\"_resource\":\"users_sessions\",$parent,$key,\"payload\":{\"uid\":\"s2\",\"jti\":null}}" \
	'a session by itself: the same row'

# --- objects

run logto-fetch sign-in-exp account-center "${users#/api/}" \
	"${users#/api/}/custom-data" "${users#/api/}/has-password" </dev/null
exits 0 'objects'
is "$(cut -d '"' -f 4 out | tr '\n' ' ')" \
	'sign-in-exp account-center users users_custom-data users_has-password ' \
	'objects: a record each'
is "$(grep -c "$parent,\"_key\":\[\]" out)" 2 \
	'objects: below a user, one to each'
run logto-fetch "${users#/api/}/identities/github" </dev/null
is "$status $(cat out)" "0 {\"_resource\":\"users_identities\",\"_parent\":{\"userId\":\"eezg1dpo7uny\",\"target\":\"github\"},\"_key\":[],\"identity\":{\"userId\":\"u\"},\"tokenSecret\":null}" \
	'an identity: without the tokens that another service gave'
run logto-fetch "${users#/api/}/all-identities" </dev/null
like "$(cat out)" '"socialIdentities":\[\{"target":"github","tokenSecret":null}],' \
	'all identities: without them too'

# --- members that change by themselves

run logto-fetch roles --stable </dev/null
is "$status $(grep -c '"featuredUsers":null' out) $(wc -l <out | tr -d ' ')" \
	'0 16 16' '--stable: volatile members are null'
run logto-fetch roles </dev/null
is "$(grep -c '"featuredUsers":null' out)" 0 'and else what they are'
run logto-fetch connectors --stable </dev/null
is "$(grep -c '"config":null.*"usage":null\|"usage":null.*"config":null' out)" \
	"$(grep -c '"usage"' out)" '--stable: secrets are so as well'

# --- the catalogue in its forms

logto-fetch --list >plain
is "$(awk -F '\t' '{ print NF }' plain | sort -u)" 11 '--list: eleven columns'
is "$(grep '^roles/\*/users	' plain)" \
	'roles/*/users	paged	id	roleId	parents+rows/100	yes		-	type=User	passwordDigest	-' \
	'--list: a row'
is "$(grep -c '	heavy	' plain)" \
	"$(grep -c '	heavy$' "$root/t/data/api.tsv")" '--list: heavy ones'

done_testing
