# Luodi. `make run` shows it, `make test` proves it; everything else is a part of those.
SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS   += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := build
.DELETE_ON_ERROR:

# One thing at a time, on two processors: the embedded server is a large program.
GOFLAGS_BUILD := -p 2
VERSION       := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS       := -X main.version=$(VERSION)

# The product needs no C compiler. Only the race detector does.
export CGO_ENABLED := 0

# Packages whose tests contain the embedded server: a race build of it would take
# longer than everything else together.
SERVER          := go.temporal.io/server/temporal
ENGINE_PACKAGES  = $(shell go list -test -f '{{$$p := .ImportPath}}{{range .Deps}}{{if eq . "$(SERVER)"}}{{$$p}}{{end}}{{end}}' ./... | sed -E 's/ .*//; s/(_test)?\.test$$//; s/_test$$//' | sort -u)
OTHER_PACKAGES   = $(filter-out $(ENGINE_PACKAGES),$(shell go list ./...))

.PHONY: run build web test test-go test-race test-engine test-web e2e bench lint fmt deps clean help

help: ## list the targets
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: build ## build, then run the demonstration on http://127.0.0.1:8080
	exec bin/luodi serve --demo --listen 127.0.0.1:8080

build: web ## build bin/luodi with the workbench inside
	go build $(GOFLAGS_BUILD) -ldflags '$(LDFLAGS)' -o bin/luodi ./cmd/luodi

web: web/node_modules ## build the workbench into web/dist
	cd web && npm run build

# npm ci empties the folder first, so the folder's time is that of the last success.
web/node_modules: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	touch $@

test: deps lint test-go test-web e2e ## everything: linters, Go, web, end to end
	@echo 'make test: all passed'

test-go: test-race test-engine ## all Go tests

test-race: deps ## Go tests under the race detector, but for those with the server inside
	CGO_ENABLED=1 go test $(GOFLAGS_BUILD) -race -timeout 15m $(OTHER_PACKAGES)

test-engine: build ## Go tests with the embedded server inside, kill -9 included
	go test $(GOFLAGS_BUILD) -timeout 25m $(ENGINE_PACKAGES)

test-web: web/node_modules ## type check, lint and unit tests of the workbench
	cd web && npm run check && npm test

e2e: build ## a browser walks a review from start to end
	cd web && LUODI_BIN=$(CURDIR)/bin/luodi npm run e2e

bench: build deps ## speed, as ratios measured in one run
	bin/luodi bench
	go test $(GOFLAGS_BUILD) ./api -run '^$$' -bench BenchmarkReview -benchtime 100x | grep -E 'PASS |MISS |^(FAIL|ok)'
	go test $(GOFLAGS_BUILD) ./internal/store -run '^$$' -bench BenchmarkInbox -benchtime 1x -timeout 30m | grep -E 'PASS |MISS |TOLD |^(FAIL|ok)'
	go test $(GOFLAGS_BUILD) ./internal/store -run '^$$' -bench BenchmarkBulletin -benchtime 1x -timeout 30m | grep -E 'PASS |MISS |TOLD |^(FAIL|ok)'
	bin/luodi rulebook bench

lint: bin/golangci-lint bin/workflowcheck web/node_modules ## linters, import rules, workflow determinism
	bin/golangci-lint run ./... || bin/golangci-lint run ./... # its loader now and then fails to import a standard package, once
	bin/workflowcheck -config .workflowcheck.yaml ./workflows/...
	go vet -tags external ./cmd/... ./internal/engine

fmt: bin/golangci-lint ## format Go
	bin/golangci-lint fmt ./...

# The linters are a module of their own, so that they don't decide Luodi's versions.
bin/golangci-lint bin/workflowcheck &: internal/tools/go.mod internal/tools/go.sum
	cd internal/tools && go build $(GOFLAGS_BUILD) -ldflags '-s -w' -o $(CURDIR)/bin/ tool
	touch bin/golangci-lint bin/workflowcheck

deps: ## install the programs that the tests need (Debian, as root), or say which are missing
	@.ci/deps

clean: ## remove what was built
	rm -rf bin web/dist/assets web/dist/index.html web/node_modules
