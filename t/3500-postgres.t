#!/bin/sh
# PostgreSQL: what is of it alone. That modes, types and evolution mean the
# same as elsewhere is for t/3600.
. "${0%/*}/lib.sh"
. "$root/t/postgres.sh"

[ -n "$postgres_bin" ] || skip_all 'PostgreSQL is not installed'
postgres
pg=postgresql://

# load STATUS [OPTION...] <input
load() {
	wanted=$1
	shift
	ndjson-to-sql "$@" $pg >out 2>err
	status=$?
	[ "$status" = "$wanted" ] || exits "$wanted" "load $*"
}

# counts TABLE <input, [OPTION...]: what the summary says of the table.
counts() {
	name=$1
	shift
	ndjson-to-sql --stats json "$@" $pg 2>&1 |
		jq -r --arg t "$name" '.tables[$t] | select(.) |
		"\(.inserted) \(.updated) \(.unchanged) \(.deleted) \(.doubled)"'
}

# --- definitions

load 0 <<'EOT'
{"_resource":"users","id":"a","n":1,"d":1.5,"x":1234567890123456789012345.5,"b":true,"t":"2026-11-24T06:00:00+01:00","o":{},"l":["x"],"null":null}
EOT
is "$(sql "SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod),
	', ' ORDER BY attnum) FROM pg_attribute
	WHERE attrelid = 'users'::regclass AND attnum > 0")" \
	'id text, n bigint, d double precision, x numeric, b boolean, t timestamp with time zone, o jsonb, _load_id bigint, null text' \
	'types are those of PostgreSQL'
is "$(sql "SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'users%'
	ORDER BY 1" | sed 's/.* USING//')" ' btree (id)
 btree (_parent_id, _idx)' 'keys have an index'
is "$(sql "SELECT t AT TIME ZONE 'UTC', x, o FROM users")" \
	'2026-11-24 05:00:00|1234567890123456789012345.5|{}' 'values are exact'
run ndjson-to-sql --last users.t $pg
is "$(cat out)" '2026-11-24 05:00:00.000' '--last prints what --since takes'
run ndjson-to-sql --describe=json $pg
is "$(jq -c '[.tables[] | [.name, .rows, (.columns | length)]]' out)" \
	'[["users",1,9],["users__l",1,4]]' '--describe'
printf '{"_resource":"users","id":"a","n":2.5,"new":1}\n' >added
run ndjson-to-sql --dry-run $pg added
is "$(cat out)" 'ALTER TABLE "public"."users" ALTER COLUMN "n" TYPE double precision USING CAST(CAST("n" AS text) AS double precision);
ALTER TABLE "public"."users" ADD COLUMN IF NOT EXISTS "new" bigint;' \
	'--dry-run prints the statements'
is "$(sql 'SELECT n FROM users')" 1 'and runs none'

long=a_name_of_seventy_bytes_that_is_too_long_for_postgresql_and_for_us
printf '{"_resource":"%s_1","id":1,"%s_x":[1],"%s_y":[{"%s":1}]}\n' \
	$long $long $long $long >long
load 0 <long
load 0 <long
is "$(sql "SELECT count(*), max(length(relname)) FROM pg_class
	WHERE relname LIKE 'a_name_of%' AND relkind = 'r'")" '3|63' \
	'names are short enough for PostgreSQL'
is "$(sql "SELECT count(*) FROM pg_indexes WHERE tablename LIKE 'a_name_of%'")" \
	3 'so are those of their indexes'

