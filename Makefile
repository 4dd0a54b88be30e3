# Tools run at these versions without becoming dependencies of the module.
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK = golang.org/x/vuln/cmd/govulncheck@v1.9.0
GOTESTSUM   = gotest.tools/gotestsum@v1.13.0
CYCLONEDX   = github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0

# The tests with Graph's SDK for Go, with an OpenID Connect provider and of what
# deploy has, and the benchmarks beside gitleaks, keep what these need out of our
# module.
MODULES = . api/compat/sdk api/auth/hostile worker/classify/compare deploy/check

FUZZTIME  ?= 3s
BENCHTIME ?= 1s
FAULTTIME ?= 1m

# Go turns cgo, and with it the race detector, off where there is no C compiler.
race = $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)

.PHONY: build reproducible sbom check-deploy test tools dashboard lint fuzz vuln bench microbench bench-faults score corpus soak

OUT ?= bin

# One static file, the same from the same commit, wherever that lies.
build:
	CGO_ENABLED=0 go build -trimpath -o $(OUT)/classifyd ./cmd/classifyd

# Builds HEAD in two places, of which one knows nothing of the other.
reproducible:
	@set -e; dir=$$(mktemp -d); trap 'chmod -R u+w $$dir; rm -rf $$dir' EXIT; \
	for place in one a/place/elsewhere; do \
		git clone --quiet . $$dir/$$place; \
		GOCACHE=$$dir/$$place.cache $(MAKE) --no-print-directory -C $$dir/$$place build OUT=$$dir/$$place.out; \
	done; \
	one=$$(sha256sum < $$dir/one.out/classifyd); other=$$(sha256sum < $$dir/a/place/elsewhere.out/classifyd); \
	[ "$$one" = "$$other" ] || { echo "two builds of one commit differ: $$one $$other"; exit 1; }; \
	echo "sha256 $$one"

# What is in that file, as CycloneDX.
sbom: build
	go run $(CYCLONEDX) bin -json -output $(OUT)/classifyd.cdx.json $(OUT)/classifyd

# What deploy has, against Kubernetes, KEDA, Compose, systemd and promtool.
check-deploy:
	cd deploy/check && go test ./...

# The output ends with each test that failed and what it said.
test: tools
	go run $(GOTESTSUM) --format pkgname --format-hide-empty-pkg --hide-summary skipped -- $(race) -timeout 20m ./...

# What the tests need beside Go: a program, its Debian package, and what is not
# tested without it.
define needed
redis-server redis-server the system on a real Redis
npm npm Graph's clients for JavaScript, and how the page is built
chromium chromium the page
python3 python3 the snippets in Python
curl curl the snippets in shell
promtool prometheus the alerts
systemd-analyze systemd the units
endef
export needed

# It is installed where that is possible. What is missing all the same is said,
# and with CI=true it is an error.
tools:
	@lacking() { echo "$$needed" | while read -r program package what; do \
		command -v $$program >/dev/null || eval echo "$$1"; done; }; \
	compiler() { [ "$$(go env CGO_ENABLED)" = 1 ] || echo "$$1"; }; \
	missing="$$(lacking '$$package') $$(compiler 'gcc libc6-dev')"; \
	if [ "$$missing" != " " ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	fi; \
	said="$$(lacking 'no $$program, so untested: $$what')$$(compiler ' no C compiler: the tests run without the race detector')"; \
	[ -z "$$said" ] || { echo "$$said"; [ "$$CI" != true ]; }

# The page for people, from its sources in api/dashboard/web. What comes out is
# committed; "go test ./api/dashboard -run TestPage -update" takes the screenshots.
dashboard:
	cd api/dashboard/web && npm ci --ignore-scripts --no-audit --no-fund && npm run build

lint:
	@files=$$(gofmt -l .); [ -z "$$files" ] || { echo "gofmt would change:" $$files; exit 1; }
	@set -e; for module in $(MODULES); do cd "$(CURDIR)/$$module"; echo "vet, fix, tidy and staticcheck in $$module"; \
		go vet ./...; \
		changes=$$(go fix -diff ./...); [ -z "$$changes" ] || { echo "go fix would change:"; echo "$$changes"; exit 1; }; \
		go mod tidy -diff; \
		go run $(STATICCHECK) ./...; \
	done
	@go vet -tags soak ./cmd/classifyd

# Each fuzz target for a short while.
fuzz:
	@grep -rlE '^func Fuzz' --include='*_test.go' . | while read -r file; do \
		for target in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' "$$file"); do \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x "$$(dirname "$$file")" || exit 1; \
		done; \
	done

# It leaves with 3 when it has found something, otherwise it could not look.
vuln:
	@GOBIN=$(CURDIR)/bin go install $(GOVULNCHECK)
	@bin/govulncheck ./... || case $$? in 3) exit 1;; *) echo "known vulnerabilities were not checked: no database";; esac

# The table of the README: ours beside what is bare, in about eight minutes.
# BENCH="--quick" has the four main figures in less than one, BENCH="--json" is
# for machines.
bench:
	@go run ./cmd/hammer bench $(BENCH)

# What stands beside the code of each hot path.
microbench:
	go test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) ./...
	cd worker/classify/compare && go test -bench . -benchtime $(BENCHTIME)

# Every fault for a while, each on daemons of its own, as a table.
bench-faults:
	go run ./cmd/hammer check --faults all --duration $(FAULTTIME)

# How well the engine finds what labelled data holds: make score DATA=path, of
# one or more files or directories. "go doc ./cmd/hammer/score" tells the formats
# and what counts; SCORE="--misses" lists what was missed.
score:
	@[ -n "$(DATA)" ] || { echo "make score DATA=path"; exit 1; }
	@go run ./cmd/hammer score $(SCORE) $(DATA)

# What the engine reports in 50 MB of text that holds nothing and in the source
# of Go, and what it finds of what was planted.
corpus:
	go test -count=1 -v -run '^TestCorpus' ./worker/classify -corpus 50

# Real processes at half of their speed, with gentle faults: what they and their
# Redis hold must not grow. RATE=200 is for a machine that others use, too.
DURATION ?= 30m
RATE ?= 0
soak:
	go test -tags soak -count=1 -v -timeout 0 -run '^TestSoak$$' ./cmd/classifyd -soak $(DURATION) -soakrate $(RATE)
