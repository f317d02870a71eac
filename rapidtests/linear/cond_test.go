package linear

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rouse-go/rouse/waitqueue"
)

// A cond is a Cond, or one that is wrong.
type cond interface {
	WaitContext(context.Context) error
	Signal()
	Broadcast()
	Close() int
}

// A lock notes that who waits is in the line when the wait unlocks it.
type lock struct {
	sync.Mutex
	entering func() // set by who is about to wait; the lock is held
}

func (l *lock) Unlock() {
	if l.entering != nil {
		l.entering()
		l.entering = nil
	}
	l.Mutex.Unlock()
}

// recordCond lets four wait, some with a context that is cancelled meanwhile, and two signal, with
// the lock held and without.
func recordCond(make func(sync.Locker) cond, seed uint64) *history {
	h := newHistory(seed)
	l := new(lock)
	c := make(l)
	var ids, wakers atomic.Int32
	var cancel atomic.Pointer[context.CancelFunc]
	wakers.Store(2)
	for i := range 4 {
		h.actor(i, func(a *actor) {
			for range 4 {
				id := int(ids.Add(1)) - 1
				ctx, stop := context.WithCancel(context.Background())
				if a.IntN(3) == 0 {
					cancel.Store(&stop)
				}
				l.Lock()
				began, entered := a.clock.Add(1), int64(0)
				l.entering = func() { entered = a.clock.Add(1) }
				out := outcome(c.WaitContext(ctx))
				ended := a.clock.Add(1)
				if entered == 0 {
					l.entering = nil // the context was done, or the Cond closed
					entered = ended
				}
				l.Mutex.Unlock()
				stop()
				a.note(lineOp{"enter", id}, nil, began, entered)
				a.note(lineOp{"leave", id}, out, began, ended)
			}
		})
	}
	for i := range 2 {
		h.actor(4+i, func(a *actor) {
			for range 8 {
				held := a.IntN(2) == 0
				if held {
					l.Lock()
				}
				switch a.IntN(5) {
				case 0, 1, 2:
					a.call(lineOp{kind: "cond signal"}, func() any { c.Signal(); return nil })
				case 3:
					a.call(lineOp{kind: "cond broadcast"}, func() any { c.Broadcast(); return nil })
				case 4:
					if stop := cancel.Load(); stop != nil {
						(*stop)()
					}
				}
				if held {
					l.Unlock()
				}
			}
			if wakers.Add(-1) == 0 {
				a.call(lineOp{kind: "close"}, func() any { return c.Close() })
			}
		})
	}
	h.run()
	return h
}

func TestCondIsLinearizable(t *testing.T) {
	accept(t, lineModel, func(seed uint64) *history {
		return recordCond(func(l sync.Locker) cond { return waitqueue.NewCond(l) }, seed)
	})
}

// wrongCond is made of a Queue, and of a mistake.
type wrongCond struct {
	waitqueue.Queue
	l       sync.Locker
	late    bool // it registers after it unlocks
	newest  bool // Signal wakes the newest
	permits bool // a Signal with nobody there is kept
}

func (c *wrongCond) WaitContext(ctx context.Context) error {
	if c.late {
		c.l.Unlock()
		runtime.Gosched()
	}
	s := c.Queue.Subscribe()
	if !c.late {
		c.l.Unlock()
	}
	err := s.Wait(ctx)
	c.l.Lock()
	return err
}

func (c *wrongCond) Signal() {
	switch {
	case c.permits:
		c.Queue.Wake()
	case c.newest && c.Len() > 0:
		c.WakeLast()
	default:
		c.Queue.Signal()
	}
}

func (c *wrongCond) Broadcast() { c.WakeAll() }

func TestWrongCondsAreCaught(t *testing.T) {
	for name, mistake := range map[string]func(*wrongCond){
		"registers after the unlock": func(c *wrongCond) { c.late = true },
		"wakes the newest":           func(c *wrongCond) { c.newest = true },
		"keeps a permit":             func(c *wrongCond) { c.permits = true },
	} {
		t.Run(name, func(t *testing.T) {
			refute(t, lineModel, func(seed uint64) *history {
				return recordCond(func(l sync.Locker) cond {
					c := &wrongCond{l: l}
					mistake(c)
					return c
				}, seed)
			})
		})
	}
}
