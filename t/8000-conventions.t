#!/bin/sh
# The conventions of HACKING.md that a machine can see: who includes whom, who
# may read the environment or exit, sizes, and what is left to no single file.
. "${0%/*}/lib.sh"

cd "$root" || exit 1
sources=$(find lib cmd t -name '*.[ch]' -o -name '*.cc' | sort)
products=$(find lib cmd -name '*.[ch]' -o -name '*.cc' | sort)
scripts="bootstrap .ci/run t/lib.sh t/demo t/mock-env $(grep -L perl t/*.t)"

# The products without their comments, which may name anything.
for file in $products; do
	mkdir -p "$T/plain/${file%/*}"
	sed -e 's|/\*.*\*/||' -e '/^[[:space:]]*\/\*/,/\*\//d' "$file" \
		>"$T/plain/$file"
done

# names PATTERN: the products that hold a line of the extended pattern.
names() {
	(cd "$T/plain" && grep -rlE -e "$1" lib cmd | sort)
}

# nothing TEXT NAME: passes if TEXT is empty, else shows it.
nothing() {
	is "$1" "" "$2"
}

# --- includes

for file in $sources; do
	sed -n 's/^#include "\(.*\)"/\1/p' "$file" | while read -r name; do
		for place in "${file%/*}/$name" "lib/$name" \
			"cmd/logto/$name" "$root/cmd/"*"/$name"; do
			[ ! -f "$place" ] || break
		done
		printf '%s %s\n' "$file" "${place#"$root"/}"
	done
done >"$T/includes"
like "$(cat "$T/includes")" '^lib/http.c lib/http.h$' 'includes are found'
tsort "$T/includes" >/dev/null 2>"$T/loops"
nothing "$(cat "$T/loops")" 'includes form a tree'
nothing "$(awk '$1 ~ /^lib\// && $2 !~ /^lib\//' "$T/includes")" \
	'lib includes nothing but lib'
nothing "$(awk '$1 ~ /^cmd\/logto\// && $2 !~ /^(lib|cmd\/logto)\//' \
	"$T/includes")" 'cmd/logto includes nothing but itself and lib'
nothing "$(awk '$1 ~ /^cmd\// && $2 ~ /^cmd\// {
	split($1, from, "/")
	split($2, to, "/")
	if (from[2] != to[2] && to[2] != "logto")
		print
}' "$T/includes")" 'no program includes another'
nothing "$(find lib cmd -name '*.c' ! -name main.c | while read -r file; do
	first=$(sed -n '/^#include/{p;q;}' "$file")
	header=${file##*/}
	[ "$first" = "#include \"${header%.c}.h\"" ] || echo "$file: $first"
done)" 'each module includes its own header first'

# One door to each library.
door() {
	is "$(names "^#include <$1>" | tr '\n' ' ')" "$2 " \
		"<$1> is included by $2 alone"
}
door 'curl/curl\.h' 'lib/http.c lib/libcurl.c lib/mishap.c'
door 'ini\.h' lib/config.c
door 'simdjson\.h' lib/json.cc
door 'jq\.h' cmd/logto-fetch/jqvalue.h
nothing "$(names '^#include <sqlite3\.h>' |
	grep -v '^cmd/ndjson-to-sql/sqlite')" '<sqlite3.h> is for sqlite*'

# --- what only a few may do

nothing "$(grep -li logto lib/*.c lib/*.cc lib/*.h | xargs -r grep -n '"[^"]*logto' |
	grep -v '#include')" 'no text in lib names Logto'
is "$(names '(^|[^a-z_])(secure_)?getenv *\(' | grep -v '/opts\.c$')" \
	lib/xdg.c 'getenv is called in opts.c and xdg.c alone'
is "$(names '(^|[^a-z_.>])(_exit|_Exit|exit|abort|quick_exit) *\(' |
	grep -v '/main\.c$' | tr '\n' ' ')" \
	'cmd/logto-fetch/worker.c lib/mem.c lib/out.c ' \
	'a module ends the process for want of memory or of a reader alone'
nothing "$(names 'setlocale|(^|[^_])alloca *\(')" \
	'nothing sets a locale or allocates on the stack'
is "$(names '(^|[^a-z_])(printf|puts|putchar|perror) *\(')" lib/opt.c \
	'nothing but out, and opt for --help, writes to standard output'
