#!/bin/sh
# Runs the examples of the README, the manuals and doc/llms.txt against the mock tenant,
# as a reader would: one after the other, in one directory.
. "${0%/*}/lib.sh"

# From the README the pipe on top and what stands in ```sh, from a manual what its EXAMPLES show
# as literal text. A line that ends in \ or | goes on in the next one.
examples() {
	case $1 in
	*.md | *.txt) awk '/^```/ { inside = $0 == "```sh"; next } inside
		/^    logto-token \|/ { print substr($0, 5) }' "$1" ;;
	*) awk '
		/^\.Sh/ { is_section = /EXAMPLES/ }
		!is_section { next }
		/^\.Bd -literal/ { inside = 1; next }
		/^\.Ed/ { inside = 0 }
		/^\.Dl / { sub(/^\.Dl /, ""); print; next }
		inside' "$1" |
		sed 's/\\&//g; s/\\-/-/g; s/\\(dq/"/g; s/\\(aq/'"'"'/g
			s/\\(ti/~/g; s/\\(ha/^/g; s/\\e/\\/g; s/^\$ //' ;;
	esac | awk '
		{ command = command $0 }
		/\\$/ { sub(/\\$/, "", command); next }
		/\|$/ { command = command " "; next }
		{ print command; command = "" }'
}

# Where the tenant is and who asks, the mock has said (one of Logto Cloud, by
# --tenant-id, is not here); what installs and builds has run already; and what
# needs a program that tests do not.
is_for_readers_only() {
	case $1 in
	'#'* | '' | 'export LOGTO_'* | ./bootstrap* | make* | 'sudo make'*) ;;
	*'https://'* | *'--tenant-id '* | *'psql '* | *'duckdb '*) ;;
	*) return 1 ;;
	esac
}

# A reader's password manager.
mkdir "$T/bin"
printf '#!/bin/sh\n[ "$1 $2" = "show logto" ] && echo s3cret\n' >"$T/bin/pass"
chmod 755 "$T/bin/pass"
PATH=$T/bin:$PATH

mock
count=0
for document in "$root/README.md" "$root/doc/llms.txt" "$root"/doc/*.[17]; do
	name=${document#"$root"/}
	mkdir "$T/${document##*/}" && cd "$T/${document##*/}" || exit 1
	# What a reader has from the day before.
	logto-fetch logs | ndjson-to-sql out.db
	examples "$document" >"$T/commands"
	while read -r command <&3; do
		! is_for_readers_only "$command" || continue
		count=$((count + 1))
		# The reader's shell, which would tell of a failure anywhere.
		sh -c "$command" >"$T/out" 2>"$T/err" </dev/null
		status=$?
		cd "$T" || exit 1
		exits 0 "$name: $command"
		cd - >/dev/null || exit 1
	done 3<"$T/commands"
done
ok $((count < 8)) "there are examples ($count)"

# The lines that install name targets that exist.
for target in $(examples "$root/README.md" |
	sed -n 's/^\.\/bootstrap \([a-z]*\)$/\1/p; s/^\(sudo \)*make \(.*\)/\2/p'); do
	(cd "$root" && make -n "$target" >/dev/null 2>"$T/err")
	is $? 0 "make $target"
done

done_testing
