package main

import (
	"strings"
	"testing"
)

// Ratios are taken within a round, against the first implementation of a scenario, and the
// median is over rounds: a machine twice as slow in the second round changes nothing.
func TestRatiosAreTakenWithinARound(t *testing.T) {
	var tab table
	for _, out := range []string{
		"cpu: X\nBenchmarkA/impl=chan-2 10 100 ns/op 0 B/op 0 allocs/op\nBenchmarkA/impl=cell-2 10 50 ns/op 0 B/op 3 allocs/op\n",
		"cpu: X\nBenchmarkA/impl=chan-2 10 200 ns/op 0 B/op 0 allocs/op\nBenchmarkA/impl=cell-2 10 100 ns/op 0 B/op 3 allocs/op\n",
	} {
		tab.begin()
		if err := tab.add(strings.NewReader(out)); err != nil {
			t.Fatal(err)
		}
	}
	var b strings.Builder
	if err := tab.print(&b); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(b.String()), " ")
	if want := "| A | cell | 75.0 ns | 0.50 | 0.50-0.50 | 3 |"; !strings.Contains(got, want) {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// Against another commit, each benchmark is compared with itself, the old binary running first.
func TestOldIsComparedByName(t *testing.T) {
	tab := table{againstOld: true}
	tab.begin()
	for _, out := range []string{
		"BenchmarkA/impl=chan-2 10 100 ns/op\nBenchmarkA/impl=cell-2 10 50 ns/op\n",
		"BenchmarkA/impl=chan-2 10 100 ns/op\nBenchmarkA/impl=cell-2 10 25 ns/op\n",
	} {
		if err := tab.add(strings.NewReader(out)); err != nil {
			t.Fatal(err)
		}
	}
	if len(tab.rows) != 2 || tab.rows[1].ratio[0] != 0.5 {
		t.Errorf("%+v", tab.rows)
	}
}
