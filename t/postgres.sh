# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# Sourced, behind lib.sh, by tests that need PostgreSQL: a cluster of the
# test's own in $T/pg, which listens on a socket there and on no network.

# PostgreSQL's programs are on PATH, or where Debian, Fedora or Homebrew put
# them; the newest counts.
postgres_bin=$(command -v initdb 2>/dev/null)
postgres_bin=${postgres_bin%/*}
for directory in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
	/opt/homebrew/opt/postgresql*/bin; do
	[ ! -x "$directory/initdb" ] || postgres_bin=$directory
done

# as_postgres COMMAND...: PostgreSQL refuses to run as root.
as_postgres() {
	if [ "$(id -u)" -ne 0 ]; then
		"$@"
	elif command -v setpriv >/dev/null; then
		setpriv --reuid="$postgres_user" --regid="$postgres_user" \
			--clear-groups "$@"
	else
		su "$postgres_user" -s /bin/sh -c '"$0" "$@"' "$@"
	fi
}

postgres_user=
for user in postgres nobody; do
	[ -n "$postgres_user" ] || ! id "$user" >/dev/null 2>&1 ||
		postgres_user=$user
done

# It dies with the test, however that ends, where setpriv can see to it.
postgres_start() {
	(
		exec 3>&-
		set -- "$postgres_bin/postgres" -D "$PGHOST/data" -F \
			-c listen_addresses= \
			-c unix_socket_directories="$PGHOST" "$@"
		if [ "$(id -u)" -ne 0 ]; then
			exec "$@"
		elif command -v setpriv >/dev/null; then
			exec setpriv --reuid="$postgres_user" \
				--regid="$postgres_user" --clear-groups \
				--pdeathsig=QUIT "$@"
		else
			exec su "$postgres_user" -s /bin/sh -c '"$0" "$@"' "$@"
		fi
	) >>"$PGHOST/log" 2>&1 </dev/null &
	postgres_pid=$!
	tries=0
	until "$postgres_bin/pg_isready" -q; do
		tries=$((tries + 1))
		[ $tries -lt 400 ] && kill -0 $postgres_pid || return 1
		sleep 0.05
	done
}

# QUIT: at once, as if it had crashed.
postgres_stop() {
	[ -n "$postgres_pid" ] || return 0
	kill -QUIT "$postgres_pid" 2>/dev/null
	wait "$postgres_pid" 2>/dev/null
	postgres_pid=
}

# postgres [SETTING...]: starts the cluster, whose superuser is root; psql
# finds it without an option. The socket's path must be short.
postgres() {
	PGHOST=$(mktemp -d "/tmp/logto-pg.XXXXXX") || exit 1
	export PGHOST PGUSER=root PGDATABASE=postgres
	[ "$(id -u)" -ne 0 ] || chown "$postgres_user" "$PGHOST"
	chmod 755 "$PGHOST"
	trap 'postgres_stop; rm -rf "$PGHOST"; cleanup' EXIT
	(cd "$PGHOST" && as_postgres "$postgres_bin/initdb" -D data -A trust \
		-U root -E UTF8 --locale=C --no-sync) >"$PGHOST/log" 2>&1 &&
		postgres_start "$@" && return
	echo "Bail out! PostgreSQL did not start"
	sed 's/^/# /' "$PGHOST/log" >&2
	exit 1
}

# sql STATEMENT...: what psql prints, columns with |.
sql() {
	"$postgres_bin/psql" -XAtq -v ON_ERROR_STOP=1 -c "$@" 2>&1
}

postgres_pid=
unset PGHOST PGPORT PGUSER PGDATABASE PGSERVICE PGSERVICEFILE PGPASSFILE PGPASSWORD \
	PGOPTIONS PGSSLMODE PGCONNECT_TIMEOUT
