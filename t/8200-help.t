#!/bin/sh
# What every program answers before it does anything: help, version, misuse.
. "${0%/*}/lib.sh"

version=$(cat "$root/VERSION")
escape=$(printf '\033')

for program in logto-token logto-fetch ndjson-to-sql; do
	run $program --help
	exits 0 "$program --help"
	is "$(cat err)" '' "$program --help: stderr is empty"
	is "$(awk 'NR > 24 || length > 80' out)" '' \
		"$program --help: fits 24 lines of 80 columns"
	like "$(sed -n 1p out)" "^usage: $program " "$program --help: usage"
	like "$(sed -n 2p out)" '^e\.g\. ' "$program --help: then an example"
	unlike "$(cat out)" "$escape" "$program --help: no escape sequences"
	cp out help
	run $program -h
	is "$(cat out)" "$(cat help)" "$program -h: is --help"

	run $program --version
	exits 0 "$program --version"
	is "$(sed -n 1p out)" "$program $version" "$program --version: says it"
	cp out first
	run $program -V
	is "$(cat out)" "$(cat first)" "$program -V: is --version"

	if [ -w /dev/full ]; then
		$program --help >/dev/full 2>err
		is $? 1 "$program --help > /dev/full: status 1"
	fi

	# The stream's fragment tells a reader of logto-fetch's failure.
	run $program --no-such-option
	fails 2 "^$program: unknown option '--no-such-option'" \
		"$program --no-such-option"
	is "$(sed -n 2p err)" "try '$program --help'" \
		"$program --no-such-option: points to the help"
	unlike "$(cat out)" '[^ -~]' "$program --no-such-option: plain text"
	[ $program = logto-fetch ] ||
		is "$(cat out)" '' "$program --no-such-option: stdout is empty"
	run $program --versio
	fails 2 "did you mean '?--version" "$program --versio: a suggestion"
	[ $program != ndjson-to-sql ] || continue
	run $program --retries 3
	fails 2 "did you mean '--retry'" "$program --retries: a suggestion"
	run $program --timeout=3
	fails 2 "did you mean '--max-time'" "$program --timeout: a suggestion"
done

run logto-token --app-secret x
fails 2 "'--app-secret': no secret is given on the command line.*--secret-file FILE" \
	'a secret on the command line'
run logto-fetch --token=x
fails 2 "'--token': no secret is given on the command line.*LOGTO_TOKEN" \
	'a token on the command line'

done_testing
