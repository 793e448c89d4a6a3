#!/bin/sh
# SPDX-License-Identifier: ISC
# A new database is written page by page without SQLite's machine. What is in
# it must be what SQLite itself would have put there, which it does where a
# database exists already.
. "${0%/*}/lib.sh"

# What is in a database, but for the number of the load.
contents() {
	id=$(sqlite3 "$1" 'SELECT load_id FROM _loads')
	sqlite3 "$1" "PRAGMA writable_schema=ON; DELETE FROM sqlite_schema
		WHERE name = 'other' OR name LIKE '\\_loads%' ESCAPE '\\'"
	sqlite3 "$1" .dump "SELECT typeof(id) FROM t" | sed "s/$id/L/g"
}

# alike NAME [OPTION...]: loads `in` both ways.
alike() {
	name=$1
	shift
	rm -f new.db old.db
	sqlite3 old.db 'CREATE TABLE other (a)'
	run ndjson-to-sql -q "$@" -t t new.db in
	exits 0 "$name: into a new database"
	ndjson-to-sql -q "$@" -t t old.db in
	is "$(sqlite3 new.db 'PRAGMA integrity_check')" ok "$name: SQLite agrees"
	contents new.db >new.sql
	contents old.db >old.sql
	cmp new.sql old.sql >&2
	ok $? "$name: the same is in it"
}

# repeat COUNT PERL: the lines that the program prints for $n from 1 on.
repeat() {
	perl -e 'for my $n (1 .. shift) { eval $ARGV[0]; die $@ if $@ }' "$@"
}

mock-logto --print logs --logs 4000 >in
alike 'logs'
alike 'logs by another key' --key tenantId --key createdAt --key id \
	--type created_at=text
mock-logto --print users --users 3000 >in
alike 'users'

repeat 200 'print "{\"id\":$n,\"t\":\"", "x" x ($n * $n * 3), "\"}\n"' >in
alike 'texts longer than a page'
repeat 300 'print "{\"id\":$n",
	(map ",\"c" . $_ * $n % 700 . "\":$n", 1 .. 200), "}\n"' >in
alike 'hundreds of columns'
repeat 500 'print "{\"id\":$n,\"l\":[", join(",", map "[" .
	join(",", map "{\"v\":$_}", 0 .. $_) . "]", 0 .. $n % 7), "]}\n"' >in
alike 'lists in lists'
repeat 130 'my $p = 2 ** ($n / 2 - 1); printf "{\"id\":%d,\"i\":%d,\"m\":%d," .
	"\"b\":%s,\"d\":%.17g,\"n\":null}\n", $n, $p, -$p - $n % 2,
	$n % 2 ? "true" : "false", $n / 8' >in
alike 'integers of all sizes'

# Types that change after rows were written, within a chunk and behind it.
repeat 30000 'print "{\"id\":$n,\"a\":", $n > 20000 ? "$n.5" : $n, ",\"b\":[",
	$n == 9 ? "1.5" : $n == 25000 ? "12345678901234567890.5" : $n,
	"],\"c\":", $n == 15 ? "123456789012345678901" : 5, "}\n"' >in
alike 'types that change'
repeat 3000 'printf "{\"id\":%d,\"l\":[%d]}\n", $n % 900, $n' >in
alike 'keys that come again'
alike 'no key' --append
printf '%s\n' '{"id":1}' '{"id":2}' >in
alike 'two rows'
done_testing
