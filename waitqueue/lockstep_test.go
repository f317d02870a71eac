package waitqueue_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitqueue"
)

// Races whose window is a few instructions wide: goroutines that stay, and begin each round within
// nanoseconds of one another, meet in it oftener than fresh ones.

// lockstep runs both functions n times, each time at once, the second on a goroutine of its own; after
// each round it runs check alone.
func lockstep(n int, check func(round int), here, there func(round int)) {
	var begun, ended atomic.Int64
	until := func(c *atomic.Int64, round int) {
		for spins := 0; c.Load() <= int64(round); spins++ {
			if spins > 100 {
				yield()
			}
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range n {
			until(&begun, i)
			there(i)
			ended.Store(int64(i + 1))
		}
	})
	for i := range n {
		begun.Store(int64(i + 1))
		here(i)
		until(&ended, i)
		check(i)
	}
	wg.Wait()
}

// A Wake beside a registration: whichever is first, the subscription has the wake. A Wake that gave up when
// its step failed would lose it.
func TestWakeBesideSubscribeIsNotLost(t *testing.T) {
	for name, wake := range map[string]func(*waitqueue.Queue) bool{
		"Wake": (*waitqueue.Queue).Wake, "WakeLast": (*waitqueue.Queue).WakeLast,
	} {
		t.Run(name, func(t *testing.T) {
			var q waitqueue.Queue
			var s sub
			lockstep(rounds(150_000), func(i int) {
				if err := s.Err(); err != nil {
					t.Errorf("round %d: the wake is lost: %v", i, err)
				}
				s.Cancel()
			}, func(int) { s = q.Subscribe() }, func(int) { wake(&q) })
			wantQueue(t, &q, "WAITING")
		})
	}
}

// An outcome is taken while its waker stands about the kick, the user having the channel: no token is left
// in a node that serves again.
func TestOutcomeTakenBesideKickLeavesNoToken(t *testing.T) {
	var q waitqueue.Queue
	var s sub
	lockstep(rounds(200_000), func(int) {
		if err := waitqueue.CheckBooks(&q); err != nil {
			t.Error(err)
		}
		s = q.Subscribe()
		s.C()
	}, func(int) { q.Signal() }, func(i int) {
		for spins := 0; i > 0 && s.Err() == subscribe.ErrPending; spins++ {
			if spins > 100 {
				yield()
			}
		}
	})
}
