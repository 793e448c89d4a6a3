#!/bin/sh
# Files as destinations: what they look like, and which of them are ours.
. "${0%/*}/lib.sh"

cat >in <<'EOT'
{"_resource":"users","id":"u1","name":"a,b","tags":["x","y"],"createdAt":1795500000123,"n":1.5,"b":true,"e":"","z":null}
{"_resource":"users","id":"u2","name":"say \"no\"\r\n","tags":[],"createdAt":1795500000124,"n":2,"b":false,"j":{"k":"\u00fc"}}
{"_resource":"logs","id":"l1","createdAt":"2026-11-24T06:00:00Z","big":12345678901234567890123,"o":[{}]}
EOT

# --- what they look like

run ndjson-to-sql csv:dir in
exits 0 'csv'
is "$(ls dir)" '_columns.csv
_loads.csv
logs.csv
logs__o.csv
users.csv
users__tags.csv' 'a file for each table'
is "$(ls -d dir*)" dir '... and nothing is left beside it'
load=$(sed -n '2s/,.*//p' dir/_loads.csv)
is "$(cat dir/users.csv)" "id,name,created_at,n,b,e,tags,j__k,_load_id,z
u1,\"a,b\",2026-11-24T06:00:00.123Z,1.5,true,\"\",,,$load,
u2,\"say \"\"no\"\"$(printf '\r')
\",2026-11-24T06:00:00.124Z,2.0,false,,[],ü,$load," \
	'quotes, NULL, the empty text, times and booleans'
like "$(cat dir/logs.csv)" '^l1,.*,12345678901234567890123,' 'a decimal'
like "$(cat dir/_columns.csv)" '^users,created_at,users,\$\.createdAt,' \
	'the ledger is a file'
