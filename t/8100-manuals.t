#!/bin/sh
# The manuals are well-formed, have all their sections, and list the options
# that --help lists, no more and no fewer. What the documents point to exists.
. "${0%/*}/lib.sh"

cd "$root" || exit 1
programs='logto-token logto-fetch ndjson-to-sql'

# in_help PROGRAM: its long options. A line of the table begins with one, and
# its phrase may name others; what follows "also:" is a list of options.
in_help() {
	"$1" --help | sed -n '
		/^also:/,/^manual: / {
			/^manual: /!p
		}
		s/^ *\(-[A-Za-z], \)*\(--[a-z][a-z0-9-]*\).*/\2/p' |
		grep -o -e '--[a-z][a-z0-9-]*' | sort -u
}

# in_manual PROGRAM: the long options that have an entry.
in_manual() {
	sed -n '/^\.It Fl/p' "doc/$1.1" | grep -o -e 'Fl -[a-z][a-z0-9-]*' |
		sed 's/^Fl -/--/' | sort -u
}

# letters_in_help PROGRAM: "x --name" for each option that has a letter.
letters_in_help() {
	"$1" --help | grep -o -e '-[A-Za-z], --[a-z][a-z0-9-]*' |
		sed 's/^-\(.\), /\1 /' | sort
}

letters_in_manual() {
	sed -n 's/^\.It Fl \([A-Za-z]\)[ ,].*Fl -\([a-z][a-z0-9-]*\).*/\1 --\2/p' \
		"doc/$1.1" | sort
}

for program in $programs; do
	is "$(in_manual $program)" "$(in_help $program)" \
		"$program: the manual lists the options of --help"
	is "$(letters_in_manual $program)" "$(letters_in_help $program)" \
		"$program: and their letters"
	is "$($program --completion=fish | sed -n \
		"s/^complete -c $program .*-l \([a-z-]*\).*/--\1/p" | sort -u)" \
		"$(in_help $program)" "$program: they are completed"
	like "$(in_help $program)" '^--version$' "$program: there are some"
	sections=$(sed -n 's/^\.Sh //p' "doc/$program.1")
	for section in NAME SYNOPSIS DESCRIPTION ENVIRONMENT 'EXIT STATUS' \
		FILES EXAMPLES DIAGNOSTICS 'SEE ALSO' \
		'SECURITY CONSIDERATIONS'; do
		printf '%s\n' "$sections" | grep -qx "$section" ||
			echo "no $section"
	done >"$T/faults"
	is "$(cat "$T/faults")" '' "$program: the manual has its sections"
	for status in 0 1 2 3 4 5; do
		sed -n '/^\.Sh EXIT STATUS/,/^\.Sh EXAMPLES/p' "doc/$program.1" |
			grep -Eq "^\.It( Li)? $status\$" || echo "no $status"
	done >"$T/faults"
	is "$(cat "$T/faults")" '' "$program: the manual lists the statuses"
done

# Whether a manual of another project is installed here is not our fault.
if command -v mandoc >/dev/null; then
	for page in doc/*.[1-9]; do
		is "$(mandoc -Tlint -Wstyle "$page" 2>&1 |
			grep -v -e 'referenced manual not found' \
				-e 'outdated mandoc.db')" '' "$page: lint"
		is "$(mandoc -Tascii "$page" | sed 's/.\x08//g' |
			awk 'length > 80')" '' "$page: fits 80 columns"
		is "$(mandoc -Tascii "$page" | sed 's/.\x08//g' |
			grep -E '(^|[^A-Za-z0-9.])\.(Ar|Ev|Fl|Li|Pa|Pq|Ql|Va|Xr)( |$)|(^| )(Ar [A-Z]|(Fl|Va|Li) [a-z-]+)')" \
			'' "$page: no macro is taken for text"
	done
fi
for page in doc/*.[1-9]; do
	sed -n 's/^\.Xr \([a-z-]*\) \([0-9]\).*/\1.\2/p' "$page" |
		grep -E '^(logto|ndjson)-' | sort -u | while read -r other; do
			[ -f "doc/$other" ] || echo "$page: $other"
		done
done >"$T/faults"
is "$(cat "$T/faults")" '' 'references between our manuals lead somewhere'

# --- README and HACKING

for document in *.md doc/llms.txt; do
	grep -o '](\([^):]*\))' "$document" | sed 's/^](//; s/[)#].*//' |
		while read -r target; do
			[ -e "${document%"${document##*/}"}$target" ] || echo "$document: $target"
		done
	grep -oE '(^|[^/A-Za-z0-9])(lib|cmd|t|doc|bench)/[a-z0-9_./-]+\.[a-z0-9]+' \
		"$document" | sed 's/^[^a-z]//' |
		sort -u | while read -r path; do
			[ -e "$path" ] || echo "$document: $path"
		done
done >"$T/faults"
is "$(cat "$T/faults")" '' 'the documents name files that exist'
grep -ho '`make [a-z-]*' ./*.md | sed 's/.*make //' | sort -u |
	while read -r target; do
		grep -q "^[a-z -]*\<$target\>[a-z -]*:" GNUmakefile developer.mk ||
			echo "$target"
	done >"$T/faults"
is "$(cat "$T/faults")" '' 'and targets that can be made'
is "$(sed -n 's/^## \([0-9.]*\).*/\1/p' CHANGES.md | head -n 1)" \
	"$(cat VERSION)" 'CHANGES.md begins with this version'


# What doc/llms.txt tells an assistant about: options and resources that exist.
for program in $programs; do
	in_help $program
done >"$T/options"
grep -oE -e '--[a-z][a-z-]+' doc/llms.txt | sort -u |
	grep -vxF -f "$T/options" >"$T/faults"
is "$(cat "$T/faults")" '' 'doc/llms.txt names options that exist'
for target in $(sed -n '/^Other targets:/,/^$/p' doc/llms.txt |
	grep -oE '`[a-z]+:' | tr -d '`'); do
	(cd "$T" && ndjson-to-sql "${target}nothing" </dev/null 2>&1) |
		grep 'what kind of target'
done >"$T/faults"
is "$(cat "$T/faults")" '' 'and targets'

done_testing
