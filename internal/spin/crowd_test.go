//go:build !explore

package spin_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rouse-go/rouse/internal/spin"
)

// More that compute than there are Ps are a crowd, and when they have ended it is none.
func TestCrowded(t *testing.T) {
	until := func(want bool) {
		for spin.Crowded() != want {
			runtime.Gosched()
		}
	}
	until(false) // the runtime's own may be at work
	var stop atomic.Bool
	var all sync.WaitGroup
	for range 4 * runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for !stop.Load() {
			}
		})
	}
	until(true)
	stop.Store(true)
	all.Wait()
	until(false)
}

func TestCrowdedOf(t *testing.T) {
	for _, c := range []struct {
		name                       string
		ready, running, asleep, ps int
		want                       bool
	}{
		{"all run", 1, 2, 0, 2, true},
		{"the rest sleeps in the kernel, and has a P", 1, 1, 1, 2, true},
		{"one P is free", 1, 1, 0, 2, false},
		{"one P is free beside a sleeper", 5, 2, 1, 4, false},
		{"nobody is ready", 0, 2, 0, 2, false},
		{"more sleep than there are Ps", 1, 1, 9, 2, true},
		{"a runtime that does not count", 0, 0, 0, 0, false},
	} {
		if got := spin.CrowdedOf(c.ready, c.running, c.asleep, c.ps); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}

// To ask costs no memory.
func TestCrowdedDoesNotAllocate(t *testing.T) {
	if n := testing.AllocsPerRun(1000, func() { spin.Crowded() }); n >= 1 {
		t.Errorf("%v allocations", n)
	}
}
