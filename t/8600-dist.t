#!/bin/sh
# The tarball of `make dist` is the same each time, and what it holds builds
# where there is no git.
. "${0%/*}/lib.sh"

unset MAKEFLAGS MAKELEVEL MFLAGS
# An unpacked tarball may lie in another project's checkout.
[ -e "$root/.git" ] ||
	skip_all 'a tarball is made from a git checkout'
# It is made of a clone, so that build/ stays as it is.
git clone -q "$root" clone 2>/dev/null
version=$(cat clone/VERSION)
name=logto-pipeline-$version
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

# --- the packages agree with the project

version=$(cat "$root/VERSION")
for place in "logto-pipeline ($version-" "Version:        $version" \
	"pkgver=$version" "version = \"$version\"" \
	"logto-pipeline-$version.tar.gz"; do
	grep -rqF "$place" "$root/packaging"
	ok $? "packaging has '$place'"
done

done_testing
