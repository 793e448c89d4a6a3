#!/bin/sh
# Files as destinations: what they look like, which of them are ours, and that
# a directory is old or new.
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


done_testing