ndjson-to-sql ndjson:lines in
load=$(sed -n 's/{"load_id":\([0-9]*\).*/\1/p' lines/_loads.ndjson)
is "$(cat lines/users.ndjson)" "{\"id\":\"u1\",\"name\":\"a,b\",\"created_at\":\
\"2026-11-24T06:00:00.123Z\",\"n\":1.5,\"b\":true,\"e\":\"\",\"tags\":null,\
\"j__k\":null,\"_load_id\":$load,\"z\":null}
{\"id\":\"u2\",\"name\":\"say \\\"no\\\"\\r\\n\",\"created_at\":\
\"2026-11-24T06:00:00.124Z\",\"n\":2.0,\"b\":false,\"e\":null,\"tags\":[],\
\"j__k\":\"ü\",\"_load_id\":$load,\"z\":null}" \
	'ndjson: flat, typed, the same members in each row'
like "$(cat lines/logs.ndjson)" '"big":12345678901234567890123,' \
	'... and all digits'

# sqlite3 reads CSV into columns of text, and knows no NULL there.
sqlite3 import.db '.import --csv dir/users.csv users' \
	'.import --csv dir/_columns.csv columns'
is "$(sqlite3 import.db 'SELECT id, name, n, b, j__k FROM users')" \
	"u1|a,b|1.5|true|
u2|say \"no\"$(printf '\r')
|2.0|false|ü" 'sqlite3 imports it'
is "$(sqlite3 import.db 'SELECT count(*) FROM columns')" \
	"$(($(wc -l <dir/_columns.csv) - 1))" '... and the ledger'

# What else reads CSV here. Python's tells no NULL from "" before 3.12.
cat >rows.py <<'EOT'
import csv, sys
for name in sys.argv[1:]:
    with open(name, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, strict=True):
            del row["_load_id"]
            print(ascii(list(row.values())))
EOT
if python3 -c '' 2>/dev/null; then
	is "$(python3 rows.py dir/users.csv)" \
		"['u1', 'a,b', '2026-11-24T06:00:00.123Z', '1.5', 'true', '', '', '', '']
['u2', 'say \"no\"\\r\\n', '2026-11-24T06:00:00.124Z', '2.0', 'false', '', '[]', '\\xfc', '']" \
		"Python's csv reads it"
fi

# --- compression

ndjson-to-sql --gzip csv:packed in
is "$(ls packed | tr '\n' ' ')" '_columns.csv.gz _loads.csv.gz logs.csv.gz '\
'logs__o.csv.gz users.csv.gz users__tags.csv.gz ' '--gzip names its files'
is "$(gzip -dc packed/users.csv.gz | sed 's/,[0-9]*,\{0,1\}$//')" \
	"$(sed 's/,[0-9]*,\{0,1\}$//' dir/users.csv)" '... which gzip reads'
grep users in >users
run ndjson-to-sql csv:packed users
exits 0 'a load without it'
is "$(ls packed | tr '\n' ' ')" '_columns.csv _loads.csv logs.csv.gz '\
'logs__o.csv.gz users.csv users__tags.csv ' '... reads them and writes plain ones'
like "$(cat packed/_loads.csv)" '"users"":{""inserted"":0,""updated"":0,""unchanged"":2,' \
	'... of the same rows'
run ndjson-to-sql --gzip --zstd csv:packed in
fails 2 'do not go together' 'both'
run ndjson-to-sql --zstd csv:squeezed in
if grep -q 'load libzstd' err; then
	fails 1 'install libzstd1' 'without libzstd'
else
	exits 0 '--zstd'
	is "$(ls squeezed/users.csv.zst)" squeezed/users.csv.zst '... names them'
	run ndjson-to-sql -v csv:squeezed in
	like "$(cat err)" 'users: 2 rows.* 2 unchanged' '... and reads them'
fi
head -c 40 packed/logs.csv.gz >cut.gz
cp cut.gz packed/logs.csv.gz
run ndjson-to-sql csv:packed in
fails 5 'it was cut' 'a file that was cut'

# --- what a load does not name

cp -r dir saved
inode=$(ls -i dir/logs.csv)
ndjson-to-sql csv:dir users
is "$(ls -i dir/logs.csv)" "$inode" 'a table that is not named: the same file'
is "$(sed 1d dir/_columns.csv | cut -d, -f1,2)" \
	"$(sed 1d saved/_columns.csv | cut -d, -f1,2)" \
	'the order of columns stays'
is "$(head -1 dir/users.csv)" "$(head -1 saved/users.csv)" '... in each file'
run ndjson-to-sql csv:dir </dev/null
exits 0 'a stream of nothing'
is "$(wc -l <dir/_loads.csv)" 4 '... is a load all the same'
is "$(ls -i dir/logs.csv)" "$inode" '... and keeps the files'

# --- partitions

cat >logs <<'EOT'
{"_resource":"logs","id":1,"createdAt":"2026-11-24T06:00:00Z"}
{"_resource":"logs","id":2,"createdAt":"2026-11-25T00:00:00+02:00"}
{"_resource":"logs","id":3,"createdAt":null}
{"_resource":"logs","id":4,"createdAt":"2025-01-01T00:00:00Z"}
{"_resource":"logs","id":5,"createdAt":"2026-11-24T07:00:00Z","l":[1]}
{"_resource":"roles","id":1}
EOT
parts() {
	(cd "$1" && find . -name "$2" | sort | while read -r file; do
		echo "$file $(sed -n 's/^\([0-9]\),.*/\1/p' "$file" | tr -d '\n')"
	done)
}
run ndjson-to-sql --partition created_at:day csv:parts logs
exits 0 '--partition'
is "$(parts parts '*s.csv' | grep -v ' $')" \
	"./logs/created_at_day=2025-01-01/logs.csv 4
./logs/created_at_day=2026-11-24/logs.csv 125
./logs/created_at_day=__HIVE_DEFAULT_PARTITION__/logs.csv 3
./roles.csv 1" 'days of UTC, those without, and a table without times'
is "$(cut -d, -f2 'parts/logs/created_at_day=2025-01-01/logs.csv')" \
	'created_at
2025-01-01T00:00:00.000Z' 'the column keeps its time'
cat >move <<'EOT'
{"_resource":"logs","id":3,"createdAt":"2025-01-01T01:00:00Z"}
{"_resource":"logs","id":1,"createdAt":"2026-12-01T00:00:00Z"}
EOT
run ndjson-to-sql -v --partition created_at:month csv:parts move
like "$(cat err)" 'logs: 2 rows.* 2 updated' 'parts are read back'
is "$(parts parts 'logs.csv')" './logs/created_at_month=2025-01/logs.csv 43
./logs/created_at_month=2026-11/logs.csv 25
./logs/created_at_month=2026-12/logs.csv 1' 'by month, and none of the days'
ndjson-to-sql --partition created_at:hour ndjson:hours logs
like "$(find hours)" 'logs/created_at_hour=2026-11-24T06/logs.ndjson' 'by hour'
ndjson-to-sql --partition created_at:year --gzip csv:years logs
like "$(find years)" 'logs/created_at_year=2026/logs.csv.gz' 'by year'
refuses() {
	pattern=$1 name=$2
	shift 2
	run ndjson-to-sql "$@" logs
	fails 2 "$pattern" "$name"
}
refuses "has a column 'at'" 'a column that is nowhere' \
	--partition at:day csv:none
refuses "'logs.id' is bigint" 'a column of numbers' --partition id:day csv:none
for wrong in created_at created_at:week :day; do
	refuses 'COLUMN:UNIT' "--partition $wrong" --partition $wrong csv:none
done
refuses 'is for files' 'a database is not split' \
	--partition created_at:day out.db
refuses 'is for files' '... nor packed' --gzip out.db
refuses 'is for files' 'standard output is not split' \
	--partition created_at:day -
is "$(ls -d none* out.db* 2>/dev/null)" '' '... and nothing is left of these'

# --- standard output

run ndjson-to-sql - users
exits 0 'standard output'
load=$(sed -n '2s/.*,\([0-9]\{13\}\),.*/\1/p' out)
is "$(sed -n 1,2p out)" "id,name,tags,created_at,n,b,e,j__k,_load_id,z
u1,\"a,b\",\"[\"\"x\"\",\"\"y\"\"]\",2026-11-24T06:00:00.123Z,1.5,true,\"\",,$load," \
	'one CSV, lists in it'
run ndjson-to-sql - in
fails 2 "the stream has 'users' and 'logs'; name a directory" 'two tables'
is "$(wc -c <out)" 0 '... print nothing'
printf '{"id":1}\n{"id' >half
run ndjson-to-sql -t t - half
fails 4 'does not end' 'a broken stream'
is "$(wc -c <out)" 0 '... prints nothing'
run ndjson-to-sql - </dev/null
exits 0 'an empty stream'
is "$(wc -c <out)" 0 '... prints nothing'
run ndjson-to-sql --gzip - users
is "$(gzip -dc out | head -1)" 'id,name,tags,created_at,n,b,e,j__k,_load_id,z' \
	'standard output, packed'
if [ -w /dev/full ]; then
	ndjson-to-sql - users >/dev/full 2>err
	is $? 1 'a full standard output'
	like "$(cat err)" 'cannot write standard output: No space' '... says so'
fi
ndjson-to-sql - users >&- 2>err
is $? 1 'a closed standard output'
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "{\"id\":%d}\n", i }' >many
(
	ndjson-to-sql -t t - many 2>err
	echo $? >status
) | head -1 >first
is "$(cat first)" id,_load_id 'a reader that goes'
is "$(cat status; cat err)" 141 '... ends the program in silence'

