#!/bin/sh
# Loads for BigQuery, run twice over by ZetaSQL from $ENGINES, leave what the
# same loads leave in SQLite.
. "${0%/*}/lib.sh"
. "$root/t/scripts.sh"
. "$root/t/warehouse.sh"
engine zetasql
dialect=bigquery
ZETASQL=$ENGINES/zetasql
export ZETASQL
each_case
misfits
run_cases "$ENGINES/zetasql/python/bin/python"
done_testing
