# The commands a person or CI needs. Each installs what it misses (scripts/tools.sh) and says so.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# The steps share two cores, one cargo lock and one cluster: side by side they only wait for each other.
.NOTPARALLEL:

# Tools of our own first; the same line stands in scripts/lib.sh.
export PATH := $(or $(PARLEY_CACHE),$(HOME)/.cache/parley)/tools/bin:$(PATH)
# CARGO_TARGET_DIR is honoured where it is set; otherwise cargo's own ./target.
BINARY := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)/release/parley
FRONTS := --package parley-frontend --package parley-candidate --target wasm32-unknown-unknown
step = @printf '\n==> [%(%H:%M:%S)T] %s\n' -1 "$(1)"

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: release ## build the release and serve it on http://127.0.0.1:3000, data in ./data
	@exec "$(BINARY)" serve

.PHONY: release
release: ## build the one binary, browser parts inside
	@scripts/build.sh

.PHONY: dev
dev: ## serve a debug build and rebuild it as files change
	@scripts/tools.sh build
	cargo leptos build --project candidate --frontend-only
	cargo leptos watch --project parley -- serve

.PHONY: test
test: check doc unit release size browser ## everything, in the order of what fails fastest
	$(call step,All passed: check · doc · unit · release · size · browser)

.PHONY: check
check: ## format and lints: host, WASM, end2end; a minute of broken tables
	@scripts/tools.sh build nextest browser
	$(call step,Format)
	cargo fmt --all --check
	$(call step,Lints)
	cargo clippy --all-targets -- -D warnings
	cargo clippy $(FRONTS) -- -D warnings
	$(call step,Broken tables for a minute)
	PARLEY_FUZZ_SECONDS=60 cargo nextest run --package parley-services --test import_fuzz
	$(call step,Types of end2end)
	cd end2end && npx --no-install tsc --noEmit

.PHONY: doc
doc: ## the documentation builds without a warning
	$(call step,Documentation)
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps

.PHONY: unit
unit: ## Rust tests, the services' ones on SQLite and on PostgreSQL (TESTS=… goes to nextest)
	@scripts/tools.sh nextest postgres
	$(call step,Rust tests on SQLite and PostgreSQL)
	scripts/postgres.sh with cargo nextest run $(TESTS)
	$(call step,Examples in the documentation)
	cargo test --doc --quiet

.PHONY: size
size: ## what a browser downloads stays under its limits (needs: make release)
	$(call step,Size of what a browser downloads)
	@node scripts/size.mjs

.PHONY: e2e
e2e: release browser ## the browser tests alone, ARGS=… goes to Playwright

.PHONY: browser
browser:
	@scripts/tools.sh browser
	$(call step,Browser tests against the release)
	cd end2end && PARLEY_BINARY="$(BINARY)" npx --no-install playwright test $(ARGS)

.PHONY: screenshots
screenshots: release ## pictures of every screen to end2end/screenshots, the README's to docs/
	@scripts/tools.sh browser
	cd end2end && PARLEY_BINARY="$(BINARY)" npx --no-install playwright test --project screenshots
	cp end2end/screenshots/sessions.png docs/sessions.png

.PHONY: bench
bench: release ## figures of the release on this machine (SESSIONS=1000000 for a large workspace, 0 for none)
	@scripts/tools.sh postgres openpyxl
	cargo build --release --package parley-bench
	@SESSIONS="$(SESSIONS)" PYTHONPATH="$(or $(PARLEY_CACHE),$(HOME)/.cache/parley)/tools/openpyxl" \
		scripts/postgres.sh durable "$(dir $(BINARY))parley-bench" "$(BINARY)"
	@node scripts/size.mjs

.PHONY: ai-smoke
ai-smoke: release ## an interview with a small real model on this machine (its first run builds llama.cpp for minutes)
	@scripts/ai-smoke.sh

.PHONY: api-fuzz
api-fuzz: release ## two minutes of generated requests at the REST API: no answer may be a 500
	@scripts/api-fuzz.sh

.PHONY: clean
clean: ## remove what was built in this checkout (tools stay in ~/.cache/parley)
	cargo clean
	rm -rf target end2end/node_modules end2end/test-results end2end/playwright-report end2end/screenshots
