package bench

import (
	"bytes"
	"reflect"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// example is a run: one scenario that we win, one that we lose, one of latencies, one with nothing in it.
func example() *Report {
	return &Report{
		Header: Header{
			Date: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), CPU: "A CPU", CPUs: 2, OS: "linux", Arch: "amd64", Go: "go1.26.8",
			Procs: []int{1, 2}, Module: "github.com/rouse-go/rouse", Version: "v1.0.0",
		},
		Rounds: 4,
		Scenarios: []Result{
			{Name: "win", What: "ours is faster", Unit: "ns", CPU: 2, Rows: []Row{
				{Way: "chan", Values: []float64{10, 20, 12, 11}, Ratios: []float64{1, 1, 1, 1}},
				{Way: "Cell", Ours: true, Values: []float64{5, 10, 6, 5.5}, Ratios: []float64{.5, .5, .5, .5}, Allocs: 2},
			}},
			{Name: "loss", What: "ours is slower", Unit: "ns", CPU: 1, Rows: []Row{
				{Way: "chan", Values: []float64{1000, 1000, 1000, 1000}, Ratios: []float64{1, 1, 1, 1}},
				{Way: "Cell", Ours: true, Values: []float64{1e6, 2e6, 3e6, 4e6}, Ratios: []float64{1000, 2000, 3000, 4000}},
				{Way: "odd", Skip: "not on this system"},
				{Way: "bad <b>", Error: "wakes: 3, want 4"},
			}},
			{Name: "late", What: "how late", Unit: "ns p50", CPU: 2, Rows: []Row{
				{Way: "chan", Values: []float64{100}, Ratios: []float64{1}, Latency: []Percentile{{0, 90}, {50, 100}, {99, 1000}, {100, 5000}}},
				{Way: "Cell", Ours: true, Values: []float64{50}, Ratios: []float64{.5}, Latency: []Percentile{{0, 40}, {50, 50}, {99, 2000}, {100, 5000}}},
			}},
			{Name: "empty", Rows: []Row{{Way: "chan"}}},
		},
	}
}

const exampleText = `github.com/rouse-go/rouse v1.0.0, 2026-11-22 12:00 UTC
A CPU, 2 CPUs, linux/amd64, go1.26.8, GOMAXPROCS=1,2
4 rounds, interleaved
Ratios are to the first row, round by round: under 1 is less time, or less memory. Median, and from the lowest to the highest.

win (GOMAXPROCS=2)
  ours is faster
  ratio     spread    ns  allocs  way
   1.00  1.00-1.00  11.5       0    chan
   0.50  0.50-0.50  5.75       2  * Cell

loss (GOMAXPROCS=1)
  ours is slower
  ratio       spread         ns  allocs  way
   1.00    1.00-1.00      1,000       0    chan
  2,500  1,000-4,000  2,500,000       0  * Cell
      -            -          -       -    odd: skipped: not on this system
      -            -          -       -    bad <b>: FAILED: wakes: 3, want 4

late (GOMAXPROCS=2)
  how late
  ratio     spread  ns p50  p99, ns  way
   1.00  1.00-1.00     100    1,000    chan
   0.50  0.50-0.50    50.0    2,000  * Cell
`

// What people see, to the letter: losses as wins, ours marked, what did not run and why.
func TestText(t *testing.T) {
	var b strings.Builder
	if err := example().WriteText(&b); err != nil {
		t.Fatal(err)
	}
	if b.String() != exampleText {
		t.Errorf("got\n%s\nwant\n%s", &b, exampleText)
	}
}

// From six rounds on the range is a confidence interval, which leaves out an outlier when there are enough.
func TestSpread(t *testing.T) {
	if m, lo, hi := median([]float64{3, 1, 2}); m != 2 || lo != 1 || hi != 3 {
		t.Errorf("three: %v %v-%v", m, lo, hi)
	}
	many := []float64{100, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
	if m, lo, hi := median(many); m != 1 || lo != 1 || hi != 1 {
		t.Errorf("many: %v %v-%v", m, lo, hi)
	}
	if many[0] != 100 {
		t.Error("the values were moved")
	}
}

func TestNumbers(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0.00", 0.004: "0.0040", 0.014: "0.01", 1: "1.00", 12.34: "12.3", 123.4: "123", 1234: "1,234", 1234567: "1,234,567", -4321: "-4,321",
	} {
		if got := number(v); got != want {
			t.Errorf("%v is written %s, want %s", v, got, want)
		}
	}
}

// What -json writes, -compare reads: all of it.
func TestJSONRoundTrip(t *testing.T) {
	var b bytes.Buffer
	want := example()
	if err := want.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	got, err := Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	for _, bad := range []string{"", "{}", "[]", "text", `{"scenarios":3}`} {
		if _, err := Read(strings.NewReader(bad)); err == nil {
			t.Errorf("%q was read as a report", bad)
		}
	}
}

// Ratios are compared, and of the first row the value; a change is told only if there is one beyond chance.
func TestCompare(t *testing.T) {
	old, now := example(), example()
	now.Scenarios[0].Rows[1].Ratios = []float64{.8, .9, .85, .7}
	now.Scenarios[1].Rows[0].Values = []float64{500, 510, 505, 502}
	now.Scenarios[1].Rows[1].Ratios = []float64{2000, 3000, 1000, 4000}
	now.Scenarios[2].Name = "new"
	var b strings.Builder
	if err := Compare(&b, old, now); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(b.String()), " ")
	for _, want := range []string{
		"old: v1.0.0, 2026-11-22 12:00, A CPU new: v1.0.0, 2026-11-22 12:00, A CPU",
		"win Cell 0.50 0.82 +65.00% 0.029",
		"loss chan 1,000 ns 504 ns -49.65% 0.029",
		"loss Cell 2,500 2,500 ~ 1.000",
		"win chan 11.5 ns 11.5 ns ~",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
	if n := len(Changes(old, now)); n != 4 || strings.Contains(got, "late") {
		t.Errorf("%d changes\n%s", n, &b)
	}
}

// The machine is named.
func TestHeaderSaysWhere(t *testing.T) {
	h := header(Config{CPUs: []int{1, 2}})
	if h.CPU == "" || h.CPUs < 1 || h.Version == "" || !strings.HasPrefix(h.Go, "go") && !strings.HasPrefix(h.Go, "devel") || h.Date.IsZero() {
		t.Errorf("%+v", h)
	}
}

// The version is the library's; in a clone it is the program's, with the commit, told once.
func TestVersion(t *testing.T) {
	module := func(path, v string, replaced bool) *debug.Module {
		m := &debug.Module{Path: path, Version: v}
		if replaced {
			m.Replace = &debug.Module{Path: "../"}
		}
		return m
	}
	commit := []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef0123"}, {Key: "vcs.modified", Value: "true"}}
	for want, info := range map[string]*debug.BuildInfo{
		"(devel)": {},
		"v1.2.3":  {Main: debug.Module{Version: "v0.9.0"}, Deps: []*debug.Module{module("github.com/rouse-go/rouse", "v1.2.3", false)}},
		"(devel) commit 0123456789ab with changes": {Deps: []*debug.Module{module("github.com/rouse-go/rouse", "v0.0.0", true)}, Settings: commit},
		"v0.0.0-20261122-0123456789ab+dirty":       {Main: debug.Module{Version: "v0.0.0-20261122-0123456789ab+dirty"}, Settings: commit},
	} {
		if got := version(info); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
