package osbridge_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rouse-go/rouse/internal/trial"
	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/osbridge/waitaddr"
	"github.com/rouse-go/rouse/waitcell"
)

// What the tests of all packages share.
var (
	wantErr   = trial.WantErr
	wantPanic = trial.WantPanic
	together  = trial.Together
	rounds    = trial.Rounds
	watch     = trial.Watch
)

const raceEnabled = trial.Race

var (
	bg       = context.Background()
	errCause = errors.New("the cable was pulled")
)

// sleepy is the policy for tests in which a thread is to be asleep soon.
var sleepy = osbridge.Policy{Spin: -1, Kernel: osbridge.Forever, Fixed: true}

// A way is one of the waits of this package.
type way struct {
	name string
	wait func(context.Context, *waitcell.Cell) error
}

var ways = []way{
	{"Wait", osbridge.Wait},
	{"Wait in the kernel", sleepy.Wait},
	{"Wait as a goroutine", osbridge.Policy{Spin: -1, Kernel: -1}.Wait},
	{"Wait, soon as a goroutine", osbridge.Policy{Spin: -1, Kernel: 1, Fixed: true}.Wait},
	{"Wait with long looks", osbridge.Policy{Spin: time.Millisecond, Fixed: true}.Wait},
	{"WaitTimeout", func(ctx context.Context, c *waitcell.Cell) error {
		if ctx.Done() != nil {
			return osbridge.Wait(ctx, c)
		}
		return osbridge.WaitTimeout(c, time.Hour)
	}},
	{"WaitFor", func(ctx context.Context, c *waitcell.Cell) error {
		looks := 0
		return osbridge.WaitFor(ctx, c, func() bool { looks++; return looks == 2 }) // true after one wake
	}},
}

// kernel reports whether the waits here go to the kernel.
func kernel() bool { return runtime.GOMAXPROCS(0) > 1 && waitaddr.Backend() != "portable" }

// onThread calls f on a goroutine that is locked to its thread.
func onThread(f func() error) <-chan error {
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		result <- f()
	}()
	return result
}

// asleep calls wait as onThread does, and returns when that sleeps, in the kernel or as a goroutine.
func asleep(c *waitcell.Cell, wait func() error) <-chan error {
	result := onThread(wait)
	for state := ""; state != "PARKED" && !strings.Contains(state, "ASLEEP"); state = c.State().String() {
		runtime.Gosched()
	}
	return result
}

func wantState(t testing.TB, c *waitcell.Cell, want string) {
	t.Helper()
	if got := c.State().String(); got != want {
		t.Errorf("the cell is %s, want %s", got, want)
	}
}
