//go:build !explore

package parkinglot_test

import (
	"context"
	"testing"

	"github.com/rouse-go/rouse/osbridge/parkinglot"
)

// wantAllocs fails unless f makes n objects each time.
func wantAllocs(t *testing.T, what string, n float64, f func()) {
	t.Helper()
	if raceEnabled {
		t.Skip("under the race detector a sync.Pool forgets on purpose")
	}
	if got := testing.AllocsPerRun(200, f); got > n {
		t.Errorf("%s: %v allocations, want %v", what, got, n)
	}
}

func TestAllocations(t *testing.T) {
	watch(t, nil)
	w := new(uint32)
	var l Lot
	ctx, cancel := context.WithCancel(bg)
	defer cancel()
	ended := done()
	key := keyOf(w)
	unpark := func() { l.UnparkOne(key, func(r Result) uint64 { return uint64(r.Left) }) }
	unparkAll := func() { l.UnparkAll(key, 1) }
	filter := func() {
		l.UnparkFilter(key, func(uint64) parkinglot.Verdict { return parkinglot.Unpark }, nil)
	}
	for _, wake := range []func(){unpark, unparkAll, filter} {
		wantAllocs(t, "Park", 0, func() { l.Park(bg, key, Parking{BeforeSleep: wake}) })
		wantAllocs(t, "Park with a context", 0, func() {
			l.Park(ctx, key, Parking{BeforeSleep: wake, Validate: func() bool { return *w == 0 }})
		})
	}
	wantAllocs(t, "Park, cancelled", 0, func() { l.Park(ended, key, Parking{TimedOut: func(Key, int) {}}) })
	wantAllocs(t, "Wait, mismatch", 0, func() { parkinglot.Wait(w, 1) })
	wantAllocs(t, "Notify, nobody", 0, func() { parkinglot.NotifyAll(w) })

	// The channel, and nothing else.
	go func() {
		for ctx.Err() == nil {
			if parkinglot.NotifyOne(w) == 0 {
				yield()
			}
		}
	}()
	wantAllocs(t, "Wait", 1, func() { parkinglot.Wait(w, 0) })
	wantAllocs(t, "WaitContext", 1, func() { parkinglot.WaitContext(ctx, w, 0) })
}
