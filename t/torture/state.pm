# SPDX-License-Identifier: ISC
#
# What the destinations of t/torture/cases.pm hold: as a text that two loads of
# the same share, whenever they ran. Of each: its rows, and its state, which has
# the number of loads that the ledger knows as well.
package state;
use strict;
use warnings;

use postgres;

sub without_times {
	my ($text) = @_;

	$text =~ s/\b17\d{11,17}\b/L/g;
	$text =~ s/20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00)?/T/g;
	return $text;
}

# The rows of an SQLite database.
sub sqlite_rows {
	my ($path) = @_;

	return 'none' if !-e $path;
	return 'empty' if !-s $path;
	my $text = `sqlite3 -batch $path 'PRAGMA integrity_check' .dump 2>&1`;

	return without_times(join "\n", sort grep { !/INTO _loads / &&
		!/INTO sqlite_stat/ } split /\n/, $text);
}

sub sqlite {
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

sub directory {
	my ($path) = @_;
	my $loads = join '', map { `zstd -dcf $_ | gzip -dcf 2>&1 | wc -l` }
		glob "$path/_loads*";

	return directory_rows($path) . "\n$loads";
}

# Whether what --commit-every has committed is a first part of the stream; none is
# an empty file, which is made where it is to be.
sub is_growing {
	my ($path) = @_;

	return 1 if !-s $path;
	my $text = `sqlite3 -batch $path 'PRAGMA integrity_check' "
		SELECT max(id) = count(*) FROM things;
		SELECT count(*) = 2 * (SELECT count(*) FROM things)
		FROM things__tags;
		SELECT sum(json_extract(tables, '\$.things.inserted')) =
		(SELECT count(*) FROM things) FROM _loads" 2>&1`;

	# Or the first commit was rolled back.
	return $text eq "ok\n1\n1\n1\n" || $text =~ /no such table: things\b/;
}

# Words for its shell, the last of them SQL; what it prints.
sub duckdb_shell {
	open my $shell, '-|', 'sh', '-c', 'exec "$0" "$@" 2>&1',
		"$ENV{ENGINES}/duckdb/duckdb", '-csv', @_ or die;
	local $/;
	my $text = <$shell> // '';

	close $shell;
	return $? == 0 ? $text : "failed: $text";
}

# Of a copy: whoever opens it writes what was written ahead into it.
sub duckdb_rows {
	my ($path, $ledger) = @_;

	return 'none' if !-e $path;
	system("rm -rf $path.copy*; cp $path $path.copy; ! [ -e $path.wal ] || " .
		"cp $path.wal $path.copy.wal") == 0 or die;
	my $tables = duckdb_shell('-noheader', "$path.copy", 'SELECT table_name
		FROM information_schema.tables ORDER BY 1');
	my @tables = grep { $_ ne '_loads' } split /\n/, $tables;
	my $text = @tables == 0 ? 'none' :
		without_times("$tables\n" . duckdb_shell("$path.copy",
		join ';', map { qq(SELECT * FROM "$_" ORDER BY ALL) } @tables));

	$text .= duckdb_shell("$path.copy", 'SELECT status, count(*) FROM _loads
		GROUP BY 1') if $ledger && $tables =~ /^_loads$/m;
	system("rm -rf $path.copy*");
	return $text;
}

sub duckdb { return duckdb_rows(@_, 1) }

# The rows of each Parquet file in a directory.
sub parquet_rows {
	my ($path, $ledger) = @_;

	return 'none' if !-e $path;
	chomp(my @files = sort `find $path -name '*.parquet'`);
	@files = grep { !/_loads\.parquet$/ } @files if !$ledger;
	my $text = join '', map { "SELECT * FROM '$_' ORDER BY ALL;" } @files;
	my $names = `find $path -type f | sort`;

	return without_times(($names . duckdb_shell(':memory:', $text)) =~
		s/\Q$path\E//gr);
}

sub parquet { return parquet_rows(@_, 1) }

sub postgres_rows { return without_times(postgres::rows()) }

sub postgres { return postgres_rows() . postgres::loads() }

1;
