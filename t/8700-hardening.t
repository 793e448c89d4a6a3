#!/bin/sh
# What the compiler and the linker do against attackers, read from the built
# programs: SECURITY.md promises it.
. "${0%/*}/lib.sh"

command -v readelf >/dev/null || skip_all 'no readelf here'
# Sanitizers and counters are built without some of it.
[ "${build##*/}" = release ] || skip_all 'not what is installed'

for program in logto-token logto-fetch ndjson-to-sql; do
	file=$build/$program
	readelf -hW "$file" >header
	readelf -lW "$file" >segments
	readelf -dW "$file" >dynamic
	readelf -sW --dyn-syms "$file" | sed -n 's/.* UND \([^@ ]*\).*/\1/p' |
		sort -u >imports
	like "$(cat header)" 'Type: +DYN' "$program: can be loaded anywhere"
	like "$(cat dynamic)" 'FLAGS_1.*NOW.*PIE' \
		"$program: is position-independent, and bound at its start"
	like "$(cat segments)" 'GNU_RELRO' \
		"$program: its relocations are read-only by then"
	like "$(cat segments)" 'GNU_STACK.* RW +0x' \
		"$program: its stack is not executable"
	unlike "$(cat segments)" '(LOAD|GNU_STACK).* (RWE|WE) ' \
		"$program: nothing is both writable and executable"
	unlike "$(cat dynamic)" 'TEXTREL|RPATH|RUNPATH' \
		"$program: neither code that is patched nor paths to libraries"
	like "$(cat imports)" '^__stack_chk_fail$' "$program: has stack canaries"
	if getconf GNU_LIBC_VERSION >/dev/null 2>&1; then
		like "$(cat imports)" '^__(memcpy|snprintf|vsnprintf|read)_chk$' \
			"$program: calls of the C library are checked"
	fi
	unlike "$(cat imports)" \
		'^(gets|strcpy|strcat|sprintf|mktemp|tmpnam|system|popen)$' \
		"$program: calls nothing that cannot be used safely"
done
if [ "$(uname -m)" = x86_64 ]; then
	# Programs carry the mark where the C library's own start files do.
	like "$(readelf -nW "$build/lib/buf.o")" 'IBT, SHSTK' \
		'our code is ready for control-flow enforcement'
fi

done_testing
