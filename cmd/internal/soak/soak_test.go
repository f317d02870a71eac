package soak

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Every station, some rounds, each with nothing lost.
func TestStations(t *testing.T) {
	stations, skipped := all()
	for _, why := range skipped {
		t.Log("skipped:", why)
	}
	for _, s := range stations {
		t.Run(s.name, func(t *testing.T) {
			var sum Tally
			for seed := range uint64(30) {
				got, err := s.round(rand.New(rand.NewPCG(seed, 0)))
				if err == nil {
					err = got.check()
				}
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				sum.add(&got)
			}
			t.Logf("%+v", sum)
			if sum.Taken == 0 || sum.Cancelled == 0 {
				t.Errorf("nothing happens in this station: %+v", sum)
			}
		})
	}
}

// All of them at once.
func TestSoak(t *testing.T) {
	var told int
	r := Run(t.Context(), Config{For: 1500 * time.Millisecond, Seed: 1, Hang: time.Minute,
		Progress: func(time.Duration, int64, int64) { told++ }})
	if r.Violation != "" || r.Goroutines.Most > r.Goroutines.First || told == 0 {
		t.Fatalf("%+v, progress told %d times", r, told)
	}
	for _, s := range r.Stations {
		if s.Rounds == 0 || s.Taken == 0 {
			t.Errorf("%+v", s)
		}
	}
}

// A cancelled context ends it early, and the figures are there.
func TestCancelledSoakHasFigures(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := Run(ctx, Config{For: time.Hour, Hang: time.Minute, stations: []station{{"once", func(*rand.Rand) (Tally, error) {
		cancel()
		return Tally{In: 1, Taken: 1}, nil
	}}}})
	if r.Violation != "" || r.Stations[0].Rounds != 1 || r.Elapsed > time.Minute {
		t.Fatalf("%+v", r)
	}
}

// What a soak is there to find is found.
func TestViolationsAreFound(t *testing.T) {
	hold := make(chan struct{})
	var kept [][]byte
	rounds := 0 // a leak in every thousandth: there must be one after the first look, and not too many before
	now := func() bool { rounds++; return rounds%1000 == 0 }
	for _, c := range []struct {
		name, want string
		round      func(*rand.Rand) (Tally, error)
	}{
		{"loses", "round 0 of seed 7: 3 in, but 2 taken, 0 stored and 0 refused", func(*rand.Rand) (Tally, error) { return Tally{In: 3, Taken: 2}, nil }},
		{"doubles", "1 in, but 1 taken, 1 stored", func(*rand.Rand) (Tally, error) { return Tally{In: 1, Taken: 1, Stored: 1}, nil }},
		{"fails", "oh", func(*rand.Rand) (Tally, error) { return Tally{}, context.DeadlineExceeded }},
		{"hangs", "a round of seed 7 hangs", func(*rand.Rand) (Tally, error) { <-hold; return Tally{}, nil }},
		{"leaks", "goroutines: ", func(*rand.Rand) (Tally, error) {
			if now() {
				go func() { <-hold }()
			}
			return Tally{}, nil
		}},
		{"grows", "memory: ", func(*rand.Rand) (Tally, error) {
			if now() {
				kept = append(kept, make([]byte, 1<<16))
			}
			return Tally{}, nil
		}},
	} {
		if c.name == "fails" {
			c.want = context.DeadlineExceeded.Error()
		}
		r := Run(t.Context(), Config{For: time.Minute, Seed: 7, Hang: 200 * time.Millisecond, slack: 100 * time.Millisecond, stations: []station{{c.name, c.round}}})
		if !strings.HasPrefix(r.Violation, c.name+": ") && !strings.HasPrefix(r.Violation, c.name+", ") && c.name != "leaks" && c.name != "grows" ||
			!strings.Contains(r.Violation, c.want) {
			t.Errorf("%s: %q", c.name, r.Violation)
		}
		if hangs := c.name == "hangs"; hangs != strings.Contains(r.Stacks, "TestViolationsAreFound") {
			t.Errorf("%s: stacks %q", c.name, r.Stacks)
		}
	}
	kept = nil
	close(hold)
}
