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
is "$(files | tr '\n' ' ')" "./usr/local/bin/logto-fetch \
./usr/local/bin/logto-token ./usr/local/bin/ndjson-to-sql \
./usr/local/bin/theirs ./usr/local/share/man/man1/logto-fetch.1 \
./usr/local/share/man/man1/logto-token.1 \
./usr/local/share/man/man1/ndjson-to-sql.1 \
./usr/local/share/man/man7/logto-pipeline.7 " 'it installs these files'
for program in logto-token logto-fetch ndjson-to-sql; do
	run machine/usr/local/bin/$program --version
	exits 0 "$program runs from there"
done
is "$(find machine -type f ! -perm 755 ! -name '*.[17]' ! -name theirs)" '' \
	'all may run the programs'
is "$(find machine -name '*.[17]' ! -perm 644)" '' 'all may read the manuals'
install install
exits 0 'make install once more'
install uninstall
exits 0 'make uninstall'
is "$(files)" "$(cat before)" 'what was there before is there, and nothing else'

install install PREFIX=/opt
is "$(ls machine/opt/bin | tr '\n' ' ')" 'logto-fetch logto-token ndjson-to-sql ' \
	'PREFIX is honoured'
install uninstall PREFIX=/opt
is "$(files)" "$(cat before)" 'by uninstall as well'

done_testing
