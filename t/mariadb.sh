# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# Sourced, behind lib.sh, by tests that need MariaDB: a server of the test's
# own in $mariadb_home, which listens on a socket there and on no network.

mariadb_pid=

# as_nobody COMMAND...: MariaDB refuses to run as root.
as_nobody() {
	if [ "$(id -u)" -ne 0 ]; then
		exec "$@"
	elif command -v setpriv >/dev/null; then
		exec setpriv --reuid=nobody --regid="$(id -g nobody)" \
			--clear-groups --pdeathsig=KILL "$@"
	else
		exec su nobody -s /bin/sh -c '"$0" "$@"' "$@"
	fi
}

mariadb_stop() {
	[ -z "$mariadb_pid" ] || kill -KILL "$mariadb_pid" 2>/dev/null
	[ -z "$mariadb_pid" ] || wait "$mariadb_pid" 2>/dev/null
	mariadb_pid=
}

# mariadb: starts it; $mariadb_client runs its shell as somebody who may do
# anything. The socket's path must be short.
mariadb() {
	mariadb_home=$(mktemp -d /tmp/logto-maria.XXXXXX) || exit 1
	[ "$(id -u)" -ne 0 ] || chown nobody "$mariadb_home"
	chmod 755 "$mariadb_home"
	trap 'mariadb_stop; rm -rf "$mariadb_home"; cleanup' EXIT
	bin=$ENGINES/mariadb/bin
	(cd "$mariadb_home" && as_nobody "$bin/mariadb-install-db" --no-defaults \
		--datadir="$mariadb_home/data" --skip-test-db \
		--auth-root-authentication-method=normal) \
		>"$mariadb_home/log" 2>&1
	(
		exec 3>&-
		cd "$mariadb_home" && as_nobody "$bin/mariadbd" --no-defaults \
			--datadir="$mariadb_home/data" --skip-networking \
			--socket="$mariadb_home/socket" --pid-file="$mariadb_home/pid" \
			--innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0
	) >>"$mariadb_home/log" 2>&1 </dev/null &
	mariadb_pid=$!
	mariadb_client="$bin/mariadb --no-defaults --socket=$mariadb_home/socket --user=root"
	tries=0
	until echo 'SELECT 1' | $mariadb_client >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 600 ] && kill -0 $mariadb_pid && sleep 0.05 && continue
		echo "Bail out! MariaDB did not start"
		sed 's/^/# /' "$mariadb_home/log" >&2
		exit 1
	done
}
