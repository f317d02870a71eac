package bench

import (
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// Every way of every scenario does its job a few times: its own checks hold, and no goroutine
// is left.
func TestEveryWayDoesItsJob(t *testing.T) {
	for _, s := range Scenarios([]int{1, 2}) {
		for i := range s.Ways {
			w := &s.Ways[i]
			t.Run(s.Name+"/"+w.Name, func(t *testing.T) {
				n := 11
				switch {
				case w.Skip != "":
					t.Skip(w.Skip)
				case s.Huge && raceEnabled:
					t.Skip("the race detector cannot have so many goroutines")
				case s.Huge:
					n = 2
				}
				m, err := s.measure(w, n)
				if err != nil {
					t.Fatal(err)
				}
				if m.value < 0 || s.Unit != "B" && m.elapsed <= 0 {
					t.Errorf("%v %s in %v", m.value, s.Unit, m.elapsed)
				}
				if strings.HasSuffix(s.Unit, "p50") != (m.latency != nil) || m.latency != nil && m.latency.TotalCount() != int64(n) {
					t.Errorf("latencies: %v", m.latency)
				}
				goleak.VerifyNone(t)
			})
		}
	}
}

// The table of what is measured: each scenario once, something to compare with in front, and
// one of ours at the least.
func TestScenariosHaveSomethingToCompareWith(t *testing.T) {
	seen := map[string]bool{}
	bases := map[string]string{}
	for _, j := range jobs() {
		bases[j.name] = j.base
	}
	for _, s := range Scenarios([]int{1, 2, 5}) {
		if seen[s.Name] {
			t.Errorf("%s is there twice", s.Name)
		}
		seen[s.Name] = true
		name, _, each := strings.Cut(s.Name, "/P=")
		if s.Ways[0].Name != bases[name] || s.Ways[0].Ours {
			t.Errorf("%s is compared with %s, want %s", s.Name, s.Ways[0].Name, bases[name])
		}
		if !slices.ContainsFunc(s.Ways, func(w Way) bool { return w.Ours }) {
			t.Errorf("%s has nothing of ours", s.Name)
		}
		if !each && s.CPU != 5 {
			t.Errorf("%s runs with GOMAXPROCS=%d, want the last", s.Name, s.CPU)
		}
	}
	for _, name := range []string{
		"wake/stored", "wake/wait", "roundtrip/plain/P=1", "roundtrip/context/P=2", "roundtrip/locked/P=2",
		"handover/waiters=100", "events/producers=8", "broadcast/waiters=1", "broadcast/waiters=100000",
		"cancel/storm=10000", "memory/fresh", "memory/parked", "latency", "call/callers=8/P=2", "lock/goroutines=8/P=2",
	} {
		if !seen[name] {
			t.Errorf("no scenario %s", name)
		}
	}
}
