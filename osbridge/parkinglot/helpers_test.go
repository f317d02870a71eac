package parkinglot_test

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/rouse-go/rouse/internal/trial"
	"github.com/rouse-go/rouse/osbridge/parkinglot"
)

// What the tests of all packages share.
var (
	wantErr   = trial.WantErr
	wantPanic = trial.WantPanic
	rounds    = trial.Rounds
	watch     = trial.Watch
)

const raceEnabled = trial.Race

// What all tests of this package share. Outside of bubbles nothing here sleeps and nothing measures time.

var bg = context.Background()

type (
	Lot     = parkinglot.Lot
	Key     = parkinglot.Key
	Parking = parkinglot.Parking
	Result  = parkinglot.Result
)

func keyOf[T any](p *T) Key { return parkinglot.KeyOf(p) }

func want[T comparable](t trial.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// done is a context that is cancelled already.
func done() context.Context {
	ctx, cancel := context.WithCancel(bg)
	cancel()
	return ctx
}

// A crowd is goroutines that are parked in a lot, in a known order.
type crowd struct {
	l      *Lot
	key    Key
	wg     sync.WaitGroup
	woken  []int // in the order in which they came back
	mu     sync.Mutex
	tokens atomic.Uint64 // the sum of what they were told
}

// gather parks n goroutines under key, one after the other, with their numbers for tokens.
func gather(l *Lot, key Key, n int) *crowd {
	c := &crowd{l: l, key: key}
	for i := range n {
		parked := make(chan struct{})
		c.wg.Go(func() {
			token, err := l.Park(bg, key, Parking{Token: uint64(i), BeforeSleep: func() { close(parked) }})
			if err != nil {
				panic(err)
			}
			c.tokens.Add(token)
			c.mu.Lock()
			c.woken = append(c.woken, i)
			c.mu.Unlock()
		})
		<-parked
	}
	return c
}

// await waits until n in all have come back.
func (c *crowd) await(n int) {
	for {
		c.mu.Lock()
		got := len(c.woken)
		c.mu.Unlock()
		if got >= n {
			return
		}
		runtime.Gosched()
	}
}