# --- what the target may be

# keep, unchanged: that dir is as it was.
keep() {
	rm -rf saved
	cp -r dir saved
}
unchanged() {
	diff -r dir saved >/dev/null
	ok $? "$1"
	is "$(ls -d dir*)" dir '... and nothing is left beside it'
}
keep
: >file
refuses "file' is no directory" 'a file' csv:file
refuses 'No such file' 'a place that does not exist' csv:no/such/dir
refuses 'the working directory' 'the working directory' csv:.
refuses 'the root directory' 'the root' csv:/
refuses 'not written by this program as ndjson' 'another format' ndjson:dir
refuses 'commit-every needs a database' '--commit-every' --commit-every 1s \
	csv:dir
refuses "may be a file that ends in .*, csv:DIR, ndjson:DIR" \
	'the list of targets' nothing
unchanged 'refusals change nothing'
: >dir/notes.txt
refuses "dir/notes.txt' was not written by this program" 'a file of others' \
	csv:dir
is "$(ls dir/notes.txt)" dir/notes.txt '... stays'
rm dir/notes.txt
mkdir dir/users
refuse_part() {
	refuses "$1' was not written by this program" "$2" csv:dir
	ok "$([ -e "dir/users/$3" ]; echo $?)" '... stays'
}
mkdir dir/users/old
refuse_part dir/users/old 'a directory of others' old
rmdir dir/users/old
mkdir dir/users/at_day=x
: >dir/users/at_day=x/notes.csv
refuse_part dir/users/at_day=x/notes.csv 'a file among parts' at_day=x/notes.csv
rm -r dir/users
ln -s ../logs dir/logs.csv.gz
refuses "dir/logs.csv.gz' was not" 'a link' csv:dir
rm dir/logs.csv.gz
unchanged 'what others put there changes nothing'
ln -s dir link
ndjson-to-sql -v csv:link users 2>err
like "$(cat err)" 'users: 2 rows.* 2 unchanged' 'a link to a directory is followed'
is "$(ls -ld link | cut -c1)" l '... and stays'
mkdir made
chmod 700 made
ndjson-to-sql csv:made/ users
is "$(ls -ld made | cut -c1-10)" drwx------ 'an empty directory keeps its mode'
is "$(ls made/users.csv)" made/users.csv '... and is filled'
for name in ../up a/b .hidden 'a=b' 'x:y' '100%'; do
	ndjson-to-sql -t "$name" csv:names in
