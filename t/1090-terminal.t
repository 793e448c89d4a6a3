#!/bin/sh
# SPDX-License-Identifier: ISC
# A secret that is typed is not shown, however the typing ends; and a command
# that is asked for a secret ends with whoever asked it.
. "${0%/*}/lib.sh"

mock
unset LOGTO_APP_SECRET

# --- a terminal: what it is sent goes to file sent

# waits_until COMMAND...: for ten seconds at most.
waits_until() {
	tries=0
	until "$@" 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || return 1
		sleep 0.05
	done
}
servers=0
# asks NAME: a shell in a terminal asks logto-token, which asks for the secret.
asks() {
	name=$1
	# A server that is told to go may still take a while.
	socket=$T/tmux.$((servers = servers + 1))
	rm -f sent answer err finished before after
	cat >pane <<'EOT'
trap : INT
stty -a >before
sh -c 'echo $$ >pid; exec logto-token --no-cache --secret-file -' \
	>answer 2>&3 3>&-
echo $? >finished
stty -a >after
sleep 60
EOT
	env -u TMUX tmux -f /dev/null -S "$socket" \
		new-session -d -x 200 -y 20 'cat >/dev/null'
	tmux -S "$socket" pipe-pane 'cat >sent'
	tmux -S "$socket" respawn-pane -k 'exec env TERM=screen sh pane 3>&2'
	waits_until grep -q 'is not shown: ' sent
	ok $? "$name: it asks"
}
# answered: the shell goes on, and its terminal is what it was.
answered() {
	waits_until test -s after
	ok $? "$name: the shell goes on"
	cmp -s before after
	ok $? "$name: the terminal is as it was"
	tmux -S "$socket" kill-server
}
type() {
	tmux -S "$socket" send-keys "$@"
}

if command -v tmux >/dev/null && has_terminals; then
	asks 'a secret'
	type s3cret Enter
	answered
	is "$(cat finished)" 0 'a secret: a token'
	like "$(cat answer)" '^ey' 'a secret: is printed'
	unlike "$(cat sent)" 's3cret|s3c' 'a secret: is not shown'
	asks 'Ctrl-C'
	type s3c C-c
	answered
	is "$(cat finished)" 130 'Ctrl-C: the status'
	unlike "$(cat sent)" 's3c' 'Ctrl-C: nothing is shown'
	asks 'kill'
	type s3c
	kill "$(cat pid)"
	answered
	is "$(cat finished)" 143 'kill: the status'
fi

# --- a command of several processes, without a terminal

if command -v setsid >/dev/null; then
	mkdir "$XDG_CONFIG_HOME/logto"
	cat >"$XDG_CONFIG_HOME/logto/config" <<EOT
[default]
app_secret_command = sleep 1000 & echo \$! >$T/grandchild; wait
EOT
	chmod 600 "$XDG_CONFIG_HOME/logto/config"
	setsid logto-token --no-cache >out 2>err </dev/null &
	pid=$!
	waits_until test -s grandchild
	ok $? 'a command that starts another'
	kill "$pid"
	wait "$pid" 2>/dev/null
	is $? 143 'dies of a signal with its own'
	gone() {
		! kill -0 "$(cat grandchild)"
	}
	waits_until gone
	ok $? 'and so does what that started'
	kill "$(cat grandchild)" 2>/dev/null
fi

done_testing
