package main

import "testing"

// What `make bench` runs, with one short round of one scenario.
func TestRatiosOfAPackage(t *testing.T) {
	c := config{pkg: "github.com/rouse-go/rouse/waitcell", bench: "^BenchmarkWakeStored$", benchtime: "1x", cpu: "1", rounds: 1}
	if err := run(c); err != nil {
		t.Error(err)
	}
	c.bench = "^none$"
	if err := run(c); err == nil {
		t.Error("no benchmark, and no error")
	}
}
