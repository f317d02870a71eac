package bench

import (
	"context"
	"runtime"
)

// A pair is two sides that take turns n times, each in a loop of its own: a call around a
// wait would cost as much as some of what is measured. They return how often something
// was wrong.
type pair struct {
	ping func(n int) (bad int) // passes the ball, then takes it
	pong func(n int) (bad int) // takes it, then passes it back
	over func()                // releases what there is to release; may be nil
}

// A ball is a plain variable that the two have in turn: even when it is ping's. Nothing but the
// wakes orders the accesses, so a wake that comes at a wrong time shows in it, and in the
// race detector.
type ball int

func turns(make func(context.Context) pair, m mode) func(*B) {
	if make == nil {
		return nil
	}
	return func(b *B) {
		p := make(m.context(b))
		if p.over != nil {
			defer p.over()
		}
		bad, done := 0, onThread(m)
		other := join(func() {
			defer onThread(m)()
			bad = p.pong(b.N)
		})
		defer done()
		b.Start()
		mine := p.ping(b.N)
		b.Stop()
		other()
		b.Expect("turns out of order", bad+mine, 0)
	}
}

// onThread locks the goroutine to its thread if the mode asks for it, and returns what undoes that.
func onThread(m mode) (undo func()) {
	if m != locked {
		return func() {}
	}
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}

// join runs f on another goroutine, and returns what waits for its end.
func join(f func()) (wait func()) {
	over := make(chan struct{})
	go func() {
		defer close(over)
		f()
	}()
	return func() { <-over }
}
