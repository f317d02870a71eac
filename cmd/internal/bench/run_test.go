package bench

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// says is a way that takes no time and gives the values told, one a turn. The first turn of all is the one
// before the rounds.
func says(name string, log *[]string, values ...float64) Way {
	return Way{Name: name, Run: func(b *B) {
		*log = append(*log, name)
		b.Report(values[0])
		if len(values) > 1 {
			values = values[1:]
		}
	}}
}

// In each round each way has one turn, forwards and backwards in turn, and ratios are taken within the
// round: a machine that is ten times slower in the second round changes nothing.
func TestRatiosAreTakenWithinARound(t *testing.T) {
	var log []string
	s := &Scenario{Name: "s", Unit: "B", CPU: 1, Ways: []Way{
		says("a", &log, 1, 100, 1000, 100),
		says("b", &log, 1, 50, 500, 50),
		{Name: "c", Skip: "not here", Run: func(*B) { t.Error("a way that cannot run was run") }},
	}}
	steps := 0
	r := Run(context.Background(), Config{Count: 3, CPUs: []int{1}, Progress: func(done, of int, what string) {
		if steps++; done != steps || of != 12 || what != "s" {
			t.Errorf("progress %d of %d, %s; step %d", done, of, what, steps)
		}
	}}, []*Scenario{s})
	if got, want := strings.Join(log, ""), "ab"+"ab"+"ba"+"ab"; got != want {
		t.Errorf("turns %s, want %s", got, want)
	}
	rows := r.Scenarios[0].Rows
	if !slices.Equal(rows[1].Ratios, []float64{.5, .5, .5}) || !slices.Equal(rows[1].Values, []float64{50, 500, 50}) ||
		!slices.Equal(rows[0].Ratios, []float64{1, 1, 1}) || rows[2].Ratios != nil || r.Interrupted {
		t.Errorf("%+v", rows)
	}
}

// A run that is interrupted tells what there is, and does nothing more.
func TestInterruptedRunTellsWhatThereIs(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var log []string
	b := says("b", &log, 5)
	turns := 0
	s := &Scenario{Name: "s", Unit: "B", CPU: 1, Ways: []Way{
		{Name: "a", Run: func(b *B) {
			log = append(log, "a")
			if turns++; turns == 3 { // the second round, which goes backwards
				cancel()
			}
			b.Report(10)
		}}, b,
	}}
	last := &Scenario{Name: "last", Unit: "B", CPU: 1, Huge: true, Ways: []Way{says("x", &log, 1)}}
	r := Run(ctx, Config{Count: 100, CPUs: []int{1}}, []*Scenario{last, s})
	if got, want := strings.Join(log, ""), "ab"+"ab"+"ba"; got != want {
		t.Errorf("turns %s, want %s", got, want)
	}
	if !r.Interrupted || r.Complete() != 2 || !slices.Equal(r.Scenarios[1].Rows[1].Ratios, []float64{.5, .5}) {
		t.Errorf("%+v", r)
	}
	var text strings.Builder
	if err := r.WriteText(&text); err != nil || !strings.Contains(text.String(), "\ninterrupted: 2 of 100 rounds\n") || strings.Contains(text.String(), "last") {
		t.Errorf("%v\n%s", err, &text)
	}
	if err := r.WriteHTML(&text); err != nil {
		t.Error(err)
	}
}

// The run before the rounds finds how often a way fills its slot; memory is weighed once.
func TestTurnsFillTheirSlots(t *testing.T) {
	var ns []int
	spin := func(b *B) {
		ns = append(ns, b.N)
		b.Start()
		for began := time.Now(); time.Since(began) < time.Duration(b.N)*10*time.Microsecond; {
		}
		b.Stop()
	}
	Run(context.Background(), Config{Count: 1, Time: 20 * time.Millisecond, CPUs: []int{1}},
		[]*Scenario{{Name: "s", Unit: "ns", CPU: 1, Ways: []Way{{Name: "a", Run: spin}}}})
	if len(ns) < 2 || ns[0] != 1 || ns[len(ns)-1] < 2 || ns[len(ns)-1] > 1000 {
		t.Errorf("operations a turn: %v, want 1 and more, at most 1000", ns)
	}
	for _, c := range []struct {
		n          int
		took, slot time.Duration
		want       int
	}{
		{1, time.Microsecond, time.Millisecond, 100},            // no leap
		{1000, time.Microsecond, time.Second, 100_000},          //
		{1000, time.Millisecond, 10 * time.Millisecond, 10_000}, // in proportion
		{1, time.Second, time.Millisecond, 0},                   // too long even once
		{1 << 30, time.Nanosecond, time.Hour, 1<<31 - 1},        // no overflow
	} {
		if got := grow(c.n, c.took, c.slot); got != c.want {
			t.Errorf("grow(%d, %v, %v) = %d, want %d", c.n, c.took, c.slot, got, c.want)
		}
	}
}

// A way that does not do its job is told in the table, is not run again, and fails the run.
func TestFailureIsTold(t *testing.T) {
	runs := 0
	s := &Scenario{Name: "s", Unit: "ns", CPU: 1, Ways: []Way{{Name: "a", Run: func(b *B) {
		runs++
		b.Expect("wakes", 3, 4)
		b.Expect("waits", 5, 6)
	}}}}
	r := Run(context.Background(), Config{Count: 3, CPUs: []int{1}}, []*Scenario{s})
	if err := r.Failed(); runs != 1 || err == nil || err.Error() != "s: a: wakes: 3, want 4" {
		t.Errorf("%d runs, %v", runs, err)
	}
	var text strings.Builder
	if r.WriteText(&text); !strings.Contains(text.String(), "a: FAILED: wakes: 3, want 4\n") {
		t.Errorf("%s", &text)
	}
}

// -run takes scenarios, or single ways with what they are compared with.
func TestSelect(t *testing.T) {
	names := func(match string, small bool) (all []string) {
		c := Config{CPUs: []int{2}, Small: small}
		if match != "" {
			c.Match = regexp.MustCompile(match)
		}
		for _, s := range Select(c) {
			for _, w := range s.Ways {
				all = append(all, fmt.Sprintf("%s: %s", s.Name, w.Name))
			}
		}
		return all
	}
	if got, want := names("^wake/stored: Cell$", false), []string{"wake/stored: chan (cap 1)", "wake/stored: Cell"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := names("^keys/deliver$", false); len(got) != 3 {
		t.Errorf("%q", got)
	}
	if all, small := names("", false), names("", true); len(small) == 0 || len(small) >= len(all) ||
		slices.ContainsFunc(small, func(s string) bool { return strings.Contains(s, "00000") }) {
		t.Errorf("%d ways, %d if small", len(all), len(small))
	}
	if got := names("nothing", false); got != nil {
		t.Errorf("%q", got)
	}
}
