# Two commands: make run, make test. Both install what is missing and ask nothing.
export OMP_THREAD_LIMIT = 1
CARGO ?= cargo

.PHONY: deb run test lint audit bench bench-peers build samples evaluate prove-kills prove-mutants prove-products prove-pages prove-many prove-big prove-letters prove-separators prove-holds prove-tamper prove-seal-kills prove-log prove-sheets prove-delivery prove-targets prove-keys prove-api prove-web prove-package prove-workers prove-fuzz screens

build:
	scripts/install.sh build run
	$(CARGO) build --release

run: build
	ONCE=$(ONCE) scripts/demo.sh

# target/debian/*.deb: the program, its unit, configuration, man pages, completions, alert rules.
deb: build
	mkdir -p target/package
	packaging/configuration.sh > target/package/pipeline.toml
	packaging/template.sh > target/package/poststelle@.service
	target/release/poststelle shipped target/package
	$(CARGO) deb --version >/dev/null 2>&1 || $(CARGO) install --locked cargo-deb
	$(CARGO) deb --no-build --strip

# Formatting, lints, licences, then every test with the named fault places built in.
test:
	scripts/install.sh build run samples test
	$(MAKE) lint
	$(CARGO) test --release --features faults

lint:
	$(CARGO) fmt --check
	$(CARGO) clippy --release --all-targets --features faults -- -D warnings
	scripts/deny.sh check licenses bans sources

audit:
	scripts/deny.sh check advisories || echo "advisories: NOT CHECKED or findings above"

bench:
	$(CARGO) bench

# poststelle, bare Tesseract and OCRmyPDF on the same pages; the table is kept in benches/README.md.
bench-peers: build
	scripts/bench-peers.sh

# Regenerates sample-scans/ byte for byte.
samples:
	scripts/install.sh build samples
	$(CARGO) run --release --example letters -- --samples sample-scans

# Reads the samples and compares with their truth.
evaluate: build
	rm -rf target/evaluate
	for s in allgemein buergerbuero rechnungen; do \
	  target/release/poststelle process --station $$s --out target/evaluate/$$s sample-scans/$$s || exit 1; done
	target/release/poststelle evaluate --truth sample-scans/truth.jsonl target/evaluate

# The full counts of what `make test` shows reduced; each ends with a line "PROVED ...".
PROVE = $(CARGO) test --release --features faults
prove-kills: build
	PROVE_KILLS=200 $(PROVE) --test killed_at_random -- --nocapture
prove-mutants: build
	PROVE_MUTANTS=500 $(PROVE) --test mutated_input -- --nocapture
prove-products: build
	PROVE_PRODUCTS=all $(PROVE) --test archive_copy_conforms -- --nocapture
# Turn, skew and blanks on 2,000 pages each.
prove-pages: build
	$(CARGO) build --release --features faults --example letters
	PROVE_PAGES=2000 $(PROVE) --test pages_are_seen -- --nocapture
prove-many: build
	PROVE_MANY=10000 $(PROVE) --test odd_arrivals many_files -- --nocapture
# 1,000 pages in one batch, 1,000 letters at once: memory, fairness, steady pace.
prove-big: build
	PROVE_BIG=1000 $(PROVE) --test big_batch_is_fair -- --nocapture --test-threads=1
# 2,000 held-out letters: words, fields, kinds, holds.
prove-letters: build
	scripts/prove-letters.sh
# 500 stacks between separator sheets, 2,000 letters with barcodes of strangers.
prove-separators:
	scripts/prove-separators.sh
# 1,000 envelopes and letters that only their addressee opens.
prove-holds: build
	scripts/prove-holds.sh
# Random single changes in products, records, proofs, vault and ledger.
prove-tamper: build
	PROVE_TAMPER=20000 $(PROVE) --test records_are_checked -- --nocapture
# 500 batches with a sheet missing, scanned twice, swapped, of another letter, or a side too few.
prove-sheets: build
	PROVE_SHEETS=500 $(PROVE) --test sheets_are_counted -- --nocapture
# 500 documents, each killed between every two steps of its sealing.
prove-seal-kills: build
	PROVE_SEAL_KILLS=500 $(PROVE) --test sealing_is_killed -- --nocapture
# A log of 10,000,000 entries: pace of appending, time of a proof.
prove-log: build
	PROVE_LOG=10000000 $(PROVE) --test log_grows -- --nocapture
# Each way of delivery killed between every two steps, 100 documents per place; the day's reconciliation.
prove-delivery: build
	PROVE_DELIVERY=100 $(PROVE) --test delivered_once --test day_adds_up -- --nocapture --test-threads=1
# 10,000 documents to 12 targets of which 3 fail at random.
prove-targets: build
	PROVE_TARGETS=10000 $(PROVE) --test many_targets -- --nocapture
# 50 doubtful letters by key in a real browser: time by the keystroke-level model, the next image at once.
prove-keys: build
	PROVE_KEYS=50 $(PROVE) --test web_browser -- --nocapture
# Many examples per operation of the JSON interface.
prove-api: build
	PROVE_API=300 $(PROVE) --test web_api schemathesis -- --nocapture
# 1,000,000 documents, 200 sessions with live updates, letters being read.
prove-web: build
	PROVE_WEB=1000000 PROVE_WEB_SESSIONS=200 PROVE_WEB_ROUNDS=30 $(PROVE) --test web_load -- --nocapture
# An hour of CPU time of damaged bytes for every parser of strangers' files.
prove-fuzz: build
	PROVE_FUZZ=3600 $(PROVE) --test parsers_are_fuzzed -- --nocapture
# The package in a clean Debian 12 that systemd-nspawn boots: install, letter, upgrade, roll back, remove, purge.
prove-package: deb
	scripts/install.sh package
	scripts/prove-package.sh $$(ls -t target/debian/poststelle_*.deb | head -n 1)
# 5,000 letters by four workers on PostgreSQL, killed, stopped and cut off at random; vault in a folder, then on S3.
prove-workers: build
	PROVE_WORKERS=5000 $(PROVE) --test workers_share every_letter -- --nocapture
	PROVE_VAULT=s3 PROVE_WORKERS=5000 $(PROVE) --test workers_share every_letter -- --nocapture
# Pictures of every page, German and English, by the browser test.
screens: build
	SCREENS=$(CURDIR)/docs/screens $(PROVE) --test web_browser
