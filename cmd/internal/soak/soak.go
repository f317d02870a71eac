// Package soak runs everything that the library has, mixed, for as long as one likes: waits that are
// cancelled, that time out, that are closed upon, and wakes from all sides. It counts what went in and
// what came out, and watches that neither goroutines nor memory grow and that nothing hangs.
//
// A station is one primitive in use. It runs rounds, each with structures and goroutines of its own, and
// a round ends with all of them joined and the account made up: In = Taken + Stored + Refused. All
// stations run at once.
package soak

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A Tally is the account of one or of many rounds.
type Tally struct {
	In      int64 // wakes, values, signals: whatever the station counts
	Taken   int64 // by waits
	Stored  int64 // there at the end of the round
	Refused int64 // closed, or nobody registered: it stayed with its sender

	Cancelled, TimedOut, Closed, Replaced int64 // waits that ended so
}

func (t *Tally) add(u *Tally) {
	t.In += u.In
	t.Taken += u.Taken
	t.Stored += u.Stored
	t.Refused += u.Refused
	t.Cancelled += u.Cancelled
	t.TimedOut += u.TimedOut
	t.Closed += u.Closed
	t.Replaced += u.Replaced
}

// check returns an error if something was lost or doubled.
func (t *Tally) check() error {
	if t.In != t.Taken+t.Stored+t.Refused {
		return fmt.Errorf("%d in, but %d taken, %d stored and %d refused", t.In, t.Taken, t.Stored, t.Refused)
	}
	return nil
}

// A station runs one round, with random numbers of its own.
type station struct {
	name  string
	round func(*rand.Rand) (Tally, error)
}

// Config says what to run.
type Config struct {
	For  time.Duration
	Seed uint64
	Hang time.Duration // a round that takes longer hangs

	// Progress, if not nil, is told once a second.
	Progress func(elapsed time.Duration, rounds, operations int64)

	stations []station     // tests have others
	slack    time.Duration // for goroutines that have done their work and not yet ended
}

// A Report is what came of it.
type Report struct {
	Seed       uint64
	Elapsed    time.Duration
	Stations   []Row
	Goroutines Growth
	Heap       Growth // bytes in use after a collection
	Violation  string // "": none
	Stacks     string // of a hang
	Skipped    []string
}

// A Row is one station's.
type Row struct {
	Name   string
	Rounds int64
	Tally
}

// Growth is what was there when the first rounds were over, at most, and in the end. It is
// looked at while no round runs.
type Growth struct{ First, Most, Last int64 }

func (g *Growth) note(n int64) {
	if g.First == 0 {
		g.First = n
	}
	g.Most = max(g.Most, n)
	g.Last = n
}

// runner is a soak that runs.
type runner struct {
	Config
	start time.Time
	gate  sync.RWMutex // a round holds it for reading; who samples, for writing

	began []atomic.Int64 // when each station's round began, since start; 0: none runs

	mu     sync.Mutex
	report Report
	fail   context.CancelFunc
}

// Run runs all stations until c.For has passed, ctx is done, or something is wrong. After a
// hang, goroutines are left behind.
func Run(ctx context.Context, c Config) *Report {
	r := &runner{Config: c, start: time.Now()}
	r.report.Seed = c.Seed
	if r.slack == 0 {
		r.slack = 5 * time.Second
	}
	if r.stations == nil {
		r.stations, r.report.Skipped = all()
	}
	r.began = make([]atomic.Int64, len(r.stations))
	for _, s := range r.stations {
		r.report.Stations = append(r.report.Stations, Row{Name: s.name})
	}
	ctx, r.fail = context.WithTimeout(ctx, c.For)
	defer r.fail()

	var rounds sync.WaitGroup
	for i := range r.stations {
		rounds.Go(func() { r.loop(ctx, i) })
	}
	rounds.Go(func() { r.sampler(ctx) })
	over, hung := make(chan struct{}), make(chan struct{})
	go func() { rounds.Wait(); close(over) }()
	watching, stop := context.WithCancel(context.Background())
	defer stop()
	go r.watch(watching, hung)

	select {
	case <-over:
		r.sample()
	case <-hung:
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Elapsed = time.Since(r.start)
	report := r.report
	report.Stations = append([]Row(nil), r.report.Stations...)
	return &report
}

// loop runs a station's rounds.
func (r *runner) loop(ctx context.Context, i int) {
	s := r.stations[i]
	for n := uint64(0); ctx.Err() == nil; n++ {
		r.gate.RLock()
		r.began[i].Store(int64(time.Since(r.start)) + 1)
		t, err := s.round(rand.New(rand.NewPCG(r.Seed+n, uint64(i))))
		r.began[i].Store(0)
		r.gate.RUnlock()
		if err == nil {
			err = t.check()
		}
		r.mu.Lock()
		row := &r.report.Stations[i]
		row.Rounds++
		row.Tally.add(&t)
		r.mu.Unlock()
		if err != nil {
			r.violation(fmt.Sprintf("%s, round %d of seed %d: %v", s.name, n, r.Seed, err))
		}
	}
}

// violation notes the first thing that is wrong, and ends the soak.
func (r *runner) violation(what string) {
	r.mu.Lock()
	if r.report.Violation == "" {
		r.report.Violation = what
	}
	r.mu.Unlock()
	r.fail()
}

// watch looks for hangs, and tells of the progress.
func (r *runner) watch(ctx context.Context, hung chan<- struct{}) {
	tick := time.NewTicker(min(time.Second, r.Hang/4+1))
	defer tick.Stop()
	var told time.Duration
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		elapsed := time.Since(r.start)
		for i := range r.began {
			if b := r.began[i].Load(); b != 0 && elapsed-time.Duration(b) > r.Hang {
				stacks := make([]byte, 4<<20)
				stacks = stacks[:runtime.Stack(stacks, true)]
				r.mu.Lock()
				r.report.Stacks = string(stacks)
				r.mu.Unlock()
				r.violation(fmt.Sprintf("%s: a round of seed %d hangs, for %v now", r.stations[i].name, r.Seed, (elapsed - time.Duration(b)).Round(time.Millisecond)))
				close(hung)
				return
			}
		}
		if r.Progress != nil && elapsed-told >= time.Second {
			told = elapsed
			rounds, operations := r.count()
			r.Progress(elapsed, rounds, operations)
		}
	}
}

func (r *runner) count() (rounds, operations int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.report.Stations {
		rounds += s.Rounds
		operations += s.In + s.Taken + s.Cancelled + s.TimedOut + s.Closed + s.Replaced
	}
	return rounds, operations
}
