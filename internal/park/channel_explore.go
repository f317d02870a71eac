//go:build explore

package park

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/rouse-go/rouse/internal/atom"
)

// Kick leaves a token for the sleeper. It never blocks.
func (s Sleeper) Kick() {
	atom.Step(atom.Kick, s.C(), nil)
	select {
	case s.ch <- struct{}{}:
		atom.Changed(true)
	default:
		atom.Changed(false)
	}
}

// Drain takes a token from c, a sleeper's channel, if one is there.
func Drain(c <-chan struct{}) bool {
	atom.Step(atom.Drain, c, nil)
	select {
	case _, token := <-c:
		atom.Changed(token) // a closed channel stays as it is
		return true
	default:
		return atom.Changed(false)
	}
}

// Left reports whether a token is in c, a sleeper's channel.
func Left(c <-chan struct{}) bool {
	atom.Step(atom.Look, c, nil)
	return len(c) > 0
}

// Yield lets others run.
func Yield() {
	if atom.Step(atom.Yield, nil, nil) < 0 {
		runtime.Gosched()
	}
}

// one announces a receive. It returns when the receive will not block.
func one(c <-chan struct{}) <-chan struct{} {
	atom.Step(atom.Receive, c, nil)
	return c
}

// either announces a receive from one of two channels, which may be nil. It
// returns when one of them delivers; the other, where the scheduler has
// chosen, is nil.
func either[T any](c <-chan struct{}, done <-chan T) (<-chan struct{}, <-chan T) {
	switch atom.Step(atom.Select, some(c), some(done)) {
	case 0:
		return c, nil
	case 1:
		return nil, done
	}
	return c, done
}

func some[T any](c <-chan T) any {
	if c == nil {
		return nil
	}
	return c
}

// AfterDone asks ctx to call f when it is done. A context of the scheduler's does that in a thread.
func AfterDone(ctx context.Context, f func()) (stop func() bool) {
	if c, ok := ctx.(interface{ AfterDone(func()) func() bool }); ok {
		return c.AfterDone(f)
	}
	return context.AfterFunc(ctx, f)
}

// Timers, if set, makes the timers of this package: a channel, and a function that stops.
var Timers atomic.Pointer[func(time.Duration) (<-chan time.Time, func() bool)]

type timer struct {
	C    <-chan time.Time
	Stop func() bool
}

func newTimer(d time.Duration) *timer {
	if f := Timers.Load(); f != nil {
		c, stop := (*f)(d)
		return &timer{c, stop}
	}
	t := time.NewTimer(d)
	return &timer{t.C, t.Stop}
}
