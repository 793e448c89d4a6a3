# SPDX-License-Identifier: ISC
# What only those run who change the project: other databases, sanitizers,
# fuzzers, the layout and the linter.

# --- tests beyond `make check`
# The longest comes first, so that the others run beside it.
SLOW := t/3681-databricks.t
check-engines: tests ## installs other databases, and tests against them
	t/engines build/engines
	ENGINES=$(CURDIR)/build/engines $(PROVE) $(SLOW) \
	    `grep -lw ENGINES t/*.t | grep -vxF '$(SLOW)'`

# What makes calls fail, and what kills at one. They stand before glibc's names,
# and other systems have others; a sanitizer would see them in the way.
ifneq ($(shell getconf GNU_LIBC_VERSION 2>/dev/null),)
tests: $(B)/t/torture/faults.so $(B)/t/torture/writes.so
endif
$(B)/t/torture/%.so: t/torture/%.c developer.mk
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) -std=c11 $(WARN) -O2 -g -D_GNU_SOURCE -fPIC \
	    -fno-builtin $(filter -I%,$(OURS)) -shared -o $@ $< -ldl

torture: tests ## fails each call of each kind once, for an hour
	TORTURE_TIMEOUT=120 BUILD=$(B) t/torture/run $(TORTUREFLAGS) \
	    --jobs=$(or $(shell getconf _NPROCESSORS_ONLN),2)

# But for what reads documents and sources, installs, or tries what others do;
# and with fewer of what only repeats.
ASIDE := t/8% t/2090%
asan tsan: ## check under ASan and UBSan, or under TSan
	COMPLETE_SCHEDULES=3 $(MAKE) MODE=$@ check \
	    TESTS='$(filter-out $(ASIDE),$(wildcard t/*.t))'

coverage: ## lines and branches that the tests reach, in build/coverage
	@t/coverage/run

memcheck helgrind: tests ## tests with the programs under valgrind
	@BUILD=$(B) t/under $@ $(TESTS)

# What MSan can see whole: units that hand no memory to SQLite, libjq or zlib.
MSAN := lib-buf lib-child lib-escape lib-fail lib-instant lib-line lib-msg \
        lib-num lib-opt lib-out lib-progress lib-retry lib-secret lib-url \
        logto-jwt logto-problem logto-settings logto-tenant token-cache \
        token-print token-toml fetch-catalogue fetch-cover fetch-moment \
        fetch-redact fetch-stream fetch-walk sql-directory sql-form sql-ident \
        sql-infer sql-ledger sql-path sql-row sql-schema sql-sets sql-shake \
        sql-sorter sql-stream sql-utf8 sql-version
msan: ## those units under MSan, with clang
	$(MAKE) MODE=msan CC=clang CXX=clang++ CFLAGS='-O1 -g' \
	    $(MSAN:%=build/msan/t/unit/%)
	prove $(TESTFLAGS) $(MSAN:%=build/msan/t/unit/%)

mutate: ## breaks the pure modules, to see their tests fail; MUTANTS=N of each
	@t/mutate $(MODULES)

hostile: tests ## hostile input, with records of HOSTILE_MB (1000)
	HOSTILE_MB=$(or $(HOSTILE_MB),1000) $(PROVE) t/*-hostile.t
.PHONY: hostile

fuzz: ## each t/fuzz target for FUZZ_SECONDS (60), with clang
	@t/fuzz/run $(or $(FUZZ_SECONDS),60)

# A target's first word says what it links, as with unit tests; with libFuzzer,
# which has a main, or with replay.c.
F := $(B)/t/fuzz
FUZZ := $(filter-out replay,$(notdir $(basename $(wildcard t/fuzz/*.c))))
tests: $(FUZZ:%=$F/%)
$F/token-%.o $F/token-%.c.tidy: OURS_C += -iquote cmd/logto-token
$F/fetch-%.o $F/fetch-%.c.tidy: OURS_C += -iquote cmd/logto-fetch
$F/sql-%.o $F/sql-%.c.tidy: OURS_C += -iquote cmd/ndjson-to-sql
$(FUZZ:%=$F/%): %: %.o $(if $(filter fuzz,$(MODE)),,$F/replay.o) \
    $$(UNIT_$$(call unit_word,$$*)) $(B)/lib.a
	$(call say,LINK,$@)$(LINK) $(if $(filter fuzz,$(MODE)), \
	    -fsanitize=fuzzer) $^ $(LIBS_logto-fetch) $(LIBS_ndjson-to-sql)

crash: tests ## kills loads and cuts their power, CRASH_STATES (1000) a case
	@t/torture/crash-all $(B) $(or $(CRASH_STATES),1000)

soak: tests ## follows a log for SOAK_SECONDS (3600), and reads meanwhile
	@PATH=$(CURDIR)/$(B):$$PATH MOCK=$(CURDIR)/$(B)/mock-logto \
	    nice t/soak $(or $(SOAK_SECONDS),3600) $(SOAK_SEED)

# --- layout and lint
format format-check: ## lays out the C sources by .clang-format, or checks it
	clang-format --style=file $(if $(filter format,$@),-i,-n --Werror) \
	    $(SOURCES) $(HEADERS)

analyze: ## gcc's analyzer, and cppcheck with t/cppcheck.supp
	$(MAKE) MODE=analyze CC=gcc CXX=g++ CFLAGS='-O1 -g -fanalyzer' all
	cppcheck -q --std=c11 --enable=warning,portability,performance \
	    --suppressions-list=t/cppcheck.supp --error-exitcode=1 -Ilib \
	    $(patsubst %,-I%,$(wildcard cmd/*)) -DHAVE_ZSTD -D_GNU_SOURCE \
	    -DPROGRAM_VERSION='""' $(filter lib/% cmd/%,$(SOURCES))

tidy: $(SOURCES:%=$(B)/%.tidy) ## clang-tidy, by .clang-tidy
$(B)/%.tidy: % .clang-tidy
	@mkdir -p $(@D)
	$(call say,TIDY,$<)clang-tidy --quiet --warnings-as-errors='*' $< -- \
	    $(OURS_C$(if $(filter %.cc,$<),XX)) $(CPPFLAGS) && touch $@

# --- pictures
picture: all $(B)/mock-logto ## draws doc/terminal.svg, from a real run
	doc/picture $(B) >$(B)/terminal.svg && mv $(B)/terminal.svg doc/

dashboard: all $(B)/mock-logto ## shows a mock tenant's charts, on port 8001
	@t/demo $(B) dashboard

.PHONY: picture dashboard check-engines torture crash soak asan tsan coverage \
        memcheck helgrind msan analyze mutate fuzz format format-check tidy