done 2>err
echo '{"id":1}' >one
for name in ../up a/b .hidden 'a=b' 'x:y' '100%' "$(printf 'new\nline')" 'Ünï'; do
	ndjson-to-sql -t "$name" csv:names one
done
is "$(ls names)" '%2E.%2Fup.csv
%2Ehidden.csv
100%25.csv
_columns.csv
_loads.csv
a%2Fb.csv
a%3Db.csv
new%0Aline.csv
x%3Ay.csv
Ünï.csv' 'names that no file should have'
is "$(ndjson-to-sql --describe=json csv:names | grep -c '"name":.*"rows":1,')" 8 \
	'... are read back'
run ndjson-to-sql -t "$(printf '%0300d' 1)" csv:names one
fails 2 'too long for the name of a file' 'a name that is too long'

# --- looking

keep
is "$(ndjson-to-sql --last users.created_at csv:dir)" \
	'2026-11-24 06:00:00.124' '--last'
like "$(ndjson-to-sql --describe csv:dir)" '^users: 2 rows$' '--describe'
like "$(ndjson-to-sql --dry-run csv:dir users)" '^$' '--dry-run'
like "$(ndjson-to-sql --dry-run -t new csv:dir one)" '^CREATE TABLE "new"' \
	'... of a new table'
like "$(echo '{"id":"u1","more":1}' | ndjson-to-sql -n -t users csv:dir)" \
	'^ALTER TABLE "users" ADD COLUMN "more" BIGINT;$' '... of a new column'
run ndjson-to-sql --describe csv:nowhere
fails 2 'No such file' '--describe of nothing'
unchanged 'looking changes nothing'

# --- files that somebody edited

printf 'id,name\r\nu9,"x\r\ny"\r\nu1,\r\n' >dir/users.csv
run ndjson-to-sql -v csv:dir users
exits 0 'lines that end in CRLF, columns that are gone'
like "$(cat err)" 'users: 2 rows.* 1 inserted, 1 updated' '... are merged into'
is "$(grep -c . dir/users.csv)" 6 '... and keep their rows'
# spoil TEXT PATTERN NAME: dir/users.csv is TEXT.
spoil() {
	printf "$1" >dir/users.csv
	keep
	run ndjson-to-sql csv:dir users
	fails 5 "$2" "$3"
	unchanged '... changes nothing'
}
spoil 'id,n\nu1,many\n' "users.csv': record 2: 'many' is no double for 'n'" \
	'a word among numbers'
spoil 'id,b\nu1,yes\n' "'yes' is no bool" 'a boolean in other words'
spoil 'id,name\n"u1"\r,x\n' 'record 2: text follows a closing quote' \
	'a carriage return within a line'
spoil 'id,nix\nu1,1\n' "column 'nix' is not in '_columns'" 'an unknown column'
spoil 'id,n\nu1\n' 'record 2: has not as many fields' 'a short record'
spoil 'id,n\n"u1,1\n' 'a quote is not closed' 'an open quote'
spoil 'id,n\n"u1"x,1\n' 'text follows a closing quote' 'text after a quote'
spoil '' 'has no header' 'an empty file'
spoil 'id\nu1\nu1\n' 'share their key' 'a doubled key'
ndjson-to-sql ndjson:edited users
for line in '{"id":7}' '{"n":"x"}' '{"nix":1}' '[1]' '{"id":' '{"b":1}'; do
	echo "$line" >edited/users.ndjson
	run ndjson-to-sql ndjson:edited users
	fails 5 "users.ndjson': line 1" "$line"
done
cp saved/_loads.csv saved/_columns.csv dir
cp -r parts broken
sed -i.old 's/,\$\.id,/,nonsense,/' broken/_columns.csv
rm broken/_columns.csv.old
run ndjson-to-sql csv:broken logs
fails 5 "no usable path 'nonsense'" 'a ledger that makes no sense'

done_testing
