//go:build !explore

package osbridge_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rouse-go/rouse/internal/spin"
	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/waitcell"
)

// Where others are ready to run and no P is free, a thread does not take its P to the kernel, unless that is what it was told.
func TestThreadStepsAsideInACrowd(t *testing.T) {
	if !kernel() {
		t.Skip("there is to be a kernel to sleep in")
	}
	defer crowd()()
	for _, c := range []struct {
		name   string
		policy osbridge.Policy
		want   string
	}{
		{"as the default", osbridge.Policy{Spin: -1, Kernel: time.Hour}, "PARKED"},
		{"nowhere else", osbridge.Policy{Spin: -1, Kernel: osbridge.Forever}, "PARKED|LOOKING|ASLEEP"},
		{"whatever happens", osbridge.Policy{Spin: -1, Kernel: time.Hour, Fixed: true}, "PARKED|LOOKING|ASLEEP"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var cell waitcell.Cell
			done := asleep(&cell, func() error { return c.policy.Wait(bg, &cell) })
			wantState(t, &cell, c.want)
			cell.Wake()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
}

// crowd makes more goroutines ready to run than there are Ps, and has all Ps taken, until the function that it returns is called.
func crowd() (end func()) {
	const taken = 1 << 20 // whatever the Ps do in the moment of the question
	spin.Asleep(taken)
	var stop atomic.Bool
	var all sync.WaitGroup
	for range 4 * runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for !stop.Load() {
			}
		})
	}
	return func() {
		stop.Store(true)
		all.Wait()
		spin.Asleep(-taken)
	}
}
