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

# The socket's path must be short.
postgres_stop() {
	[ -z "$PGHOST" ] || as_postgres "$postgres_bin/pg_ctl" -D "$PGHOST/data" \
		-m immediate stop >/dev/null 2>&1
	[ -z "$PGHOST" ] || rm -rf "$PGHOST"
}

# postgres [SETTING...]: starts the cluster, whose superuser is root; psql
# finds it without an option.
postgres() {
	PGHOST=$(mktemp -d "/tmp/logto-pg.XXXXXX") || exit 1
	export PGHOST PGUSER=root PGDATABASE=postgres
	[ "$(id -u)" -ne 0 ] || chown "$postgres_user" "$PGHOST"
	chmod 755 "$PGHOST"
	trap 'postgres_stop; cleanup' EXIT
	(
		cd "$PGHOST" &&
			as_postgres "$postgres_bin/initdb" -D data -A trust \
				-U root -E UTF8 --locale=C --no-sync >log 2>&1 &&
			as_postgres "$postgres_bin/pg_ctl" -D data -l server.log -w \
				-o "-c listen_addresses='' -c fsync=off \
				-c unix_socket_directories='$PGHOST' $*" \
				start >/dev/null 2>&1
	) && return
	echo "Bail out! PostgreSQL did not start"
	cat "$PGHOST"/*log | sed "s/^/# /" >&2
	exit 1
}

# sql STATEMENT...: what psql prints, columns with |.
sql() {
	"$postgres_bin/psql" -XAtq -v ON_ERROR_STOP=1 -c "$@" 2>&1
}

PGHOST=
unset PGPORT PGUSER PGDATABASE PGSERVICE PGSERVICEFILE PGPASSFILE PGPASSWORD \
	PGOPTIONS PGSSLMODE PGCONNECT_TIMEOUT
