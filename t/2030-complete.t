#!/bin/sh
# SPDX-License-Identifier: ISC
# The promise: a record that is there throughout a run comes out exactly once,
# or the status is not 0. Seeded schedules of inserts, deletes, updates and
# ties between the requests of a run; COMPLETE_SCHEDULES=N runs N of them for
# each list, COMPLETE_SEED=S others.
. "${0%/*}/lib.sh"

schedules=${COMPLETE_SCHEDULES:-20}
mock --users 90 --logs 90 --ties 40
LOGTO_TOKEN=$(logto-token)
export LOGTO_TOKEN
cat >run.pl <<'EOP'
use strict;
use warnings;
use HTTP::Tiny;

my ($list, $schedules, $seed) = @ARGV;
my $http = HTTP::Tiny->new;
my $base = $ENV{LOGTO_ENDPOINT};
my %count = (0 => 0, 4 => 0);

# The id of a record that was written with --raw; it stands first.
sub id_of {
	return $_[0] =~ /^\{(?:"tenantId":"[^"]*",)?"id":"([^"]+)"/ ? $1
		: die "no id: $_[0]";
}

# The ids in the list, which is kept below 100 rows, so that one page, which
# is one statement of the server, holds them all.
sub ids {
	my @lines = `logto-fetch --raw $list </dev/null`;
	die "$list: not in one page" if $? != 0 || @lines > 100;
	return map { id_of($_) } @lines;
}

# One to five things that happen before an answer.
sub schedule {
	my @ids = @_;
	my @rules;

	for (1 .. 1 + int rand 5) {
		my $nth = 1 + int rand 14;
		my $what = int rand 10;
		my $id = $ids[rand @ids];
		my $act = $what < 3 && @ids < 95 ? "insert $list 1"
			: $what < 6 && @ids > 20 ? "delete $list $id"
			: $what < 7 && @ids > 20 ? "delete $list first"
			: $what < 9 ? "update $list $id"
			: $list ne "logs" ? "tie $list " . (2 + int rand 30)
			: "insert $list 1"; # the time of a log stays
		# Often a row goes and another comes at once: the count
		# stands still.
		$act .= " insert $list 1" if $act =~ /^delete/ && rand() < 0.5;
		push @rules, "GET /api/$list nth=$nth: $act";
	}
	return @rules;
}

srand $seed;
for my $n (1 .. $schedules) {
	my @before = ids();
	my @rules = schedule(@before);
	my $size = 4 + int rand 12;
	my $jobs = 1 + int rand 4;

	$http->put("$base/_mock/rules", {content => join "\n", @rules, ""});
	my @lines = `logto-fetch --raw --page-size $size -j $jobs $list </dev/null 2>err`;
	my $status = $? >> 8;
	$http->delete("$base/_mock/rules");
	my %after = map { $_ => 1 } ids();
	my %seen;

	$count{$status}++;
	if ($status == 0) {
		$seen{id_of($_)}++ for @lines;
		my @missing = grep { $after{$_} && !$seen{$_} } @before;
		my @twice = grep { $seen{$_} > 1 } keys %seen;
		next if !@missing && !@twice;
		print "seed $seed, schedule $n, page size $size, jobs $jobs: ",
			"missing @missing, twice @twice\n",
			map { "    $_\n" } @rules;
	} elsif ($status != 4) {
		print "schedule $n: status $status: ", `cat err`;
	}
}
print "too few runs succeed: $count{0} of $schedules\n"
	if $count{0} < $schedules / 2;
EOP
org=$(logto-fetch organizations --raw -n 1 </dev/null |
	sed -E 's/.*"id":"([0-9a-z]{12})".*/\1/')
role=$(logto-fetch roles --raw </dev/null | grep '"type":"User"' |
	sed -nE '1s/.*"tenantId":"[^"]*","id":"([^"]*)".*/\1/p')
resource=$(logto-fetch resources --raw </dev/null |
	sed -nE '2s/.*"tenantId":"[^"]*","id":"([^"]*)".*/\1/p')
for list in users logs "organizations/$org/users" "roles/$role/users" \
	"resources/$resource/scopes" organizations roles applications hooks \
	organization-roles; do
	perl run.pl "$list" "$schedules" "${COMPLETE_SEED:-7}" >faults 2>&1
	is "$(cat faults)" '' "$list: $schedules schedules"
done

# A quiet tenant whose rows share a time: one walk over pages loses some, and
# all come out nevertheless.
mock --users 2500 --logs 2500 --ties 600
LOGTO_TOKEN=$(logto-token)
run logto-fetch users -v </dev/null
exits 0 'ties: users'
like "$(cat err)" 'users: walk 1 is no proof' 'ties: pages alone lose rows'
is "$(sed 's/.*"id":"\([0-9a-z]\{12\}\)".*/\1/' out | sort -u | wc -l | tr -d ' ')" \
	2500 'ties: every user'
run logto-fetch logs </dev/null
exits 0 'ties: logs'
is "$(sed -E 's/^.*"id":"([0-9a-z]{21})","key".*/\1/' out | sort -u | wc -l | tr -d ' ')" \
	2500 'ties: every log'

# A page with fewer rows than it could hold is not the end.
rules 'GET /api/users page=3: drop-rows 40'
run logto-fetch users </dev/null
exits 0 'a short page'
is "$(sed 's/.*"id":"\([0-9a-z]\{12\}\)".*/\1/' out | sort -u | wc -l | tr -d ' ')" \
	2500 'a short page: every user'
rules 'GET /api/logs page=3 times=1: drop-rows 40'
run logto-fetch logs </dev/null
is "$status $(wc -l <out | tr -d ' ')" '0 2500' 'a short page of logs'

# A total that no walk comes to is a failure that says so.
rules 'GET /api/organizations: total-add 3'
run logto-fetch organizations </dev/null
fails 4 'organizations: .*8 walks found 25 records, the last one 25 of 28' \
	'a total that is no count'
# Where it is known to be none, it is not believed.
rules 'GET /api/sso-connectors: total 100'
run logto-fetch sso-connectors </dev/null
exits 0 'a total that is known to be no count'

done_testing
