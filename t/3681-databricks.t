#!/bin/sh
# Loads for Databricks, run by Spark with Delta Lake from $ENGINES, leave what
# the same loads leave in SQLite. Each statement is a commit of a second, so
# that there are fewer of them.
. "${0%/*}/lib.sh"
. "$root/t/scripts.sh"
. "$root/t/warehouse.sh"
engine spark
dialect=databricks
DELTA_JARS=$ENGINES/spark/jars
export DELTA_JARS
# A history, members that are gone, and names of a letter.
cases='6 10 11'
each_case
rm -r script_6 script_10 script_11
misfits
run_cases "$ENGINES/spark/python/bin/python"
done_testing
