# SPDX-License-Identifier: ISC
# What only those run who change the project: other databases, sanitizers,
# fuzzers, the layout and the linter.

# --- tests beyond `make check`
check-engines: tests ## installs other databases, and tests against them
	t/engines build/engines
	ENGINES=$(CURDIR)/build/engines $(PROVE) `grep -lw ENGINES t/*.t`

asan tsan: ## check under ASan and UBSan, or under TSan
	$(MAKE) MODE=$@ check

coverage: ## lines and branches that the tests reach, in build/coverage
	@t/coverage/run

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

# --- layout and lint
format format-check: ## lays out the C sources by .clang-format, or checks it
	clang-format --style=file $(if $(filter format,$@),-i,-n --Werror) \
	    $(SOURCES) $(HEADERS)

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

.PHONY: picture dashboard check-engines asan tsan fuzz format format-check tidy
.PHONY: check-engines asan tsan coverage fuzz format format-check tidy
