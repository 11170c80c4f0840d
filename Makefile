# Every target builds the one release profile, so that nothing is compiled twice.
# CORPUS=FOLDER adds the suite over real files: make test CORPUS=../shared/corpus

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := test

ifdef CORPUS
export PLUMBLINE_CORPUS := $(abspath $(CORPUS))
endif

.PHONY: bench clippy demo docs fmt help lint mutants quick run screenshots setup test

help: ## lists the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | sort | column -t -s "$$(printf '\t')"

setup: ## installs what the tests need
	tests/setup.sh

# More tests at once than cores: many wait for servers and processes.
test: setup ## every test, also of the documentation
	@if [ -n "$${PLUMBLINE_CORPUS:-}" ] && [ ! -d "$$PLUMBLINE_CORPUS" ]; then \
	  echo "CORPUS: $$PLUMBLINE_CORPUS is not a folder" >&2; exit 1; fi
	cargo build --release --workspace
	RUST_TEST_THREADS=$$(($$(nproc) * 3 / 2)) cargo test --release --workspace

quick: ## tests of domain, lake and ingest only
	cargo test --release -p domain -p lake -p ingest

fmt:
	cargo fmt --all --check

clippy:
	cargo clippy --release --workspace --all-targets -- -D warnings

lint: fmt clippy ## formatting, clippy and documentation, warnings denied
	RUSTDOCFLAGS="-D warnings" cargo doc --release --workspace --no-deps

docs: ## writes docs/reference again
	UPDATE_EXPECT=1 cargo test --release -p tests --test integration reference

demo: ## simulates an organization, pulls it into data/demo and serves the pages
	cargo run --release -- demo $(DEMO)

run: ## serves data/lake on a loopback address
	cargo run --release -- serve

bench: setup ## measures parsing, ingest, size, questions and pages on generated files; see tests/bench/README.md
	tests/bench/setup.sh
	cargo build --release --workspace
	cargo test --release --workspace --no-run
	.venv/bin/python tests/bench/run.py $(BENCH)

mutants: ## breaks sql/ in one place at a time, and looks whether a case or the demo notices; see tests/README.md
	cargo build --release --workspace
	cargo test --release --workspace --no-run
	python3 tests/mutants/run.py $(MUTANTS)

screenshots: ## takes every page of the simulated organization, and judges it in a browser
	cargo build --release --workspace
	tests/screenshots/setup.sh
	.venv-screenshots/bin/python tests/screenshots/run.py --plumbline "$${CARGO_TARGET_DIR:-target}/release/plumbline" $(SCREENSHOTS)
