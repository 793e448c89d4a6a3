#!/usr/bin/perl
# SPDX-License-Identifier: ISC
#
# What the mock tenant does that no recording shows: rules, drift, ties,
# versions, tokens, the generator.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/mock";
use Client;
use IO::Uncompress::AnyInflate qw(anyinflate);
use JSON::PP;
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(sleep time);

my $recorded = start('--endpoint', 'http://localhost:3001');
my $large    = start(
	'--endpoint', 'http://localhost:3011', '--logs', 20574, '--users', 5851,
	'--ties', 600, '--token-lifetime', 4
);

# ---- Connections

my $token = mint($recorded);
my $socket = open_socket($recorded);
for (1 .. 3) {
	is(ask($recorded, '/api/users?page_size=1', token => $token, socket => $socket)->{status},
		200, "keep-alive, request $_");
}
is(header(talk($recorded, "GET /api/status HTTP/1.0\r\n\r\n"), 'Connection') // 'close',
	'close', 'HTTP/1.0 closes');
is(ask($recorded, '/api/users?x=' . 'x' x 17000, token => $token)->{status}, 431, 'long header: 431');
my $long = ask($recorded, '/api/users?page_size=1&x=' . 'x' x 8000, token => $token);
is($long->{status}, 200, '8 KB of query are accepted');
cmp_ok(length join('', @{$long->{headers}{link}}), '>', 24000, '... and repeated by each link');

# ---- Tokens

my $answer = grant($recorded);
my $body   = rows($answer);
is($body->{expires_in}, 3600, 'a token lasts an hour');
my $fresh = $body->{access_token};
like($fresh, qr/^[\w-]+\.[\w-]+\.[\w-]{128}$/, 'it is a JWT with a signature of 96 bytes');
is(ask($recorded, '/api/roles', token => $fresh)->{status}, 200, 'it is good');
my $again = start('--endpoint', 'http://localhost:3001');
is(ask($again, '/api/roles', token => $fresh)->{status}, 200, '... on a server started later, too');
my $elsewhere = start();
is(rows(ask($elsewhere, '/api/roles', token => $fresh))->{data}{claim}, 'iss', '... but not on another issuer');
ok(!defined rows(grant($recorded, id => 'verify0client0m2m0002'))->{scope}, 'no role: no scope');
ok(!defined rows(grant($recorded, resource => 'https://api0.example.com/v0'))->{scope}, 'another resource: no scope');
is(grant($recorded, secret => "$secret%21")->{status}, 401, 'the secret is percent-decoded');
is(grant($recorded, secret => 'FAKE%73ecretFAKEsecretFAKEsecret00')->{status}, 200, '... and then compared');
# On a busy machine a second may pass between two requests.
my ($short, $tries, $works) = ('', 0, 0);
until ($works || $tries++ == 20) {
	$short = mint($recorded, '?lifetime=1');
	$works = ask($recorded, '/api/roles', token => $short)->{status} == 200;
}
ok($works, 'a token of one second works');
sleep 1.1;
is(rows(ask($recorded, '/api/roles', token => $short))->{data}{code}, 'ERR_JWT_EXPIRED', '... for one second');
rules($recorded, "GET /api/roles times=1: expire-tokens\n");
is(ask($recorded, '/api/roles', token => $fresh)->{status}, 401, 'expire-tokens: old tokens are expired');
is(ask($recorded, '/api/roles', token => mint($recorded))->{status}, 200, '... new ones are not');
rules($recorded, "GET /api/roles times=1: rotate-key\n");
$token = mint($recorded);
is(rows(ask($recorded, '/api/roles', token => $token))->{data}{code}, 'ERR_JWKS_NO_MATCHING_KEY', 'rotate-key');
is(ask($recorded, '/api/roles', token => mint($recorded))->{status}, 200, '... and a new token is good');
rules($recorded, "POST /oidc/token times=1: quota\nPOST /oidc/token: secret-expired\n");
$answer = grant($recorded);
is("$answer->{status} " . rows($answer)->{code}, '429 auth.exceed_token_limit', 'quota');
is(rows(grant($recorded))->{error_description}, 'client secret has expired', 'secret-expired');
rules($recorded, '');

# ---- Rules

