# SPDX-License-Identifier: ISC
#
# A PostgreSQL cluster for t/torture/run, by t/postgres.sh. What a case has there
# is not in its directory, so it is kept in a file of that, and given back
# before each run. Each job has a database of its own, which PGDATABASE names.
package postgres;
use strict;
use warnings;

use Time::HiRes qw(sleep);

my ($input, $shell, $programs);

# Whether its programs are here.
sub is_installed {
	my ($root) = @_;

	$programs //= `sh -c '. "\$0"; echo "\$postgres_bin"' $root/t/postgres.sh`;
	chomp $programs;
	return $programs ne '';
}

# Runs until this process ends, or stop().
sub start {
	my ($root, $dir) = @_;
	my $script = '. "$0"; cleanup() { :; }; postgres; echo "$PGHOST" ' .
		'>"$1.part"; mv "$1.part" "$1"; read -r _';

	pipe my $reader, $input or die;
	$shell = fork // die;
	if ($shell == 0) {
		close $input;
		open STDIN, '<&', $reader or die;
		open STDOUT, '>', "$dir/postgres.log" or die;
		exec 'sh', '-c', $script, "$root/t/postgres.sh",
			"$dir/postgres.host";
	}
	for (1 .. 6000) {
		last if -s "$dir/postgres.host";
		sleep 0.01;
	}
	open my $file, '<', "$dir/postgres.host" or die 'PostgreSQL did not start';
	chomp($ENV{PGHOST} = <$file>);
	$ENV{PGUSER} = 'root';
}

sub stop {
	return if !$shell;
	close $input;
	waitpid $shell, 0;
}

sub start_job {
	my ($job) = @_;

	$ENV{PGDATABASE} = 'postgres';
	sql("CREATE DATABASE job$job");
	$ENV{PGDATABASE} = "job$job";
}

sub sql {
	my ($sql) = @_;

	open my $psql, '-|', "$programs/psql", '-XAtq', '-v', 'ON_ERROR_STOP=1',
		'-c', $sql or die;
	local $/;
	my $text = <$psql> // '';
	close $psql or die "psql: $sql";
	return $text;
}

sub clear {
	sql('SET client_min_messages = error; DROP SCHEMA public CASCADE;
		CREATE SCHEMA public');
}

sub keep {
	my ($dir) = @_;
	my $text = `$programs/pg_dump --inserts -n public`;

	die "pg_dump: $?" if $? != 0;
	# Newer ones of them forbid psql's own commands in between.
	$text =~ s/^(?:CREATE|COMMENT ON|ALTER) SCHEMA public\b.*;\n//gm;
	open my $file, '>', "$dir/postgres.sql" or die;
	print $file "SET client_min_messages = error;\n",
		"DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n", $text;
	close $file or die;
}

sub restore {
	my ($dir) = @_;

	system("$programs/psql", '-Xq', '-v', 'ON_ERROR_STOP=1', '-o',
		'/dev/null', '-f', "$dir/postgres.sql") == 0 or die 'psql';
}

# Rows and columns of all tables, without the ledger.
sub rows {
	return sql(q{
		SELECT format('%s.%s %s', table_name, column_name, data_type)
		FROM information_schema.columns WHERE table_schema = 'public'
		ORDER BY 1}) . sql(q{
		SELECT tablename || ': ' || (xpath('//row/text()', query_to_xml(
			format('SELECT t::text AS row FROM public.%I t ORDER BY 1',
			tablename), true, false, '')))::text
		FROM pg_tables WHERE schemaname = 'public'
		AND tablename <> '_loads' ORDER BY 1});
}

# How many loads the ledger knows.
sub loads {
	return sql(q{
		SELECT to_regclass('public._loads') IS NOT NULL}) =~ /t/ ? sql(q{
		SELECT status, count(*) FROM _loads GROUP BY 1}) : '';
}

1;