load 0 --schema 'My "own"' <<'EOT'
{"_resource":"users","id":"s"}
EOT
is "$(sql 'SELECT id FROM "My ""own""".users')" s '--schema makes it'
load 0 --schema 'My "own"' <<'EOT'
{"_resource":"users","id":"s","v":1}
EOT
run ndjson-to-sql --schema 'My "own"' --describe=json $pg
is "$(jq -c '[.tables[] | [.name, .rows]]' out)" '[["users",1]]' \
	'and it is looked into'
is "$(sql 'SELECT count(*) FROM _loads')" 3 'others keep their own books'
run ndjson-to-sql --schema none --describe $pg
fails 2 "there is no schema 'none'" 'a schema to look into that is not there'
run ndjson-to-sql --schema none --dry-run $pg <added
like "$(cat out)" '^CREATE SCHEMA "none";$' 'a dry run would make it'
run ndjson-to-sql --schema x out.db <added
fails 2 'schema is for databases that have schemas' '--schema for a file'
PGOPTIONS='-c search_path=nowhere' run ndjson-to-sql $pg <added
fails 2 'no schema of the search path exists; name one' 'an empty search path'

# --- merging

seq 1 20000 | jq -c '{_resource: "big", id: ., v: (. % 7), l: [range(. % 3)]}' \
	>big
is "$(counts big <big)" '20000 0 0 0 0' 'new rows'
is "$(counts big <big)" '0 0 20000 0 0' 'unchanged rows'
before=$(sql 'SELECT sum(xmin::text::bigint), sum(xmax::text::bigint)
	FROM big')
{
	head -n 10000 big
	echo '{"_resource":"big","id":1,"v":"changed","l":[5,6]}'
	echo '{"_resource":"big","id":99999}'
} >part
is "$(counts big <part)" '1 1 9999 0 1' 'some changed'
is "$(counts big__l <part)" '0 0 10001 0 0' 'and rows of lists'
is "$(sql 'SELECT sum(xmin::text::bigint), sum(xmax::text::bigint)
	FROM big WHERE id NOT IN (1, 99999)')" "$(sql "SELECT
	${before%|*} - (SELECT xmin::text::bigint FROM big WHERE id = 2),
	${before#*|}")" 'rows that did not change are not written'
is "$(counts big --sync <part)" '0 0 10001 10000 1' 'absent rows go'
is "$(counts big --replace <big)" '20000 0 0 10001 0' 'all rows go'
is "$(sql 'SELECT count(*), sum(value) FROM big__l')" '20001|6667' \
	'lists with them'

# Keys that come again in a new table, with shorter and longer lists.
{
	cat big
	sed -n '1000,1999s/"l":\[.*\]/"l":[7]/p' big
	sed -n '1500,1501s/"l":\[.*\]/"l":[8,8,8]/p' big
} >again
sed 's/"big"/"fresh"/' again >fresh.in
is "$(counts fresh <fresh.in)" '20000 0 0 0 1002' 'the last of a key counts'
is "$(counts fresh__l <again)" '' 'only tables of the stream are told of'
is "$(sql "SELECT sum(value), count(*) FROM fresh__l
	WHERE _parent_id BETWEEN 1000 AND 1999")" '7034|1004' \
	'with the rows of its list'
is "$(sql 'SELECT count(*) FROM fresh__l')" "$(sql 'SELECT count(*) + 1004
	FROM big__l WHERE _parent_id NOT BETWEEN 1000 AND 1999')" 'and no other'
ndjson-to-sql --stats json --table twice $pg <<-'EOT' 2>err
	{"id":1,"l":[{"m":[1,2]},{"m":[3]}]}
	{"id":1,"l":[{"m":[4]}]}
	{"id":1,"l":[{"m":[5]},{"m":[6,7]}]}
EOT
is "$(jq -c '[.tables[] | [.inserted, .deleted, .doubled]]' err)" \
	'[[1,0,2],[2,0,0],[3,0,0]]' \
	'counts are those of a table without it'
is "$(sql 'SELECT string_agg(_id, chr(32) ORDER BY _id) FROM twice__l__m')" \
	'1.0.0 1.1.0 1.1.1' 'lists of lists'

# Keys that are two for us, and one for PostgreSQL.
for table in times_key times_key; do
	for id in '"2026-11-24T06:00:00.1234567Z"' '"2026-11-24T06:00:00.1234568Z"'; do
		printf '{"_resource":"%s","id":%s,"l":[1]}\n' $table "$id"
	done | load 0
done
is "$(sql 'SELECT count(*) FROM times_key, times_key__l')" 1 \
	'times that differ beyond the sixth digit'
load 0 --table decimals <<'EOT'
{"id":1.10000000000000000001,"v":1}
{"id":1.100000000000000000010,"v":2}
EOT
is "$(sql 'SELECT v FROM decimals')" 2 'decimals of two spellings'

# --- what PostgreSQL cannot hold

run ndjson-to-sql --table nul $pg <<'EOT'
{"id":1,"v":"ok"}
{"id":2,"v":"a\u0000b"}
EOT
fails 5 "line 2: 'v' holds U\+0000, which PostgreSQL cannot keep" 'U+0000'
run ndjson-to-sql --table nul --arrays json $pg <<'EOT'
{"id":1,"v":["ok"]}
{"id":2,"v":["a\u0000b"]}
{"id":3,"v":["ok"]}
EOT
fails 5 "line 2: 'v' holds U\+0000, which PostgreSQL cannot keep" \
	'U+0000 in JSON'
run ndjson-to-sql --table nul --arrays json --rejects rejects --stats json $pg \
	<<'EOT'
{"id":1,"v":["ok"]}
{"id":2,"v":["a\u0000b"]}
{"id":3,"w":"a\u0000b"}
{"id":4,"v":["ok"],"w":"ok"}
{"id":5,"v":["\u0000"],"w":"\u0000"}
{"id":6,"w":"\u0000"}
{"id":7,"v":["a\\u0000b"]}
EOT
exits 0 'they are rejected'
is "$(jq -c '[.line, .reason]' rejects | cut -c1-38)" \
	'[2,"'\''v'\'' holds U+0000, which PostgreSQL
[3,"'\''w'\'' holds U+0000, which PostgreSQL
[5,"'\''v'\'' holds U+0000, which PostgreSQL
[6,"'\''w'\'' holds U+0000, which PostgreSQL' 'with their reasons'
is "$(sql 'SELECT string_agg(id::text, chr(32) ORDER BY id) FROM nul')" '1 4 7' \
	'the others are there'
is "$(sql 'SELECT v FROM nul WHERE id = 7')" '["a\\u0000b"]' \
	'a backslash before u0000 is none'
sql 'CREATE TABLE nul_kept (id int PRIMARY KEY, v json)'
load 0 --table nul_kept --arrays json <<'EOT'
{"id":1,"v":["a\u0000b"]}
EOT
load 0 --table nul_kept --arrays json <<'EOT'
{"id":1,"v":["a\u0000b"]}
EOT
is "$(sql 'SELECT v FROM nul_kept')" '["a\u0000b"]' 'somebody'"'"'s json keeps it'
run ndjson-to-sql --table nul_list --rejects rejects $pg <<'EOT'
{"id":1,"l":["ok"]}
{"id":2,"l":["ok","a\u0000b"]}
EOT
is "$(sql 'SELECT (SELECT string_agg(id::text, chr(32)) FROM nul_list),
	(SELECT count(*) FROM nul_list__l)')" '1|1' \
	'a record is rejected with all its rows'
run ndjson-to-sql --table times $pg <<'EOT'
{"id":1,"t":"2026-11-24T06:00:00.123456789Z"}
EOT
like "$(cat err)" 'warning: times with more than the six digits' \
	'digits of a second that are cut'
is "$(sql 'SELECT t FROM times')" '2026-11-24 06:00:00.123456+00' 'not rounded'
run ndjson-to-sql --table clocks --type t=time $pg <<'EOT'
{"id":1,"t":"23:59:59.9999999"}
EOT
like "$(cat err)" 'warning: times with more than the six digits' \
	'digits of a time of day, too'
is "$(sql 'SELECT t FROM clocks')" '23:59:59.999999' '... which does not round'
# What a collation takes for the same is a change all the same.
sql "CREATE COLLATION anycase (provider = icu, locale = 'und-u-ks-level2',
	deterministic = false);
	CREATE TABLE collated (id text PRIMARY KEY, v text COLLATE anycase)" \
	>/dev/null
load 0 --table collated <<'EOT'
{"id":"a","v":"ada"}
EOT
load 0 --table collated <<'EOT'
{"id":"a","v":"ADA"}
EOT
is "$(sql 'SELECT v FROM collated')" ADA 'capitals count where a collation is blind'
if sql 'CREATE EXTENSION citext' >/dev/null 2>&1; then
	sql 'CREATE TABLE ci (id citext PRIMARY KEY, v citext)' >/dev/null
	for v in ada ADA; do
		printf '{"id":"a","v":"%s"}\n' $v | load 0 --table ci
	done
	is "$(sql 'SELECT v FROM ci')" ADA '... and in citext'
fi
cat >ages <<'EOT'
{"_resource":"ages","id":1,"t":"0001-01-01T00:00:00+14:00","d":"0000-02-29","l":[{"t":"0000-01-01T00:00:00Z"}]}
EOT
load 0 --type d=date <ages
is "$(sql 'SELECT a.t, d, l.t FROM ages AS a, ages__l AS l')" \
	'0001-12-31 10:00:00+00 BC|0001-02-29 BC|0001-01-01 00:00:00+00 BC' \
	'the year 0 is 1 BC'
is "$(counts ages --type d=date --rejects rejects <ages)" '0 0 1 0 0' \
	'the same time again'
is "$(ndjson-to-sql --last ages.t $pg)" '0000-12-31 10:00:00.000' \
	'... which comes back as the year 0'
is "$(ndjson-to-sql --last ages.d $pg)" 0000-02-29 '... a date as well'
load 0 <<'EOT'
{"_resource":"ages","id":2,"t":"0001-01-01T00:00:00Z"}
EOT
is "$(ndjson-to-sql --last ages.t $pg)" '0001-01-01 00:00:00.000' \
	'the year 1 is behind it'

perl -e 'srand 3; sub word { join "", map { ("a".."z", 0..9)[rand 36] } 1..shift }
	print qq({"_resource":"large","id":"ok"}\n{"_resource":"large","id":"),
	word(12000), qq(","l":[1]}\n{"_resource":"large","id":"wide"),
	(map { qq(,"c$_":") . word(20) . q(") } 1..500),
	qq(}\n{"_resource":"large","id":"last","l":[1]}\n)' >large
head -n 2 large | load 5
like "$(cat err)" "a key of 'large' is too long for an index; leave its record" \
	'a key that no index holds'
run ndjson-to-sql --rejects rejects $pg large
exits 0 '... is rejected'
is "$(jq -c '[.line, .reason[:15]]' rejects)" '[3,"row is too big:"]
[2,"index row requi"]' '... and so is a row that no page holds'
is "$(sql 'SELECT id, _parent_id FROM large LEFT JOIN large__l
	ON id = _parent_id ORDER BY 1')" 'last|last
ok|' '... the others are there'

# --- tables of somebody else

sql "CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE owner (id int PRIMARY KEY);
INSERT INTO owner VALUES (1);
CREATE TABLE theirs (id uuid PRIMARY KEY, mood mood, short varchar(3),
	n int CHECK (n > 0), owner_id int REFERENCES owner,
	twice int GENERATED ALWAYS AS (n * 2) STORED, own text DEFAULT 'own');
INSERT INTO theirs VALUES ('00000000-0000-0000-0000-000000000001', 'good')"
cat >theirs.in <<'EOT'
{"_resource":"theirs","id":"00000000-0000-0000-0000-000000000001","mood":"bad","n":5,"ownerId":1,"twice":7}
{"_resource":"theirs","id":"00000000-0000-0000-0000-000000000002","mood":"angry"}
{"_resource":"theirs","id":"00000000-0000-0000-0000-000000000003","short":"long"}
{"_resource":"theirs","id":"00000000-0000-0000-0000-000000000004","n":-1}
{"_resource":"theirs","id":"00000000-0000-0000-0000-000000000005","ownerId":9}
{"_resource":"theirs","id":"no uuid"}
{"_resource":"theirs","id":"00000000-0000-0000-0000-000000000007","n":99999999999}
{"_resource":"theirs","id":"00000000-0000-0000-0000-000000000008","n":8,"l":[1]}
EOT
run ndjson-to-sql $pg theirs.in
fails 5 'line 2: invalid input value for enum mood' 'a value of no type'
sed 2,3d theirs.in >fewer
run ndjson-to-sql $pg fewer
fails 5 "'fewer': line 4: invalid input syntax for type uuid" 'another'
grep -v -e uuid -e 999 fewer >fewest
run ndjson-to-sql $pg fewest
fails 5 "'fewest': line 2: new row for relation .theirs. violates check" \
	'a constraint'
is "$(sql 'SELECT mood FROM theirs')" good 'nothing is changed'
run ndjson-to-sql --rejects rejects $pg theirs.in
exits 0 'what cannot be taken is rejected'
is "$(jq -r .line rejects | tr '\n' ' ')" '2 3 6 7 4 5 ' 'line by line'
is "$(sql "SELECT right(id::text, 1), mood, n, twice, own FROM theirs
	ORDER BY 1")" '1|bad|5|10|own
8||8|16|own' 'the rest is merged'
is "$(sql 'SELECT value FROM theirs__l')" 1 'with tables below'
is "$(sql "SELECT count(*) FROM pg_indexes WHERE tablename = 'theirs'")" 1 \
	'their own key is used'
run ndjson-to-sql --stats json --rejects rejects $pg theirs.in
exits 0 'the same again'
is "$(jq -c '.tables.theirs | [.inserted, .updated,
	.unchanged]' err)" '[0,0,2]' 'a second time nothing changes'
run ndjson-to-sql --sync --rejects rejects $pg <<'EOT'
{"_resource":"theirs","id":"00000000-0000-0000-0000-000000000008","n":-8}
EOT
exits 0 'a sync with a reject'
is "$(sql "SELECT right(id::text, 1), n FROM theirs ORDER BY 1")" '1|5
8|8' 'nothing is deleted'
like "$(cat err)" 'theirs: not every record .* deleted nothing there' \
	'... and that is told'
sql "CREATE TABLE narrow (id numeric(10,2) PRIMARY KEY, c char(5),
	vc varchar(3), r real, t timestamp(0), sm smallint, ch \"char\");
CREATE TABLE narrow_real (id real PRIMARY KEY)"
cat >narrow.in <<'EOT'
{"_resource":"narrow","id":2.567}
{"_resource":"narrow","id":2.5690}
{"_resource":"narrow","id":100000000}
{"_resource":"narrow","id":99999999.990,"r":0.1,"sm":-32768,"vc":"\u00e4bc"}
{"_resource":"narrow","id":1e7,"c":"a","t":"2026-01-01T00:00:00.0Z"}
{"_resource":"narrow","id":1,"t":"2026-01-01T00:00:00.6Z","l":[1]}
{"_resource":"narrow","id":2,"vc":"abc   "}
{"_resource":"narrow","id":3,"c":"abcdef"}
{"_resource":"narrow","id":4,"sm":32768}
{"_resource":"narrow","id":5,"ch":"no"}
{"_resource":"narrow_real","id":16777217}
EOT
run ndjson-to-sql $pg narrow.in
fails 5 "line 1: 'id' is numeric\(10,2\), which does not hold the value as" \
	'a value that a type of theirs would round'
run ndjson-to-sql --rejects rejects $pg narrow.in
exits 0 '... is rejected'
is "$(jq -r .line rejects | sort -n | tr '\n' ' ')" '1 2 3 6 7 8 9 10 11 ' \
	'... and what one would cut'
is "$(sql 'SELECT id, c, length(vc), r, t, sm FROM narrow ORDER BY id')" \
	'10000000.00|a    |||2026-01-01 00:00:00|
99999999.99||3|0.1||-32768' '... the others are whole'
# Keys of several spellings: lists refer to the table's.
sql 'CREATE TABLE spelled (id uuid PRIMARY KEY);
CREATE TABLE cased (id text COLLATE anycase PRIMARY KEY);
CREATE TABLE spelled_two (a uuid, b int, PRIMARY KEY (a, b))'
for list in '[{"m":[1,2]},{"m":[3]},3]' '[{"m":[9]}]'; do
	for id in 6F9619FF-8B86-D011-B42D-00CF4FC964FF; do
		printf '{"_resource":"spelled","id":"%s","l":%s}\n' $id "$list"
		printf '{"_resource":"spelled_two","_key":["a","b"],"a":"%s","b":1,"l":%s}\n' \
			$id "$list"
		printf '{"_resource":"cased","id":"%s","l":%s}\n' \
			"$([ "$list" = '[{"m":[9]}]' ] && echo a || echo A)" "$list"
	done | load 0
done
uuid=6f9619ff-8b86-d011-b42d-00cf4fc964ff
for table in "spelled:$uuid" "spelled_two:[\"$uuid\",1]" cased:A; do
	name=${table%%:*} id=${table#*:}
	is "$(sql "SELECT l._parent_id, m._parent_id, m._id, m.value
		FROM ${name}__l AS l, ${name}__l__m AS m")" \
		"$id|$id.0|$id.0.0|9" "$name: one spelling of a key"
	printf '{"_resource":"%s","_rows":0}\n' $name | load 0 --sync
	is "$(sql "SELECT (SELECT count(*) FROM ${name}__l),
		(SELECT count(*) FROM ${name}__l__m)")" '0|0' \
		'... and lists go with their record'
done
sql 'CREATE TABLE part (id int, v text, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (10)'
load 0 <<'EOT'
{"_resource":"part","id":1,"v":"x"}
EOT
is "$(sql 'SELECT id, v FROM part_1')" '1|x' 'a partitioned table'
sql 'CREATE TABLE mixed (id uuid PRIMARY KEY, "userName" text, username text);
CREATE TABLE "Mixed" (id int PRIMARY KEY, v text)'
load 0 <<'EOT'
{"_resource":"mixed","id":"00000000-0000-0000-0000-00000000000a","userName":"camel","username":"low","ok":true,"o":{"b":[1]}}
{"_resource":"mixed","id":"00000000-0000-0000-0000-00000000000b","ok":false}
{"_resource":"theirs","id":"00000000-0000-0000-0000-000000000001","mixedId":"00000000-0000-0000-0000-00000000000b"}
EOT
is "$(cat err)" '' 'columns whose names differ by capitals'
is "$(sql "SELECT \"userName\", username FROM mixed WHERE ok")" 'camel|low' \
	'... each take their own'
load 0 --table Mixed <<'EOT'
{"id":1,"v":"x"}
EOT
is "$(sql 'SELECT (SELECT count(*) FROM mixed), (SELECT v FROM "Mixed")')" \
	'2|x' '... and so do tables'
run ndjson-to-sql --describe=json $pg
exits 0 '--describe of a key that is a uuid'
is "$(jq -c '.relations[] | select(.refers_to == "mixed") | [.table, .column]' \
	out)" '["mixed__o__b","_parent_id"]
["theirs","mixed_id"]' '... tells what refers to it'
for last in mixed.ok:1 mixed.id:00000000-0000-0000-0000-00000000000b \
	nul.v:'["ok"]' mixed.username:low; do
	run ndjson-to-sql --last "${last%%:*}" $pg
	is "$(cat out err)" "${last#*:}" "--last of ${last%%:*}"
done
load 0 <<'EOT'
{"_resource":"bound","id":"a","l":[1]}
EOT
sql 'ALTER TABLE bound ADD PRIMARY KEY (id);
ALTER TABLE bound__l ADD FOREIGN KEY (_parent_id) REFERENCES bound (id)'
load 0 --replace <<'EOT'
{"_resource":"bound","id":"b","l":[2,3]}
EOT
is "$(sql 'SELECT _parent_id, value FROM bound__l ORDER BY value')" 'b|2
b|3' '--replace deletes lists before what they hang on'
load 0 <<'EOT'
{"_resource":"passed","id":"a","v":1}
EOT
sql "CREATE FUNCTION pass_over() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN IF new.v > 5 THEN RETURN NULL; END IF; RETURN new; END';
	CREATE TRIGGER pass_over BEFORE INSERT OR UPDATE ON passed
	FOR EACH ROW EXECUTE FUNCTION pass_over()"
is "$(counts passed <<'EOT'
{"_resource":"passed","id":"a","v":2}
{"_resource":"passed","id":"b","v":9}
{"_resource":"passed","id":"c","v":9}
EOT
)" '1 0 0 0 0' 'rows that a trigger passes over are not counted'
sql 'CREATE TABLE lax (id int PRIMARY KEY DEFERRABLE)'
run ndjson-to-sql $pg <<'EOT'
{"_resource":"lax","id":1}
EOT
fails 2 'deferrable .*; make .* NOT DEFERRABLE, or load with --append' \
	'a key that is deferrable'
load 0 <<'EOT'
{"_resource":"policed","id":1}
EOT
sql 'CREATE ROLE loader LOGIN; GRANT ALL ON SCHEMA public TO loader;
	GRANT ALL ON ALL TABLES IN SCHEMA public TO loader;
	ALTER TABLE policed ENABLE ROW LEVEL SECURITY;
	CREATE POLICY loads ON policed TO loader USING (true)'
run ndjson-to-sql --replace postgresql://loader@ <<'EOT'
{"_resource":"policed","id":2}
EOT
exits 0 'row-level security'
is "$(sql 'SELECT id FROM policed')" 2 '... keeps no row out that it lets in'
load 0 <<'EOT'
{"_resource":"owned","id":"old","email":"a@x","l":[1]}
EOT
sql 'CREATE UNIQUE INDEX owned_email ON owned (email)'
is "$(counts owned --sync <<'EOT'
{"_resource":"owned","id":"new","email":"a@x","l":[2]}
EOT
)" '1 0 0 1 0' '--sync: a row takes over the unique value of one that goes'
is "$(sql 'SELECT id, _parent_id, value FROM owned, owned__l')" 'new|new|2' \
	'... with its list'
sql 'CREATE TABLE counted (id int PRIMARY KEY, _sequence_ int)'
run ndjson-to-sql $pg <<'EOT'
{"_resource":"counted","id":1,"_sequence_":5}
EOT
fails 2 "'_sequence_' of 'counted' is called as a column that the load needs" \
	'a column named like one of a stage'
sql 'CREATE VIEW seen AS SELECT 1 AS id'
run ndjson-to-sql --table seen $pg <added
fails 2 "'seen' is a view" 'a view'
sql 'CREATE VIEW uses AS SELECT v FROM times' 'SELECT 1' >/dev/null
sql 'CREATE VIEW uses AS SELECT n FROM users'
run ndjson-to-sql $pg added
fails 2 "cannot give 'users\\.n' the type double: .*view uses .*; drop what" \
	'a type that a view holds fast'
is "$(sql 'SELECT n FROM users')" 1 'the old rows are there'
sql 'DROP VIEW uses'
load 0 <added
is "$(sql 'SELECT n FROM users')" 2.5 'and without it, the load works'

load 0 <<'EOT'
{"_resource":"grown","id":"a","n":1}
EOT
for n in 9007199254740993 9223372036854775807; do
	sql "UPDATE grown SET n = $n"
	run ndjson-to-sql $pg <<-'EOT'
		{"_resource":"grown","id":"b","n":0.5}
	EOT
	fails 5 "'n' of 'grown' is to become double, .* round the $n that" \
		'a whole number of somebody else that no double holds'
done
sql 'UPDATE grown SET n = 9223372036854774784'
load 0 <<'EOT'
{"_resource":"grown","id":"b","n":0.5}
EOT
is "$(sql "SELECT n::numeric = 9223372036854774784::float8::numeric FROM grown
	WHERE id = 'a'")" t '... and one that a double holds'

echo '{"id":1,"l":[1]}' >in
ndjson-to-sql -t k $pg in
sql 'DROP TABLE k'
run ndjson-to-sql --append -t k $pg in
fails 2 "'k' is gone, but 'k__l' is not, .*; drop that as well" \
	'a table that is gone without its lists'

# A column of nothing but null is a text, until a value comes.
printf '{"id":1,"n":null,"l":[null]}\n' | load 0 -t blank
printf '{"id":2,"n":1.5,"l":[2.5]}\n' | load 0 -t blank
is "$(sql 'SELECT sum(n), sum(value) FROM blank, blank__l
	WHERE _parent_id = id')" \
	'1.5|2.5' 'fractions behind null'
printf '{"id":1,"n":null}\n{"id":2,"n":1}\n{"id":3,"n":1.5}\n' |
	load 0 -t blank --replace
is "$(sql 'SELECT sum(n) FROM blank')" 2.5 '... and behind whole numbers'

# --- files of ours that COPY reads

cat >csv.in <<'EOT'
{"_resource":"c","id":1,"v":"","w":null,"x":"a,b","y":"say \"no\"\r\n\\.,\n","t":"2026-11-24T06:00:00.5Z","n":1.5,"b":true,"j":[1,"\""]}
{"_resource":"c","id":2,"v":null,"w":"","x":"\\N","y":" \u00fc\t","t":null,"n":null,"b":null,"j":[]}
{"_resource":"c","id":3,"v":"NULL","w":"null","x":"\\.","y":"\n"}
EOT
ndjson-to-sql --arrays json csv:csvs csv.in
ndjson-to-sql --arrays json $pg csv.in
sql "CREATE TABLE copied (LIKE c)"
sql "\\copy copied ($(head -n 1 csvs/c.csv)) FROM 'csvs/c.csv' WITH (FORMAT csv, HEADER)"
sql 'UPDATE copied SET _load_id = 0; UPDATE c SET _load_id = 0'
is "$(sql 'SELECT count(*) FROM (TABLE c INTERSECT TABLE copied) AS x')" 3 \
	'psql copies our CSV, and makes the same rows'
is "$(sql "SELECT string_agg(concat(id, v IS NULL, w IS NULL), chr(32)
	ORDER BY id) FROM copied")" '1ft 2tf 3ff' '... NULL and "" apart'

done_testing
