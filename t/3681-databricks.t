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
# A history, and members that are gone.
cases='6 10'
each_case
rm -r script_6 script_10
misfits
run_cases "$ENGINES/spark/python/bin/python"
done_testing
