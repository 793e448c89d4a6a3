#!/bin/sh
# Loads for Snowflake, run twice over by fakesnow from $ENGINES, leave what
# the same loads leave in SQLite.
. "${0%/*}/lib.sh"
. "$root/t/scripts.sh"
. "$root/t/warehouse.sh"
engine fakesnow
dialect=snowflake
each_case
misfits
run_cases "$ENGINES/fakesnow/python/bin/python"
done_testing
