# SPDX-License-Identifier: ISC
# What only those run who change the project: other databases, sanitizers,
# fuzzers, the layout and the linter.

# --- tests beyond `make check`
check-engines: tests ## installs other databases, and tests against them
	t/engines build/engines
	ENGINES=$(CURDIR)/build/engines $(PROVE) `grep -lw ENGINES t/*.t`

asan tsan: ## check under ASan and UBSan, or under TSan
	$(MAKE) MODE=$@ check

fuzz: ## each t/fuzz target for FUZZ_SECONDS (60), with clang
	@t/fuzz/run $(or $(FUZZ_SECONDS),60)

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
