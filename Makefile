# What people run; CI runs `preflight`. Nothing here needs more than Go.
BENCH_PACKAGES = ./waitcell ./waitqueue ./osbridge/doorbell
ROUNDS = 10

.PHONY: preflight test race explore bench bench-compare mutants

preflight:     ## all that CI runs
	.ci/run

test:          ## the tests of both modules
	go test ./...
	cd cmd && go test ./...

race:          ## the same under the race detector
	go test -race ./...
	cd cmd && go test -race ./...

explore:       ## the interleaving explorer's scenarios
	go test -tags explore ./...

bench:         ## ratios to what one would use instead, from interleaved runs
	for p in $(BENCH_PACKAGES); do go run ./cmd/ratio -rounds $(ROUNDS) $$p || exit 1; done

bench-compare: ## this tree against another commit: make bench-compare REF=main~1
	for p in $(BENCH_PACKAGES); do go run ./cmd/ratio -rounds $(ROUNDS) -old $(REF) $$p || exit 1; done

mutants:       ## small breaks of the source, each of which its layer of tests must catch
	go run ./cmd/mutants
