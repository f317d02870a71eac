package bench

import (
	"context"
	"math"
	"regexp"
	"runtime"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Config is how much to measure.
type Config struct {
	Time     time.Duration                // for each row, over all rounds; 0: a row's share of whole, one second at most
	Count    int                          // rounds
	CPUs     []int                        // GOMAXPROCS: round trips with each, the rest with the last
	Match    *regexp.Regexp               // scenarios, or "scenario: way" for rows
	Small    bool                         // without the huge ones
	Progress func(done, of int, s string) // may be nil
}

// whole is how long a run of everything takes if no time is given, more or less.
const whole = 100 * time.Second

// Select returns the scenarios that match. Where only some ways do, they are kept with the one that
// they are compared with.
func Select(c Config) []*Scenario {
	all := Scenarios(c.CPUs)
	if c.Small {
		all = slices.DeleteFunc(all, func(s *Scenario) bool { return s.Huge })
	}
	if c.Match == nil {
		return all
	}
	return slices.DeleteFunc(all, func(s *Scenario) bool {
		if c.Match.MatchString(s.Name) {
			return false
		}
		found := false
		kept := s.Ways[:0:0]
		for i, w := range s.Ways {
			hit := c.Match.MatchString(s.Name + ": " + w.Name)
			found = found || hit
			if hit || i == 0 {
				kept = append(kept, w)
			}
		}
		s.Ways = kept
		return !found
	})
}

// Run measures, until it is done or ctx is, and returns what there is by then.
func Run(ctx context.Context, c Config, scenarios []*Scenario) *Report {
	r := &Report{Header: header(c), Rounds: c.Count}
	rows, steps := 0, 0
	for _, s := range scenarios {
		rows += len(s.Ways)
		steps += len(s.Ways) * s.weight() * (c.Count + 1)
	}
	each := c.Time
	if each == 0 {
		each = min(whole/time.Duration(max(rows, 1)), time.Second)
	}
	course := &course{
		Config: c, ctx: ctx, of: steps,
		slot: max(each/time.Duration(c.Count+1), 10*time.Microsecond),
	}
	r.Scenarios = make([]Result, len(scenarios))
	for _, huge := range []bool{false, true} {
		for round := -1; round < c.Count; round++ {
			for i, s := range scenarios {
				switch {
				case s.Huge != huge:
				case round < 0:
					r.Scenarios[i] = course.begin(s)
				default:
					course.round(s, &r.Scenarios[i], round)
				}
			}
		}
	}
	r.Interrupted = ctx.Err() != nil
	for i := range r.Scenarios {
		r.Scenarios[i].summarize()
	}
	return r
}

// A course is a run under way.
type course struct {
	Config
	ctx      context.Context
	slot     time.Duration // for a turn of a row
	done, of int
}

func (c *course) step(s *Scenario) {
	c.done += s.weight()
	if c.Progress != nil {
		c.Progress(c.done, c.of, s.Name)
	}
}

// weight is how long a turn takes, more or less, for the time that is left to be told.
func (s *Scenario) weight() int {
	if s.Huge {
		return 3
	}
	return 1
}

// begin is the round before the first: it finds out how often each way can do the job in its slot.
func (c *course) begin(s *Scenario) Result {
	res := Result{Name: s.Name, What: s.What, Unit: s.Unit, CPU: s.CPU, every: 1}
	for i := range s.Ways {
		w := &s.Ways[i]
		row := Row{Way: w.Name, Ours: w.Ours, Skip: w.Skip, n: 1}
		for w.Skip == "" && c.ctx.Err() == nil {
			took, err := c.try(s, w, row.n)
			if err != nil {
				row.Error = err.Error()
				break
			}
			// With what it takes to make goroutines and wait for them, a turn may be longer than its slot.
			// Then the scenario sits out some rounds.
			res.every = max(res.every, int(took/(2*c.slot)))
			next := grow(row.n, took, c.slot)
			if s.once() || took >= c.slot/2 || next <= row.n {
				break
			}
			row.n = next
		}
		res.Rows = append(res.Rows, row)
		c.step(s)
	}
	res.every = max(1, min(res.every, c.Count/3))
	return res
}

// try does the job n times to see how long that takes: twice, for the machine may have been busy
// with something else in the one, unless that is very long.
func (c *course) try(s *Scenario, w *Way, n int) (took time.Duration, err error) {
	for again := range 2 {
		began := time.Now()
		if _, err := s.measure(w, n); err != nil {
			return 0, err
		}
		d := time.Since(began)
		if again == 0 || d < took {
			took = d
		}
		if s.once() || s.Huge {
			break
		}
	}
	return took, nil
}

// once reports whether the job is done once a turn, whatever the time.
func (s *Scenario) once() bool { return s.Unit == "B" }

// grow is how many operations fill the slot, if n took so long. It does not leap: the first ones are slow.
func grow(n int, took, slot time.Duration) int {
	per := max(float64(took)/float64(n), 0.2)
	return int(min(float64(slot)/per, 100*float64(n), math.MaxInt32))
}

// round has each way do the job once, in turns forwards and backwards.
func (c *course) round(s *Scenario, res *Result, round int) {
	values := make([]float64, len(s.Ways))
	for i := range s.Ways {
		if round%2 == 1 {
			i = len(s.Ways) - 1 - i
		}
		c.step(s)
		row := &res.Rows[i]
		if round%res.every != 0 || row.Skip != "" || row.Error != "" || c.ctx.Err() != nil {
			continue
		}
		runtime.GC() // the one before leaves no garbage to this one
		began := time.Now()
		m, err := s.measure(&s.Ways[i], row.n)
		if err != nil {
			row.Error = err.Error()
			continue
		}
		if took := time.Since(began); took < c.slot/2 && !s.once() { // it was slower before the rounds
			row.n = max(row.n, min(4*row.n, grow(row.n, took, c.slot)))
		}
		values[i] = m.value
		row.Values = append(row.Values, m.value)
		row.Allocs = m.mallocs
		if m.latency != nil {
			if row.hist == nil {
				row.hist = newLatency()
			}
			row.hist.Merge(m.latency)
		}
	}
	if values[0] <= 0 {
		return
	}
	for i, v := range values {
		if v > 0 {
			res.Rows[i].Ratios = append(res.Rows[i].Ratios, v/values[0])
		}
	}
}

// summarize writes down what the histograms hold.
func (res *Result) summarize() {
	for i := range res.Rows {
		row := &res.Rows[i]
		if row.hist == nil || row.hist.TotalCount() == 0 {
			continue
		}
		for _, b := range row.hist.CumulativeDistributionWithTicks(2) {
			row.Latency = append(row.Latency, Percentile{b.Quantile, b.ValueAt})
		}
	}
}

type histogram = hdrhistogram.Histogram
