package waitqueue_test

import (
	"context"
	"sync"
	"testing"

	"github.com/rouse-go/rouse/waitqueue"
)

// Bad use is told at once, by a panic in package form, and leaves nobody in the line (P9).
func TestBadUsePanics(t *testing.T) {
	var (
		q  waitqueue.Queue
		nq *waitqueue.Queue
		m  waitqueue.Map[int, int]
		nm *waitqueue.Map[int, int]
		c  = waitqueue.NewCond(new(sync.Mutex))
		b  = q.Bind(bg)
		k  = new(waitqueue.Ticket[int, int])
		no = func() bool { return false }
	)
	released := q.Bind(bg)
	released.Release()
	released.Release()
	(*waitqueue.Bound)(nil).Release()
	defer b.Release()
	for _, r := range []struct {
		want string
		fs   []func()
	}{
		{"waitqueue: nil queue", []func(){
			func() { nq.Wake() }, func() { nq.WakeLast() }, func() { nq.Signal() }, func() { nq.WakeN(1) },
			func() { nq.WakeAll() }, func() { nq.Poll() }, func() { nq.Wait(bg) }, func() { nq.WaitTimeout(0) },
			func() { nq.Subscribe() }, func() { nq.WaitFor(bg, no) }, func() { nq.Bind(bg) }, func() { nq.Close() },
			func() { nq.CloseWith(nil) }, func() { nq.Closed() }, func() { nq.Len() }, func() { _ = nq.State() },
			func() { waitqueue.WaitForValue(bg, nq, func() (int, bool) { return 0, true }) },
		}},
		{"waitqueue: nil map", []func(){
			func() { nm.Register(1) }, func() { nm.Wait(bg, 1) }, func() { nm.Wake(1, 1) }, func() { nm.Len() },
			func() { nm.Close() }, func() { nm.CloseWith(nil) }, func() { nm.Closed() },
		}},
		{"waitqueue: nil context", []func(){
			func() { q.Wait(noContext) }, func() { q.WaitFor(noContext, no) }, func() { q.Bind(noContext) },
			func() { waitqueue.WaitForValue(noContext, &q, func() (int, bool) { return 0, true }) },
			func() { m.Wait(noContext, 1) }, func() { k.Wait(noContext) },
			func() { c.WaitContext(noContext) }, func() { c.WaitFor(noContext, no) },
		}},
		{"waitqueue: nil condition", []func(){
			func() { q.WaitFor(bg, nil) }, func() { waitqueue.WaitForValue[int](bg, &q, nil) },
			func() { c.WaitFor(bg, nil) }, func() { b.WaitFor(nil) },
		}},
		{"waitqueue: negative count", []func(){func() { q.WakeN(-1) }}},
		{"waitqueue: use of a Bound after Release", []func(){
			func() { released.Wait() }, func() { released.WaitFor(no) }, func() { (*waitqueue.Bound)(nil).Wait() },
		}},
	} {
		for i, f := range r.fs {
			t.Logf("%s %d", r.want, i)
			wantPanic(t, r.want, f)
		}
	}
	wantQueue(t, &q, "WAITING")
	wantEntries(t, &m, 0)
	wantQueue(t, waitqueue.QueueOf(c), "WAITING")
}

// A condition that panics or ends its goroutine, and an act that does, deregister the waiter, and what it was
// given is handed on (P7).
func TestCallbackThatDoesNotReturn(t *testing.T) {
	for name, end := range map[string]func(){
		"panic": func() { panic("no") }, "Goexit": exit,
	} {
		t.Run(name, func(t *testing.T) {
			var q waitqueue.Queue
			b := q.Bind(bg)
			defer b.Release()
			for _, wait := range []func(func() bool){
				func(cond func() bool) { q.WaitFor(bg, cond) },
				func(cond func() bool) { b.WaitFor(cond) },
				func(cond func() bool) {
					waitqueue.WaitForValue(bg, &q, func() (int, bool) { return 0, cond() })
				},
			} {
				leave(func() { wait(func() bool { end(); return true }) })
				wantQueue(t, &q, "WAITING")
				leave(func() { wait(func() bool { q.Wake(); end(); return true }) })
				wantQueue(t, &q, "WOKEN")
				leave(func() { wait(func() bool { q.Poll(); q.Signal(); end(); return true }) })
				q.Poll()
				wantQueue(t, &q, "WAITING")
			}
		})
	}
}

// noContext is what must be refused.
var noContext context.Context
