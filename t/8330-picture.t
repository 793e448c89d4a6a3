#!/bin/sh
# The picture in the README is what doc/picture draws today, but for the time
# that loads take.
. "${0%/*}/lib.sh"

command -v tmux >/dev/null || skip_all 'tmux is missing'
has_terminals || skip_all 'there is no /dev/pts'
command -v sqlite3 >/dev/null || skip_all 'sqlite3 is missing'

timeless() {
	sed 's/ in [0-9.]* s,/ in N s,/; s/ textLength="[0-9.]*"//g'
}
run "$root/doc/picture" "$build"
exits 0 'it is drawn'
like "$(cat out)" '>logto-token \| logto-fetch logs' 'with a command'
is "$(timeless <out)" "$(timeless <"$root/doc/terminal.svg")" \
	'doc/terminal.svg is that; make picture draws it anew'

done_testing
