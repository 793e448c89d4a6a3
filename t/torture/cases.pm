# SPDX-License-Identifier: ISC
#
# The commands that t/torture/run tortures, and how to tell what they did. A
# case is a hash:
#
#	name
#	command		its words
#	files		what lies there before: names and contents
#	before		commands that make the rest of it
#	stdin		a name; else /dev/null
#	env		more of the environment
#	kinds		a pattern: faults of other kinds are not tried
#	until		a function of stdout: says when to send SIGTERM
#	state		a function of the directory and stdout: what is there
#	rows		the same where a second run is to give the same again
#	is_not_repeatable	a second run does not
#	is_done		what else may be there after status 0
#	is_whole	what else must be true with status 0
#	is_broken_off	whether stdout is the beginning of the new one, and tells
#			whoever reads it that it is no more
#	tells_reader	what is wrong with the stdout of a failure, or nothing
package cases;
use strict;
use warnings;

use Time::HiRes qw(sleep);

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
	for (1 .. 500) {
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

sub without_times {
	my ($text) = @_;

	$text =~ s/\b17\d{11,17}\b/L/g;
	$text =~ s/20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d+Z?/T/g;
	return $text;
}

# The rows of an SQLite database, and how many loads it knows.
sub sqlite_rows {
	my ($path) = @_;

	return 'none' if !-e $path;
	return 'empty' if !-s $path;
	my $text = `sqlite3 -batch $path 'PRAGMA integrity_check' .dump 2>&1`;

	return without_times(join "\n", sort grep { !/INTO _loads / &&
		!/INTO sqlite_stat/ } split /\n/, $text);
}

sub sqlite_state {
	my ($path) = @_;
	my $rows = sqlite_rows($path);

	return $rows if $rows =~ /^(?:none|empty)$/;
	return "$rows\n" . `sqlite3 -batch $path "SELECT status, count(*)
		FROM _loads GROUP BY status" 2>&1`;
}

# The files of a directory with their contents.
sub directory_rows {
	my ($path) = @_;

	return 'none' if !-e $path;
	my $text = `cd $path && for f in \$(find . -type f ! -name '_loads*' |
		sort); do echo \$f; case \$f in *.gz) gzip -dc \$f ;;
		*.zst) zstd -dcq \$f ;; *) sort \$f ;; esac; done 2>&1`;

	return without_times($text);
}

sub directory_state {
	my ($path) = @_;
	my $loads = join '', map { `zstd -dcf $_ | gzip -dcf 2>&1 | wc -l` }
		glob "$path/_loads*";

	return directory_rows($path) . "\n$loads";
}

sub load_cases {
	my @load = qw(ndjson-to-sql -q);
	my %common = (files => {old => records(1, 6, 'old'),
		new => records(4, 9, 'new')});
	my %sqlite = (%common, state => sub { sqlite_state("$_[0]/out.db") },
		rows => sub { sqlite_rows("$_[0]/out.db") });
	my @made = ([@load, 'out.db', 'old']);
	my %directory = (%common,
		state => sub { directory_state("$_[0]/out") },
		rows => sub { directory_rows("$_[0]/out") });
	my %script = (%common, is_broken_off => sub { $_[0] !~ /COMMIT;?\s*\z/i },
		state => sub { without_times($_[1]) });

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
		{%sqlite, name => 'append', is_not_repeatable => 1,
			files => {old => records(1, 3, 'old'),
				new => records(4, 9, 'new') =~ s/.*people.*\n//r},
			before => \@made,
			command => [@load, '--append', 'out.db', 'new']},
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
			state => sub { without_times($_[1]) },
			rows => undef, is_broken_off => sub { 1 }},
		{%directory, name => 'csv',
			command => [@load, 'csv:out', 'new']},
		{%directory, name => 'csv-merge',
			before => [[@load, 'csv:out', 'old']],
			command => [@load, 'csv:out', 'new']},
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
		{%script, name => 'script',
			command => [@load, 'sql:sqlite', 'new']},
		{%common, name => 'table', is_broken_off => sub { 1 },
			files => {new => records(1, 9, 'new') =~
				s/.*people.*\n//r},
			command => [@load, '-', 'new'],
			state => sub { without_times($_[1]) }},
	);
}

sub all {
	return (token_cases(), fetch_cases(), load_cases());
}

1;
