#!/bin/sh
# install puts the programs and manuals where they belong; uninstall takes
# exactly these away.
. "${0%/*}/lib.sh"

# The make that may be running us is another one's business.
unset MAKEFLAGS MAKELEVEL MFLAGS PREFIX DESTDIR
install() {
	make -s -C "$root" MODE="${build##*/}" DESTDIR="$T/machine" "$@" \
		>out 2>err
	status=$?
}

files() {
	(cd machine && find . -type f | LC_ALL=C sort)
}

mkdir -p machine/usr/local/bin machine/opt/share
echo theirs >machine/usr/local/bin/theirs
files >before

install install
exits 0 'make install'
for program in logto-fetch logto-token ndjson-to-sql; do
	cat <<-LIST
		./usr/local/bin/$program
		./usr/local/share/bash-completion/completions/$program
		./usr/local/share/fish/vendor_completions.d/$program.fish
		./usr/local/share/man/man1/$program.1
		./usr/local/share/zsh/site-functions/_$program
	LIST
done >wanted
echo ./usr/local/share/man/man7/logto-pipeline.7 >>wanted
for name in logto-dashboard logto-dashboard.json logto-tables.duckdb.sql \
	logto-tables.postgres.sql logto-tables.sqlite.sql logto-views.sql; do
	echo "./usr/local/share/logto-pipeline/$name"
done >>wanted
is "$(files)" "$(LC_ALL=C sort before wanted)" 'it installs these files'
for program in logto-token logto-fetch ndjson-to-sql; do
	run machine/usr/local/bin/$program --version
	exits 0 "$program runs from there"
done
is "$(find machine/usr/local/bin -type f ! -perm 755 ! -name theirs)" '' \
	'all may run the programs'
is "$(find machine/usr/local/share -type f ! -perm 644)" \
	machine/usr/local/share/logto-pipeline/logto-dashboard \
	'all may read the manuals and completions'
for shell in 'bash -n' 'zsh -n' 'fish --no-execute'; do
	command -v "${shell%% *}" >/dev/null || continue
	for file in $(files | grep "/${shell%% *}[-/]"); do
		$shell "machine/$file" || echo "$file"
	done
done >faults 2>&1
is "$(cat faults)" '' 'the completions are what their shells can read'
install install
exits 0 'make install once more'
echo mine >machine/usr/local/share/logto-pipeline/mine
install uninstall
exits 0 'make uninstall beside a file of ours'
is "$(ls machine/usr/local/share/logto-pipeline)" mine 'leaves that'
rm machine/usr/local/share/logto-pipeline/mine
install uninstall
exits 0 'make uninstall'
is "$(files)" "$(cat before)" 'what was there before is there, and nothing else'
is "$(find machine -name '*logto*')" '' 'nor is a directory'

install install PREFIX=/opt
is "$(ls machine/opt/bin | tr '\n' ' ')" 'logto-fetch logto-token ndjson-to-sql ' \
	'PREFIX is honoured'
install uninstall PREFIX=/opt
is "$(files)" "$(cat before)" 'by uninstall as well'

done_testing
