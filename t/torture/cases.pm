# SPDX-License-Identifier: ISC
#
# The commands that t/torture/run tortures, and how to tell what they did. A
# case is a hash:
#
#	name
#	command		its words
#	files		what lies there before: names and contents
#	before		commands that make the rest of it
#	needs		'postgres' or 'duckdb': left out where it is not
#	stdin		a name; else /dev/null
#	feed		what a shell runs for stdin
#	env		more of the environment
#	kinds		a pattern: faults of other kinds are not tried
#	spares		a pattern of the kind of fault and what it met: these are
#			not judged
#	until		a function of stdout: says when to send SIGTERM
#	state		a function of the directory and stdout: what is there
#	rows		the same where a second run is to give the same again
#	is_not_repeatable	a second run does not
#	is_done		what else may be there after status 0
#	is_part		what else may be there after a failure
#	is_whole	what else must be true with status 0
#	is_broken_off	whether stdout is the beginning of the new one, and tells
#			whoever reads it that it is no more
#	tells_reader	what is wrong with the stdout of a failure, or nothing
package cases;
use strict;
use warnings;

use Time::HiRes qw(sleep);
use postgres;
use state;

my ($endpoint, $token);

sub start_mock {
	my ($build, $dir) = @_;
	my $pid = fork // die;

	if ($pid == 0) {
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', "$dir/mock.log";
		open STDERR, '>&', \*STDOUT;
		exec "$build/mock-logto", '--port', 0, '--url-file',
			"$dir/mock.url", '--app-id', 'app', '--app-secret',
			's3cret', '--users', 12, '--logs', 40;
	}
	for (1 .. 6000) {
		last if -s "$dir/mock.url";
		sleep 0.01;
	}
	open my $file, '<', "$dir/mock.url" or die "the mock did not start";
	chomp($endpoint = <$file>);
	$ENV{LOGTO_ENDPOINT} = $endpoint;
	delete @ENV{grep { /^(?:https?|all|no)_proxy$/i } keys %ENV};
	delete $ENV{XDG_CACHE_HOME};
	$token = `curl -sS '$endpoint/_mock/token'`;
	return $pid;
}

# --- tokens ------------------------------------------------------------------

my %credential = (LOGTO_APP_ID => 'app', LOGTO_APP_SECRET => 's3cret');

# A token that came is any whole token.
sub token_state {
	my ($dir, $out) = @_;

	return $out =~ /^[\w-]{20,}\.[\w-]{60,}\.[\w-]{43,}\n\z/ ? 'a token' :
		$out =~ /^\n*\z/ ? 'none' : "<$out>";
}

# An empty line for each unit of the status.
sub tells_empty_lines {
	my ($out, $status) = @_;

	return '' if $out eq "\n" x $status;
	# It came, and closing the pipe failed.
	return '' if token_state('', $out) eq 'a token';
	return 'the reader is told nothing';
}

sub token_cases {
	my %common = (env => \%credential, state => \&token_state);

	return (
		{%common, name => 'mint',
			command => [qw(logto-token --retry 0 --no-cache)],
			tells_reader => \&tells_empty_lines},
		{%common, name => 'cold-cache',
			command => [qw(logto-token --retry 0)],
			tells_reader => \&tells_empty_lines},
		{%common, name => 'warm-cache',
			before => [['logto-token']],
			command => [qw(logto-token --retry 0)],
			tells_reader => \&tells_empty_lines},
		{%common, name => 'profile',
			files => {secret => "s3cret\n"},
			before => [['sh', '-c', "mkdir config/logto; printf " .
				"'[x]\\nendpoint = $endpoint\\napp_id = app\\n" .
				"app_secret_file = %s\\n' \"\$PWD/secret\" " .
				">config/logto/config"]],
			env => {LOGTO_ENDPOINT => ''},
			command => [qw(logto-token --retry 0 -P x)]},
		{%common, name => 'check',
			command => [qw(logto-token --retry 0 --check)],
			state => sub { $_[1] =~ s/\d+/N/gr }},
		{%common, name => 'claims',
			command => [qw(logto-token --retry 0 -c)],
			state => sub { $_[1] =~ /^\{.*\}\n\z/ ? 'claims' :
				"<$_[1]>" }},
		{%common, name => 'retried',
			kinds => 'socket|network|poll',
			is_patient => 1,
			command => [qw(logto-token --no-cache)]},
	);
}