nothing "$(names '(fprintf|fputs|fwrite)[^;]*stderr' |
	grep -v -e '^lib/msg\.c$' -e '^lib/mem\.c$')" \
	'nothing but msg writes to standard error'

# State that outlives a call makes modules hard to test. The sanitizers add
# some of their own.
cat >"$T/state" <<'EOT'
worker.o self
buf.o empty_text
libcurl.o real
msg.o current_level
msg.o program_name
msg.o shown_line
msg.o shown_lock
stop.o first_ms
stop.o stop_signal
stop.o wake_pipe
undo.o has_begun
undo.o lock
undo.o newest
EOT
if [ "${build##*/}" = release ] && command -v nm >/dev/null; then
	for object in $(find "$build/lib" "$build/cmd" -name '*.o' | sort); do
		nm -f sysv "$object" | awk -F'|' -v o="${object##*/}" '
		$7 ~ /\.(bss|data|data\.rel|data\.rel\.local|tbss|tdata)$/ {
			sub(/ +$/, "", $1)
			print o, $1
		}'
	done >"$T/found"
	is "$(cat "$T/found")" "$(cat "$T/state")" \
		'no mutable state at file scope but what is known'
fi

# --- sizes

nothing "$(wc -l $sources | awk '$2 != "total" && $1 > 800')" \
	'no file is longer than 800 lines'
nothing "$(wc -l cmd/*/main.c | awk '$2 != "total" && $1 > 120')" \
	'no main.c is longer than 120 lines'
nothing "$(wc -l GNUmakefile developer.mk | awk '$2 != "total" && $1 >= 200')" \
	'no makefile is longer than 200 lines'
nothing "$(perl -ne 'chomp;
	1 while s/^([^\t]*)\t/$1 . " " x (8 - length($1) % 8)/e;
	s/[\x80-\xbf]//g;
	print "$ARGV:$.\n" if length > 80;
	close ARGV if eof' $sources GNUmakefile developer.mk)" 'no line is wider than 80 columns'
if ctags --version 2>/dev/null | grep -q Universal; then
	# shellcheck disable=SC2086 # a list
	nothing "$(ctags -x --kinds-c=f --kinds-c++=f \
		--_xformat='%{end} %n %N %F' $sources |
		awk '$1 - $2 + 1 > 70 { print $3, $4, $1 - $2 + 1 }')" \
		'no function is longer than 70 lines'
fi

# --- tests and scripts

nothing "$(find t/unit t/fuzz -name '*.c' ! -name replay.c |
	grep -Ev '/(lib|logto|token|fetch|sql)-[a-z0-9-]+\.c$')" \
	"the name of a unit test or fuzz target begins with what it links"
nothing "$(ls t/*.t | sed 's|.*/\([0-9]*\)-.*|\1|' | sort | uniq -d)" \
	'each test has a number of its own'
nothing "$(grep -L -e done_testing -e 'Test::More' t/*.t)" 'each test says that it is done'
nothing "$(grep -L SPDX-License-Identifier $sources $products)" \
	'each source names its licence'
for script in $scripts; do
	sh -n "$script" 2>"$T/syntax" || cat "$T/syntax"
	[ -x "$script" ] || [ "$script" = t/lib.sh ] ||
		echo "$script is not executable"
done >"$T/faults"
nothing "$(cat "$T/faults")" 'scripts parse, and can be run'
# A database that is missing is a failure where make check-engines asks for it,
# not a skip.
mkdir "$T/none"
for test in $(grep -lx 'engine [a-z0-9]*' t/*.t); do
	ENGINES=$T/none "$test" >"$T/bail" 2>&1 && echo "$test passes"
	grep -q '^Bail out! .*/none has no [a-z0-9]*; t/engines' "$T/bail" ||
		echo "$test does not say what is missing"
done >"$T/faults"
nothing "$(cat "$T/faults")" 'without its database no test passes'
if command -v shellcheck >/dev/null; then
	# SC1091, SC2154: what lib.sh gives the tests. SC2034: what they leave
	# for it. SC2012, SC2016, SC2044, SC2046, SC2086: file names here are plain.
	# shellcheck disable=SC2086
	nothing "$(shellcheck -s sh -S warning -e SC1091,SC2154,SC2034,SC2012,SC2016 \
		-e SC2044,SC2046,SC2086 $scripts)" 'shellcheck finds nothing'
fi

done_testing
