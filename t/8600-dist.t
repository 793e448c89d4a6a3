#!/bin/sh
# The tarball of `make dist` is the same each time, and what it holds builds
# where there is no git.
. "${0%/*}/lib.sh"

unset MAKEFLAGS MAKELEVEL MFLAGS
git -C "$root" rev-parse HEAD >/dev/null 2>&1 ||
	skip_all 'a tarball is made from a git checkout'
# It is made of a clone, so that build/ stays as it is.
git clone -q "$root" clone 2>/dev/null
version=$(cat clone/VERSION)
name=logto-to-sql-$version
for copy in first second; do
	make -s -C clone dist >out 2>err || sed 's/^/# /' err
	mv "clone/build/$name.tar.gz" $copy
done
cmp -s first second
ok $? 'twice the same tarball'
mkdir unpacked
run tar -C unpacked -xzf first
exits 0 'it unpacks'
is "$(ls -A unpacked)" "$name" 'into one directory'
is "$(cd "unpacked/$name" && find . -type f | LC_ALL=C sort)" \
	"$(cd clone && git ls-files | sed 's,^,./,' | LC_ALL=C sort)" \
	'with every file that git keeps'
run make -s -C "unpacked/$name" -n all
exits 0 'its makefile needs no git'

done_testing