# --- records -----------------------------------------------------------------

# In any order: requests overtake each other.
sub lines_state {
	my ($dir, $out) = @_;

	return join "\n", sort split / ?\n/, $out, -1;
}

# What came is the beginning of a stream, whose last line does not end.
sub tells_broken_off {
	my ($out) = @_;

	return '' if $out ne '' && $out !~ /\n\z/;
	return 'the reader is told nothing';
}

sub fetch_cases {
	my %common = (files => {token => $token}, stdin => 'token',
		state => \&lines_state, is_broken_off => sub { 1 },
		tells_reader => \&tells_broken_off);
	my @fetch = qw(logto-fetch --retry 0);
	my $file  = sub {
		open my $in, '<', "$_[0]/file" or return 'none';
		local $/;
		return lines_state('', <$in>);
	};

	return (
		{%common, name => 'list', command => [@fetch, '--list'],
			tells_reader => undef},
		{%common, name => 'logs',
			command => [@fetch, qw(logs --page-size 20)]},
		{%common, name => 'fan-out',
			command => [@fetch, 'roles', 'roles/*/users']},
		{%common, name => 'jq',
			command => [@fetch, 'users', '--jq', '{id,name}']},
		{%common, name => 'count', command => [@fetch, '--count', 'users']},
		{%common, name => 'file', tells_reader => undef,
			files => {token => $token, file => "old\n"},
			command => [@fetch, 'users', '-o', 'file'],
			state => $file},
		{%common, name => 'token-command', stdin => undef,
			command => [@fetch, 'users', '--token-command',
				'cat token']},
		{%common, name => 'follow', is_patient => 1,
			command => [@fetch, 'logs', '--follow=100ms',
				'--since', '2020-01-01'],
			until => sub { 40 <= ($_[0] =~ tr/\n//) + 1 },
			is_done => sub { 1 }},
		{%common, name => 'fetch-retried', kinds => 'socket|network|poll',
			is_patient => 1,
			command => [qw(logto-fetch logs --page-size 20)]},
	);
}

# --- rows --------------------------------------------------------------------

sub records {
	my ($from, $to, $mark) = @_;
	my $text = '';

	for my $i ($from .. $to) {
		$text .= sprintf q({"_resource":"things","id":%d,"mark":"%s",) .
			q("at":"1999-01-%02dT00:00:00.000Z","size":%d.5,) .
			qq("tags":["%s",{"a":%d}]}\n), $i, $mark, $i % 9 + 1,
			$i, $mark, $i;
	}
	return $text . qq({"_resource":"people","id":"p","name":"$mark"}\n);
}

my @load = qw(ndjson-to-sql -q);
my %loads = (files => {old => records(1, 6, 'old'), new => records(4, 9, 'new')});
# With --append they would come twice.
my %apart = (files => {old => records(1, 3, 'old'),
	new => records(4, 9, 'new') =~ s/.*people.*\n//r});

sub sqlite_cases {
	my %sqlite = (%loads, state => sub { state::sqlite("$_[0]/out.db") },
		rows => sub { state::sqlite_rows("$_[0]/out.db") });
	my @made = ([@load, 'out.db', 'old']);

	return (
		{%sqlite, name => 'new', command => [@load, 'out.db', 'new']},
		{%sqlite, name => 'new-stdin', stdin => 'new',
			command => [@load, 'out.db']},
		{%sqlite, name => 'merge', before => \@made,
			command => [@load, 'out.db', 'new']},
		{%sqlite, name => 'merge-wal', before => [@made,
			['sqlite3', 'out.db', 'PRAGMA journal_mode=wal']],
			command => [@load, 'out.db', 'new']},
		{%sqlite, name => 'again', before => \@made,
			command => [@load, 'out.db', 'old']},
		{%sqlite, name => 'replace', before => \@made,
			command => [@load, '--replace', 'out.db', 'new']},
		{%sqlite, name => 'sync', before => \@made,
			command => [@load, '--sync', 'out.db', 'new']},
		{%sqlite, name => 'history', before => [[@load, '--history',
			'out.db', 'old']],
			command => [@load, '--history', 'out.db', 'new']},
		{%sqlite, name => 'history-sync', before => [[@load,
			'--history', 'out.db', 'old']],
			command => [@load, qw(--history --sync out.db new)]},
		{%sqlite, %apart, name => 'append', is_not_repeatable => 1,
			before => \@made,
			command => [@load, '--append', 'out.db', 'new']},
		{%sqlite, name => 'commit-every',
			files => {map { ("part$_" => records(3 * $_ + 1,
				3 * $_ + 3, 'x') =~ s/.*people.*\n//r) } 0 .. 2},
			feed => 'for i in 0 1 2; do cat part$i; sleep 0.05; done',
			command => [@load, qw(--commit-every 10ms out.db)],
			state => sub { state::sqlite_rows("$_[0]/out.db") },
			is_part => sub { state::is_growing("$_[0]/out.db") }},
		{%sqlite, name => 'rejects',
			files => {new => records(1, 3, 'new') .
				qq({"_resource":"things","id":null}\n)},
			command => [@load, '--rejects', 'rejects', 'out.db',
				'new'],
			is_whole => sub { -s "$_[0]/rejects" }},
		{%sqlite, name => 'gzip-input', before => [[qw(gzip new)]],
			command => [@load, 'out.db', 'new.gz']},
		{%sqlite, name => 'describe', before => \@made,
			command => [@load, '--describe=json', 'out.db'],
			state => sub { state::without_times($_[1]) },
			rows => undef, is_broken_off => sub { 1 }},
	);
}

# DuckDB throws exceptions out of its interface where it cannot look at /proc and
# /sys, crashes where it can map no memory, takes an interrupted call for a broken
# disk, and a database that access() cannot find for one that is to be made.
my %engine = (needs => 'duckdb', spares => qr{\ /(?:proc|sys)/|^map\ |
	\ EINTR\ .*\.(?:duckdb|parquet)|
	^stat\ .*\ (?:access|realpath|readlink)\ .*duckdb}x);

sub directory_cases {
	my %directory = (%loads,
		state => sub { state::directory("$_[0]/out") },
		rows => sub { state::directory_rows("$_[0]/out") });
	my %parquet = (%loads, %engine,
		state => sub { state::parquet("$_[0]/out") },
		rows => sub { state::parquet_rows("$_[0]/out") });
	my $after = sub {
		my ($words, %more) = @_;
		my ($target) = grep { /:/ } @$words;

		return (before => [[@load, $target, 'old']],
			command => [@load, @$words, 'new'], %more);
	};

	return (
		{%directory, name => 'csv',
			command => [@load, 'csv:out', 'new']},
		{%directory, name => 'csv-merge', $after->(['csv:out'])},
		{%directory, name => 'csv-again', $after->(['csv:out']),
			command => [@load, 'csv:out', 'old']},
		{%directory, name => 'csv-sync',
			$after->(['--sync', 'csv:out'])},
		{%directory, name => 'csv-replace',
			$after->(['--replace', 'csv:out'])},
		{%directory, name => 'csv-gzip',
			$after->(['--gzip', 'csv:out'])},
		{%directory, name => 'csv-zstd', %apart, $after->(
			['--zstd', '--append', 'csv:out']),
			is_not_repeatable => 1},
		{%directory, name => 'csv-describe', $after->(['csv:out']),
			command => [@load, '--describe=json', 'csv:out'],
			state => sub { state::without_times($_[1]) },
			rows => undef, is_broken_off => sub { 1 }},
		{%directory, name => 'ndjson-gzip',
			before => [[@load, '--gzip', 'ndjson:out', 'old']],
			command => [@load, '--gzip', '--sync', 'ndjson:out',
				'new']},
		{%directory, name => 'partition',
			command => [@load, '--zstd',
				'--partition=at:day', 'csv:out',
				'new']},
		{%directory, name => 'bundle',
			command => [@load, 'snowflake:out', 'new']},
		{%directory, name => 'bundle-again',
			$after->(['--sync', 'bigquery:out'])},
		{%parquet, name => 'parquet',
			command => [@load, 'parquet:out', 'new']},
		{%parquet, name => 'parquet-merge', $after->(['parquet:out'])},
		{%parquet, name => 'parquet-partition', command => [@load,
			'--partition=at:day', 'parquet:out', 'new']},
	);
}

sub stream_cases {
	my %script = (%loads, is_broken_off => sub { $_[0] !~ /COMMIT;?\s*\z/i },
		state => sub { state::without_times($_[1]) });

	return (
		{%script, name => 'script',
			command => [@load, 'sql:sqlite', 'new']},
		{%script, name => 'script-postgres',
			command => [@load, '--sync', 'sql:postgres', 'new']},
		{%loads, name => 'table', is_broken_off => sub { 1 },
			files => {new => records(1, 9, 'new') =~
				s/.*people.*\n//r},
			command => [@load, '-', 'new'],
			state => sub { state::without_times($_[1]) }},
	);
}

sub duckdb_cases {
	my %duckdb = (%loads, %engine,
		state => sub { state::duckdb("$_[0]/out.duckdb") },
		rows => sub { state::duckdb_rows("$_[0]/out.duckdb") });
	my @made = ([@load, 'out.duckdb', 'old']);

	return (
		{%duckdb, name => 'duckdb',
			command => [@load, 'out.duckdb', 'new']},
		{%duckdb, name => 'duckdb-merge', before => \@made,
			command => [@load, 'out.duckdb', 'new']},
		{%duckdb, name => 'duckdb-sync', before => \@made,
			command => [@load, '--sync', 'out.duckdb', 'new']},
		{%duckdb, name => 'duckdb-history',
			before => [[@load, '--history', 'out.duckdb', 'old']],
			command => [@load, '--history', 'out.duckdb', 'new']},
		{%duckdb, %apart, name => 'duckdb-append',
			is_not_repeatable => 1, before => \@made,
			command => [@load, '--append', 'out.duckdb', 'new']},
	);
}

sub postgres_cases {
	my %postgres = (%loads, needs => 'postgres',
		state => \&state::postgres, rows => \&state::postgres_rows);
	my $to = 'postgresql://';
	my @made = ([@load, $to, 'old']);

	return (
		{%postgres, name => 'postgres', command => [@load, $to, 'new']},
		{%postgres, name => 'postgres-merge', before => \@made,
			command => [@load, $to, 'new']},
		{%postgres, name => 'postgres-replace', before => \@made,
			command => [@load, '--replace', $to, 'new']},
		{%postgres, name => 'postgres-sync', before => \@made,
			command => [@load, '--sync', $to, 'new']},
		{%postgres, name => 'postgres-history',
			before => [[@load, '--history', $to, 'old']],
			command => [@load, '--history', $to, 'new']},
		{%postgres, %apart, name => 'postgres-append',
			is_not_repeatable => 1, before => \@made,
			command => [@load, '--append', $to, 'new']},
	);
}

# Those that can be tried here.
sub all {
	my ($root) = @_;
	my %has = (postgres => postgres::is_installed($root),
		duckdb => $ENV{ENGINES} && -e "$ENV{ENGINES}/duckdb/version");

	($ENV{LIBDUCKDB}) = glob "$ENV{ENGINES}/duckdb/libduckdb.*"
		if $has{duckdb};
	return grep { !$_->{needs} || $has{$_->{needs}} }
		token_cases(), fetch_cases(), sqlite_cases(),
		directory_cases(), stream_cases(), duckdb_cases(),
		postgres_cases();
}

1;