$token = mint($recorded);
my $users = '/api/users?page=2&page_size=5';
sub with_rule {
	my ($rule, %o) = @_;
	my $put = rules($recorded, "GET /api/users: $rule\n");
	is($put->{status}, 200, "rule: $rule") or diag $put->{body};
	return ask($recorded, $users, token => $token, %o);
}
$answer = with_rule('status 429 retry-after 1');
is("$answer->{status} " . header($answer, 'Retry-After'), '429 1', 'status and Retry-After');
$answer = with_rule('status 429 retry-after -5 body ""');
is(header($answer, 'Retry-After') . "|$answer->{body}", '-5|', 'negative Retry-After, no body');
like(header(with_rule('status 429 retry-after date+30'), 'Retry-After'), qr/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/, 'HTTP-date');
is(with_rule('status 500')->{body}, '{"message":"Internal server error."}', '500 as recorded');
$answer = with_rule('status 503 html');
is("$answer->{status} " . header($answer, 'Content-Type'), '503 text/html', '503 of a proxy');
is(with_rule('html')->{status}, 200, 'html 200');
is(with_rule('reset')->{error}, 'Connection reset by peer', 'reset');
is(with_rule('close')->{error}, 'eof', 'close');
$answer = with_rule('cut 100');
is(length($answer->{body}) . " $answer->{error}", '100 eof', 'cut');
cmp_ok(header($answer, 'Content-Length'), '>', 100, '... below Content-Length');
$answer = with_rule('cut 0');
is(length($answer->{body}) . " $answer->{error}", '0 eof', 'cut 0');
$answer = with_rule('cut-reset 100');
is($answer->{error}, 'Connection reset by peer', 'cut-reset');
$answer = with_rule('cut 100', headers => ['Accept-Encoding: gzip']);
is($answer->{error}, 'eof', 'cut of a compressed body');
$answer = with_rule('bad-json');
ok(!$answer->{error} && !eval { rows($answer) }, 'bad-json');
is(header(with_rule('type text/plain'), 'Content-Type'), 'text/plain', 'type');
ok(!defined header(with_rule('type none'), 'Content-Type'), 'type none');
is(total(with_rule('total 7')), 7, 'total');
is(total(with_rule('total abc')), 'abc', 'total garbage');
ok(!defined total(with_rule('total none')), 'total none');
is(total(with_rule('total-add -3')), 247, 'total-add');
is(scalar(ids(with_rule('drop-rows 2'))), 3, 'drop-rows');
is(header(with_rule('header X-Odd "a b"'), 'X-Odd'), 'a b', 'header');
ok(!defined header(with_rule('drop-header Link'), 'Link'), 'drop-header');
is(header(with_rule('redirect http://127.0.0.1:9/x'), 'Location'), 'http://127.0.0.1:9/x', 'redirect');
is(with_rule('redirect /x status 307')->{status}, 307, '... with a status');
$answer = with_rule('json "[{\"id\":\"\u0001\"}]"');
is($answer->{body}, "[{\"id\":\"\x01\"}]", 'json with an escape');
my $start = time;
with_rule('delay 200');
cmp_ok(time - $start, '>', 0.2, 'delay');
$start = time;
$answer = with_rule('drip 10000');
my $expected = length($answer->{body}) / 10000;
cmp_ok(time - $start, '>', $expected * 0.8, 'drip');
$answer = with_rule('gzip-bomb 8');
cmp_ok(length $answer->{body}, '<', 100_000, 'gzip-bomb is small');
anyinflate(\$answer->{body} => \my $bomb);
cmp_ok(length $bomb, '>', 8 << 20, '... and large');
rules($recorded, "GET /api/users: endless\n");
$socket = open_socket($recorded);
syswrite $socket, "GET /api/users HTTP/1.1\r\nHost: x\r\n\r\n";
my ($endless, $chunk) = (0, '');
while ($endless < 1 << 20) { $endless += sysread($socket, $chunk, 65536) || last }
cmp_ok($endless, '>=', 1 << 20, 'endless');
close $socket;

