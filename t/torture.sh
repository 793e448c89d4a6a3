# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# Sourced behind t/lib.sh by tests that run samples of `make torture`.

# shellcheck disable=SC2154 # t/lib.sh sets $build
[ -f "$build/t/torture/faults.so" ] || skip_all 'no library that makes faults'
for tool in sqlite3 zstd curl; do
	command -v $tool >/dev/null || skip_all "$tool is not installed"
done

# tortures NAME OPTION...: no promise is broken, and there were faults.
tortures() {
	name=$1
	shift
	# shellcheck disable=SC2154
	BUILD=$build "$root/t/torture/run" "$@" >faults 2>&1
	is "$(sed '$d' faults)" '' "$name"
	like "$(sed -n '$p' faults)" '^[0-9]+ runs, [1-9][0-9]* with a fault$' \
		"... $(tail -n 1 faults)"
}
