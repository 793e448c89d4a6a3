#!/bin/sh
# The dashboard over a tenant, looked at in a real browser that cannot reach
# anything but this machine: each chart is drawn, and shows what the database
# says. ENGINES/dashboard has the browser; its picture of the page is left in
# ENGINES/../dashboard.png.
. "${0%/*}/lib.sh"

engine dashboard
PATH=$ENGINES/dashboard/python/bin:$PATH
chromium=$ENGINES/dashboard/chromium

like "$(sed -n "s/^packages='\(.*\)'$/\1/p" "$root/share/logto-dashboard")" \
	"==$(cat "$ENGINES/dashboard/version")\$" \
	'the engine has the version that the script installs'

mock
logto-fetch --all | ndjson-to-sql -q tenant.db
mock_stop
echo '{"id":1}' | ndjson-to-sql -q -t things tenant.db
ask() {
	sqlite3 tenant.db "$1"
}

port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1,
	LocalAddr => "127.0.0.1")->sockport')
"$root/share/logto-dashboard" tenant.db --port "$port" >served 2>&1 &
server=$!
url=http://127.0.0.1:$port/-/dashboards/logto
tries=0
until curl -fs "$url" >page || [ $tries -ge 400 ]; do
	tries=$((tries + 1))
	sleep 0.1
done
like "$(cat served)" "^$url " 'it says where it is'
is "$(grep -o 'src="http[^"]*"' page | grep -vF "$url")" '' \
	'the page names no other machine'

# look OPTION...: the browser ends when nothing has happened for a while.
look() {
	timeout 120 "$chromium" --no-sandbox --disable-gpu --hide-scrollbars \
		--user-data-dir="$T/browser" --window-size=1400,1380 \
		--virtual-time-budget=20000 \
		--host-resolver-rules='MAP * ~NOTFOUND, EXCLUDE 127.0.0.1' \
		"$@" "$url" 2>browser.log
}
look --dump-dom >dom
ok $? 'the browser shows it'
charts=$(grep -c '"library": "vega-lite"' "$root/share/logto-dashboard.json")
is "$(grep -o '<svg[^>]*class="marks"' dom | wc -l | tr -d ' ')" "$charts" \
	'each chart is drawn'
unlike "$(cat browser.log)" 'CONSOLE.*(ERROR|Uncaught|rror:)' \
	'without an error in the browser'
unlike "$(cat served)" '" [45][0-9][0-9] ' 'or from the server'

# marks PATTERN: the names that the chart gave to its bars and points.
marks() {
	grep -o 'aria-label="[^"]*"' dom | sed 's/^aria-label="//; s/"$//' |
		grep -- "$1" | sort -u
}
numbers=$(grep -o '<p style="font-size: 2.2rem[^<]*' dom | sed 's/.*>//')
is "$numbers" "$(ask 'SELECT count(*) FROM users
	UNION ALL SELECT sum(sign_ins) FROM logto_sign_ins_per_day
	UNION ALL SELECT sum(failures) FROM logto_failures_by_reason
	UNION ALL SELECT substr(max(finished_at), 6, 11) FROM _loads')" \
	'the numbers on top'
is "$(marks 'what: sign-ins$')" \
	"day (year-month-date): Nov 24, 2026; n: $(ask 'SELECT sign_ins
		FROM logto_sign_ins_per_day'); what: sign-ins" 'sign-ins a day'
is "$(marks '^day: ')" "$(ask "SELECT 'day: ' || day || '; users: ' || users
	FROM logto_new_users_per_day")" 'new users a day'
is "$(marks '^failures: .*session.invalid_credentials')" \
	"failures: $(ask "SELECT sum(failures) FROM logto_failures_by_reason
		WHERE reason = 'session.invalid_credentials'"); reason: session.invalid_credentials" \
	'failures by reason'
is "$(marks '^stage: ')" "$(ask "SELECT 'stage: got a token; n: ' ||
	sum(got_token) FROM logto_sign_in_funnel UNION ALL
	SELECT 'stage: opened; n: ' || sum(opened) FROM logto_sign_in_funnel
	UNION ALL SELECT 'stage: signed in; n: ' || sum(signed_in)
	FROM logto_sign_in_funnel UNION ALL SELECT 'stage: verified; n: ' ||
	sum(verified) FROM logto_sign_in_funnel")" 'the funnel'
is "$(marks 'table: logs' | sed 's/^.*rows:/rows:/')" \
	"rows: $(ask 'SELECT count(*) FROM logs'); table: logs" 'loads'
is "$(marks '^started_at: .*seconds: ' | wc -l | tr -d ' ')" 2 'and their times'
look --screenshot="$T/dashboard.png" >/dev/null
[ -s dashboard.png ]
ok $? 'a picture is taken'
cp dashboard.png "$ENGINES/../" 2>/dev/null

kill "$server"
wait "$server" 2>/dev/null
! curl -fs "$url" >page
ok $? 'a signal ends it'

# What can be wrong beforehand.
run "$root/share/logto-dashboard"
exits 2 'no database'
run "$root/share/logto-dashboard" nowhere.db
fails 2 "^logto-dashboard: there is no 'nowhere.db'; make it by " \
	'a database that is not there'
cp tenant.db 'my tenant.db'
run "$root/share/logto-dashboard" 'my tenant.db'
fails 2 "^logto-dashboard: 'my tenant' has to be " 'a name that no address has'

done_testing