rules($recorded, <<'RULES');
# One rule a line; the first that applies wins.
GET /api/users page=2 !page_size: status 501
GET /api/users page=3 nth=2-3: status 502
GET /api/users page=4 every=2: status 503
GET /api/users page=5 times=2: status 504
GET /api/users page=6 nth=2+: status 429
GET /api/users/*/roles: status 408
* /api/users page=7 page_size=*: status 413
RULES
sub statuses {
	my ($target, $count) = @_;
	return join ' ', map { ask($recorded, $target, token => $token)->{status} } 1 .. $count;
}
is(statuses('/api/users?page=2', 1), '501', 'rule: absent parameter');
is(statuses('/api/users?page=2&page_size=5', 1), '200', '... that is there');
is(statuses('/api/users?page=3', 4), '200 502 502 200', 'rule: nth=2-3');
is(statuses('/api/users?page=4', 4), '200 503 200 503', 'rule: every=2');
is(statuses('/api/users?page=5', 3), '504 504 200', 'rule: times=2');
is(statuses('/api/users?page=6', 3), '200 429 429', 'rule: nth=2+');
is(statuses('/api/users/abc/roles', 1), '408', 'rule: *');
is(statuses('/api/users?page=7&page_size=9', 1), '413', 'rule: any value, any method');
$answer = rules($recorded, "GET /api/users: status 500\nGET /api/users nonsense: reset\n");
is("$answer->{status} " . ($answer->{body} =~ /^line 2 /), '400 1', 'a wrong rule is refused with its line');
is(statuses('/api/users?page=2', 1), '501', '... and the old rules stay');
like(ask($recorded, '/_mock/rules')->{body}, qr/nth=2-3.*matched 4, applied 2/, 'rules with their counts');
open my $out, '>', "$scratch/rules" or die;
print $out "GET /api/roles: status 502\n";
close $out;
my $ruled = start('--rules', "$scratch/rules", '--log', "$scratch/log", '--base-path', '/auth');
is(ask($ruled, '/auth/api/roles')->{status}, 502, '--rules, behind --base-path');
is(ask($ruled, '/api/roles')->{status}, 404, '... and nothing outside it');
open $out, '>', "$scratch/rules" or die;
print $out "GET /api/roles: status 504\n";
close $out;
kill HUP => $ruled->{pid};
for (1 .. 50) { last if ask($ruled, '/auth/api/roles')->{status} == 504; sleep 0.02 }
is(ask($ruled, '/auth/api/roles')->{status}, 504, 'SIGHUP reads them again');
is(grant($ruled, base => '/auth')->{status}, 200, 'a token behind --base-path');
like(slurp("$scratch/log"), qr{^1 GET /auth/api/roles 502 -\n}, '--log');

# ---- Control

rules($recorded, '');
ask($recorded, '/_mock/requests', method => 'DELETE');
ask($recorded, '/api/users?page=1', token => $token);
grant($recorded);
my $journal = ask($recorded, '/_mock/requests')->{body};
like($journal, qr{^1 GET /api/users\?page=1 200 [0-9a-f]{8}\n2 POST /oidc/token 200 -\n$}, 'request log');
unlike($journal, qr/\Q$token\E/, '... without the token');
like(ask($recorded, '/_mock/stats')->{body}, qr/^token_requests 1\napi_requests 1\n/, 'counts');

# ---- Drift

$token = mint($large);
my ($count, @before) = walk($large, $token, '/api/users', 100);
rules($large, "GET /api/users page=2 times=1: insert users 1\n");
($count, my @ids) = walk($large, $token, '/api/users', 100);
is($ids[99], $ids[100], 'insert: the last row of page 1 comes again on page 2');
rules($large, "GET /api/users page=2 times=1: delete users first\n");
my @first = ids(ask($large, '/api/users?page_size=100', token => $token));
my @known = ids(ask($large, '/api/users?page=2&page_size=1&x=101', token => $token));
rules($large, "GET /api/users page=3 times=1: delete users first\n");
my @two = (ids(ask($large, '/api/users?page=2&page_size=100', token => $token)));
my @old = (ids(ask($large, '/api/users?page=101&page_size=2', token => $token)));
my @three = (ids(ask($large, '/api/users?page=3&page_size=100', token => $token)));
is($three[0], $old[1], 'delete: a row is missed between two pages');
$token = mint($recorded);
my @roles = ids(ask($recorded, '/api/roles?page_size=5', token => $token));
rules($recorded, "GET /api/roles page=2: update roles first\n");
my @rest = ids(ask($recorded, '/api/roles?page=2&page_size=5', token => $token));
my @all  = ids(ask($recorded, '/api/roles?page_size=100', token => $token));
is($all[-1], $roles[0], 'update: the row moves to the end of a list without order');
ok(!(grep { $_ eq $all[4] } @roles, @rest), '... and another one is missed');
rules($recorded, "GET /api/roles: delete . $roles[1]\n");
is(total(ask($recorded, '/api/roles', token => $token)), 15, 'delete by id, from the list asked for');
rules($recorded, '');

# ---- Ties

my $tied = start('--users', 5850, '--logs', 6000, '--ties', 600);
$token = mint($tied);
for my $size (100, 7) {
	($count, @ids) = walk($tied, $token, '/api/users', $size);
	is(scalar(@ids), $count, "ties: a walk by $size fetches Total-Number rows");
	my $lost = $count - distinct(@ids);
	cmp_ok($lost, '>', 60, "... of which $lost are repetitions");
}
($count, my @twice) = walk($tied, $token, '/api/users', 7);
is("@twice", "@ids", '... the same every time');
($count, @ids) = walk($tied, $token, '/api/logs', 100);
cmp_ok(distinct(@ids), '<', 6000, 'ties among logs');
my (%found, @prefixes);
@prefixes = ('0' .. '9', 'a' .. 'z');
my $requests = 0;
my $line = open_socket($tied);
while (@prefixes) {
	my $prefix = shift @prefixes;
	$answer = ask($tied, "/api/users?search.id=$prefix%25&mode.id=like&isCaseSensitive=true&page_size=100",
		token => $token, socket => $line);
	$requests++;
	if (total($answer) > 100) {
		push @prefixes, map { "$prefix$_" } '0' .. '9', 'a' .. 'z';
	} else {
		$found{$_} = 1 for $answer->{body} =~ /"id":"(\w+)","username":/g;
	}
}
is(scalar(keys %found), 5850, "a descent by id prefix finds all ($requests requests)");
# The same by the sets of SIMILAR TO, which leave no id out.
my %sets = ('[0-9a-f]%' => 0, '[ghijklmnopqrstuvwxyz]%' => 0,
	'([^0-9a-z]%)?' => 0, '[^0-9a-z]%' => 0);
for my $set (keys %sets) {
	(my $pattern = $set) =~ s/([^\w-])/sprintf '%%%02X', ord $1/ge;
	$sets{$set} = total(ask($tied,
		"/api/users?search.id=$pattern&mode.id=similar_to&isCaseSensitive=true",
		token => $token, socket => $line));
}
is($sets{'[0-9a-f]%'} + $sets{'[ghijklmnopqrstuvwxyz]%'}, 5850, 'sets divide the ids');
is($sets{'([^0-9a-z]%)?'} + $sets{'[^0-9a-z]%'}, 0, 'and what is outside is empty');
rules($tied, "GET /api/users times=1: tie users 50\n");
my %times = map { $_->{createdAt} => 1 } @{rows(ask($tied, '/api/users?page_size=50', token => $token))};
is(scalar(keys %times), 1, 'tie: the newest rows share a time');
stop($tied);

# ---- Logs

$token = mint($large);
my @logs = @{rows(ask($large, '/api/logs?page_size=100', token => $token))};
my ($newer, $older) = ($logs[10]{createdAt}, $logs[50]{createdAt});
my $inside = grep { $_->{createdAt} >= $older && $_->{createdAt} <= $newer } @logs;
my $window = "/api/logs?start_time=$older&end_time=$newer";
is(total(ask($large, $window, token => $token)), $inside, '1.42: a window has both ends');
is(total(ask($large, "/api/logs?start_time=$newer&end_time=$newer", token => $token)),
	scalar(grep { $_->{createdAt} == $newer } @logs), '... even of one millisecond');
for my $version ('1.41', '1.39') {
	my $server = start('--endpoint', 'http://localhost:3011', '--logs', 20574, '--users', 5851,
		'--ties', 600, '--logto-version', $version);
	$answer = ask($server, $window, token => $token);
	if ($version eq '1.41') {
		# The rows of the last millisecond came after it began.
		my $end = grep { $_->{createdAt} == $newer } @logs;
		is(total($answer), $inside - $end, '1.41: the end is outside');
		is(ask($server, "/api/logs?start_time=5&end_time=5", token => $token)->{status}, 400, '... start = end is refused');
	} else {
		is(total($answer), 20574, '1.39: times are ignored');
		$answer = ask($server, '/api/logs?start_time=x&enableCap=true', token => $token);
		is("$answer->{status} " . total($answer), '200 20574', '... whatever they are, as is enableCap');
	}
	stop($server);
}
my %kinds;
for my $page (1 .. 30) {
	my $rows = ask($large, "/api/logs?page=$page&page_size=100", token => $token)->{body};
	$kinds{$_}++ for $rows =~ /"id":"\w+","key":"([\w.]+)"/g;
}
cmp_ok(scalar(keys %kinds), '>=', 10, scalar(keys %kinds) . ' kinds of generated logs');
($count, @ids) = walk($large, $token, '/api/logs?logKey=ExchangeTokenBy.Unknown', 50);
is(distinct(@ids), $count, 'a filter by logKey pages through its rows');
my $user = (grep { defined } map { $_->{payload}{userId} } @logs)[0];
is(ask($large, "/api/users/$user", token => $token)->{status}, 200, 'logs name generated users');
my $log = ask($large, "/api/logs/$logs[7]{id}", token => $token)->{body};
isnt(index(ask($large, '/api/logs?page_size=8', token => $token)->{body}, ",$log]"), -1,
	'a log by its id is the one of the list, byte for byte');

# ---- Paging

# What each list was seen to do: paged always, when asked to, or never.
$token = mint($recorded);
my %pages = (always => '1 400', optional => '0 400', none => '0 200');
for (split /\n/, <<'LISTS') {
always applications/e6cl5mo3h91gsvfj8nhzx/roles
always hooks/8d0rpkvhwvbojx4z9ojy3/recent-logs
always logs
always organization-roles
always organizations
always organizations/0f5xbrzjzgs4/applications
always organizations/cvtkz6guhrsu/users
always resources/879ol6nt4pgw8sqa5l0ug/scopes
always roles
always roles/9ldzf6suagvddaoo6gktf/users
always roles/ufy0wi48fsejmcxpc0xiy/applications
always users
always users/5az7ccs5on0u/roles
none applications/0jqwuv4ulcyxcptti6c8x/secrets
none configs/actions
none configs/jwt-customizer
none configs/oidc/private-keys
none connector-factories
none connectors
none custom-phrases
none custom-profile-fields
none domains
none email-templates
none organization-invitations
none organizations/0wct05slhi0u/users/9dgp48wv81yr/scopes
none saml-applications/84hxjbt9uvayzr3neargz/secrets
none sso-connector-providers
none sso-connectors/shrix2oiwujy/signing-keys
none users/9lzbhq0hyzki/personal-access-tokens
none users/pr2xzggtr64x/mfa-verifications
none users/xcezrv12lwlz/organizations
optional applications
optional applications/f2oj7hqis1ig55d96bune/organizations
optional hooks
optional one-time-tokens
optional organization-roles/7ceemadckh2ycm4gqoiqc/scopes
optional organization-roles/jugi3p8h7pep4eurgf3p8/resource-scopes
optional organization-scopes
optional organizations/0f5xbrzjzgs4/applications/4l89i25i0fgocipd2qm18/roles
optional organizations/0f5xbrzjzgs4/jit/sso-connectors
optional organizations/0wct05slhi0u/users/9dgp48wv81yr/roles
optional organizations/cvtkz6guhrsu/jit/email-domains
optional organizations/cvtkz6guhrsu/jit/roles
optional resources
optional roles/w5ymxzdd23a7lxappmlrk/scopes
optional sso-connectors
LISTS
	my ($kind, $path) = split / /;
	my $plain = ask($recorded, "/api/$path", token => $token);
	my $odd = ask($recorded, "/api/$path?page_size=101", token => $token);
	is((defined total($plain) ? 1 : 0) . " $odd->{status}", $pages{$kind}, "$path: paged $kind");
}

# ---- Relations

$token = mint($recorded);
my %pairs;
for my $role (@{rows(ask($recorded, '/api/roles?page_size=100', token => $token))}) {
	my (undef, @members) = walk($recorded, $token, "/api/roles/$role->{id}/users", 100);
	$pairs{"$role->{id} $_"} = 1 for @members;
}
cmp_ok(scalar(keys %pairs), '>', 100, 'roles have users');
my $member = (split / /, (sort keys %pairs)[0])[1];
ok((grep { $pairs{"$_ $member"} } ids(ask($recorded, "/api/users/$member/roles", token => $token))), '... who have the roles');
is(ask($recorded, '/api/applications/84hxjbt9uvayzr3neargz/roles', token => $token)->{status}, 422, '422 for an application of the wrong type');
for ('connectors', 'organization-invitations') {
	my $n = ids(ask($recorded, "/api/$_", token => $token));
	$answer = ask($recorded, "/api/$_?page=2&page_size=1", token => $token);
	is(scalar(ids($answer)) . (defined total($answer) ? ' paged' : ''), $n, "$_ ignore page");
}
$answer = ask($recorded, '/api/one-time-tokens?status=revoked&page=1', token => $token);
is(total($answer), 3, 'one-time-tokens count all whatever the filter');

# Generated users belong to recorded roles and organizations, from both sides.
my $generated = start('--users', 300);
$token = mint($generated);
for my $pair (['roles', 'roles'], ['organizations', 'organizations']) {
	my ($list, $of_user) = @$pair;
	my ($links, $back) = (0, 0);
	for my $parent (grep { ($_->{type} // 'User') eq 'User' } @{rows(ask($generated, "/api/$list?page_size=4", token => $token))}) {
		my (undef, @members) = walk($generated, $token, "/api/$list/$parent->{id}/users", 100);
		$links += @members;
		for (@members[0 .. 2]) {
			my %of = map { $_ => 1 } ids(ask($generated, "/api/users/$_/$of_user", token => $token));
			$back++ if $of{$parent->{id}};
			delete $of{$parent->{id}};
		}
	}
	cmp_ok($links, '>', 60, "generated users: $links in $list");
	cmp_ok($back, '>=', 9, '... which they have, too');
}
my $organization = (ids(ask($generated, '/api/organizations?page_size=1', token => $token)))[0];
my @members = @{rows(ask($generated, "/api/organizations/$organization/users", token => $token))};
ok(!exists $members[0]{hasPassword} && $members[0]{organizationRoles}[0]{id}, '... as members with their roles');
is((ids(ask($generated, "/api/organizations/$organization/users/$members[0]{id}/roles", token => $token)))[0],
	$members[0]{organizationRoles}[0]{id}, '... which are their roles there');
is(total(ask($generated, "/api/organizations/$organization/users?q=" . substr($members[0]{id}, 0, 8), token => $token)), 1, '... found by q');
stop($generated);
my $member_role = rows(ask($recorded, '/api/organizations/cvtkz6guhrsu/users?page_size=100', token => mint($recorded)));
my ($with_role) = reverse grep { @{$_->{organizationRoles}} } @$member_role;
is(join(' ', sort(ids(ask($recorded, "/api/organizations/cvtkz6guhrsu/users/$with_role->{id}/roles", token => mint($recorded))))),
	join(' ', sort(map { $_->{id} } @{$with_role->{organizationRoles}})), "a recorded member's roles");

# ---- Generator

sub printed {
	my @options = @_;
	open my $in, '-|', $program, @options or die;
	local $/;
	my $text = <$in>;
	close $in;
	return $text;
}
my @print = ('--print', 'logs', '--logs', 2000);
my $text = printed(@print, '--seed', 7);
is(printed(@print, '--seed', 7), $text, 'one seed, one text');
isnt(printed(@print, '--seed', 8), $text, 'another seed, another text');
my @lines = split /\n/, $text;
is(scalar(@lines), 2000, 'a line a record');
is(scalar(grep { eval { $json->decode($_)->{payload}{result} } } @lines), 2000, 'each is JSON');
@lines = split /\n/, printed('--print', 'users', '--users', 2000);
my %missing;
for my $record (map { $json->decode($_) } @lines) {
	defined $record->{$_} or $missing{$_}++ for qw(username primaryEmail name avatar);
}
is(scalar(keys %missing), 4, 'users lack this and that');
is(distinct(map { /"id":"(\w+)"/ } @lines), 2000, '... but no id');
ok((grep { /[^\x00-\x7f]/ } @lines), '... nor Unicode');

my $million = start('--logs', 1_000_000);
$token = mint($million);
is(total(ask($million, '/api/logs?page=9999&page_size=100', token => $token)), 1_000_000, 'a million logs');
is(scalar(grep { ($_->{payload}{userId} // '-' x 12) !~ /^[\w-]{12}\z/ } @{rows(ask($million, '/api/logs?page_size=100', token => $token))}), 0,
	'... of users whose ids are whole');
my $found = total(ask($million, '/api/logs?logKey=Interaction.End', token => $token));
cmp_ok($found, '>', 50_000, '... can be filtered');
SKIP: {
	open my $status, '<', "/proc/$million->{pid}/status" or skip 'no /proc', 1;
	my ($peak) = map { /^VmHWM:\s+(\d+)/ } <$status>;
	skip "sanitizers take what they want", 1 if ($peak // 0) > 400_000 || $build =~ /asan|tsan/;
	cmp_ok($peak, '<', 80_000, "... and cost $peak kB");
}
stop($million);

# ---- Limits

my $limited = start('--rate-limit', 3, '--quota', 1, '--latency', 50);
$token = mint($limited);
$start = time;
is(grant($limited)->{status}, 200, '--quota: the first token');
cmp_ok(time - $start, '>', 0.05, '--latency');
is(rows(grant($limited))->{code}, 'auth.exceed_token_limit', '... and no second one');
my $statuses = join ' ', map { ask($limited, '/api/roles', token => $token)->{status} } 1 .. 2;
is($statuses, '200 429', '--rate-limit');

my $lenient = start('--token-leeway', 60);
is(ask($lenient, '/api/roles', token => mint($lenient, '?lifetime=-30'))->{status}, 200, '--token-leeway');
is(ask($lenient, '/api/roles', token => mint($lenient, '?lifetime=-90'))->{status}, 401, '... has an end');
stop($lenient);

# ---- TLS

SKIP: {
	skip 'no openssl or curl', 2
	  if system('command -v openssl curl >/dev/null 2>&1') != 0
	  || system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1"
		  . " -addext subjectAltName=IP:127.0.0.1 -keyout '$scratch/key' -out '$scratch/cert' 2>/dev/null") != 0;
	my $tls = start('--tls-cert', "$scratch/cert", '--tls-key', "$scratch/key");
	like($tls->{url}, qr{^https://127}, 'TLS: the URL says so');
	my $got = `curl -s --cacert '$scratch/cert' '$tls->{url}/oidc/jwks'`;
	like($got, qr/"keys"/, '... and it is spoken');
	stop($tls);
}

# ---- The end

rules($recorded, "GET /api/users: delay 60000\n");
$socket = open_socket($recorded);
syswrite $socket, "GET /api/users HTTP/1.1\r\nHost: x\r\n\r\n";
sleep 0.1;
my ($status, $seconds) = stop($recorded);
is($status, 0, 'SIGTERM ends it with status 0');
cmp_ok($seconds, '<', 1, '... at once, even amid a slow answer');
my $orphan = start('--url-file', "$scratch/url");
is(slurp("$scratch/url"), "$orphan->{url}\n", '--url-file');
close $orphan->{hold};
$start = time;
while (waitpid($orphan->{pid}, WNOHANG) == 0) { last if time - $start > 5; sleep 0.02 }
cmp_ok(time - $start, '<', 2, '--parent-death: it ends when its standard input does');
delete $running{$orphan->{pid}};
stop($_) for $large, $again, $elsewhere, $ruled, $limited;
is(system("$program --nonsense >/dev/null 2>&1") >> 8, 2, 'wrong usage: status 2');
is(system("$program --help >/dev/null") >> 8, 0, '--help');
like(`cd / && PATH="$build:\$PATH" mock-logto --parent-death </dev/null`,
	qr{^http://127}, 'found by PATH, from anywhere: it finds its tenant');

done_testing();
