# SPDX-License-Identifier: ISC
# What is built, by name. A list a line names the modules of a program or, in
# ndjson-to-sql, of a destination: a new one is a line of its own.

LIB := buf child completion config escape fail host http instant json libcurl \
       line mem mishap msg nameless num opt out progress retry secret stop \
       symbol trace undo url xdg
LOGTO := common jwt problem settings tenant
TOKEN := cache check credential dlt grant opts print reply token toml
FETCH := bearer catalogue count cover emit fan fetch follow forecast job keys \
         moment opts pages prefix redact seen session slice stream sweep \
         tally ties transfer walk watch window
FETCH += confine exact filter frame jqvalue program sieve worker
SQL := batch bloom catalog childless contract describe diagram dialect \
       envelope flatten form ident infer input key ledger libzstd load member \
       naming nul opts path place record rejects ring schema shake sink \
       sql_absent sql_choice sql_compare sql_merge sql_missing sql_part \
       sql_table sql_upsert stream summary target_file type utf8 value \
       version
SQL += sink_sqlite sorter \
       $(addprefix sqlite_,aside bulk cut db feed history keys merge overlay \
       rows same scan seen survey sync table tree trial type)
SQL += sink_postgres libpq \
       $(addprefix postgres_,batch cell copy db fail fit keys lane merge name row spell table)
SQL += sink_duckdb libduckdb \
       $(addprefix duckdb_,agree check db feed fill limit merge refuse row slice spill table widen)
SQL += sink_files stage stage_files sqlite_scratch csv directory layout \
       ndjson pack parquet partition shape textfile
SQL += sink_script dialect_server dialect_warehouse script \
       $(addprefix script_,check guard merge rows table)
SQL += sink_bundle bundle bundle_text
MOCK := api audit control delivery drift fault filter generate grant journal \
        listing main order people print query relation reply routes rules \
        search server settings span template tenant token view
UNIT := $(basename $(notdir $(wildcard t/unit/*.c)))
PROGRAMS := logto-token logto-fetch ndjson-to-sql
MAN1 := $(PROGRAMS:%=doc/%.1)
MAN7 := doc/logto-pipeline.7
SHARE := share/logto-views.sql $(addprefix share/logto-tables.,sqlite.sql \
         postgres.sql duckdb.sql) share/logto-dashboard.json \
         share/logto-dashboard
BASH_D = $D/share/bash-completion/completions
ZSH_D = $D/share/zsh/site-functions
FISH_D = $D/share/fish/vendor_completions.d
SHARE_D = $D/share/logto-pipeline
SOURCES := $(wildcard lib/*.c lib/*.cc cmd/*/*.c t/*/*.c)
HEADERS := $(wildcard lib/*.h cmd/*/*.h t/mock/*.h t/unit/*.h)
