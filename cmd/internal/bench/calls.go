package bench

import (
	"context"
	"runtime"
	"sync"

	"github.com/rouse-go/rouse/osbridge"
)

// A caller runs functions on a thread of its own, one at a time, and returns when they have run.
type caller struct {
	do   func(ctx context.Context, f func()) error
	over func()
}

// calls has b.N functions run for some goroutines.
func calls(make func() caller, goroutines int) func(*B) {
	if make == nil {
		return nil
	}
	return func(b *B) {
		c := make()
		defer c.over()
		ran := 0 // on the thread
		f := func() { ran++ }
		var wg sync.WaitGroup
		b.Start()
		for i := range goroutines {
			n := b.N / goroutines
			if i < b.N%goroutines {
				n++
			}
			wg.Go(func() {
				for range n {
					c.do(b.ctx, f)
				}
			})
		}
		wg.Wait()
		b.Stop()
		b.Expect("functions that ran", ran, b.N)
	}
}

func thread() primitive {
	return primitive{name: "Thread.Do", ours: true, caller: func() caller {
		t := osbridge.NewThread()
		return caller{do: t.Do, over: func() { t.Close() }}
	}}
}

// thunks is what one writes without it: functions that are sent to a locked goroutine, each with a channel
// for its end.
func thunks() primitive {
	type thunk struct {
		f    func()
		done chan struct{}
	}
	return primitive{name: "thunks by chan", caller: func() caller {
		c := make(chan thunk)
		ended := join(func() {
			runtime.LockOSThread() // and the thread ends with it
			for t := range c {
				t.f()
				t.done <- struct{}{}
			}
		})
		spare := sync.Pool{New: func() any { return make(chan struct{}, 1) }}
		return caller{
			do: func(ctx context.Context, f func()) error {
				done := spare.Get().(chan struct{})
				defer spare.Put(done)
				select {
				case c <- thunk{f, done}:
					<-done
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			},
			over: func() { close(c); ended() },
		}
	}}
}
