package waitqueue_test

import (
	"context"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/waitqueue"
	"pgregory.net/rapid"
)

// Random programs of one goroutine on a Cond, against the same line without a permit. L is looked at after every step.

func TestCondFollowsItsModel(t *testing.T) { rapid.Check(t, condProgram) }
func FuzzCond(f *testing.F)                { f.Fuzz(rapid.MakeFuzz(condProgram)) }

func condProgram(t *rapid.T) {
	l := new(heldLock)
	c := waitqueue.NewCond(l)
	var m lineModel
	var subs []sub
	l.Lock()
	defer l.Unlock()
	ends := func(t *rapid.T, err, open error) {
		if m.closed {
			open = rouse.ErrClosed
		}
		wantErr(t, "the wait", err, open)
	}
	actions := m.handles(&subs)
	for name, f := range map[string]func(*rapid.T){
		"Subscribe": func(t *rapid.T) { subs = append(subs, c.Subscribe()); m.enter() },
		"Signal":    func(t *rapid.T) { c.Signal(); m.give(aSignal) },
		"Broadcast": func(t *rapid.T) { c.Broadcast(); m.giveAll(aWakeAll, len(m.line)) },
		"done":      func(t *rapid.T) { ends(t, c.WaitContext(done()), context.Canceled) },
		"no time":   func(t *rapid.T) { ends(t, c.WaitTimeout(0), context.DeadlineExceeded) },
		"a moment":  func(t *rapid.T) { ends(t, c.WaitTimeout(1), context.DeadlineExceeded) },
		"WaitFor": func(t *rapid.T) {
			wantErr(t, "WaitFor", c.WaitFor(bg, func() bool { return l.held }), nil)
			ends(t, c.WaitFor(done(), func() bool { return false }), context.Canceled)
		},
		"Unlock that signals": func(t *rapid.T) {
			if m.closed {
				return // nobody waits on a closed Cond
			}
			// The wait registers behind the others; its Unlock wakes all of them, and it.
			c.L = lockerFunc{l.Lock, func() { l.Unlock(); c.Broadcast() }}
			m.giveAll(aWakeAll, len(m.line))
			c.Wait()
			c.L = l
		},
		"Close": func(t *rapid.T) {
			if rapid.IntRange(0, 3).Draw(t, "closes at 0") == 0 {
				want(t, "Close", c.Close(), m.close())
			}
		},
		"": func(t *rapid.T) {
			want(t, "L is held", l.held, true)
			wantQueue(t, waitqueue.QueueOf(c), m.state())
		},
	} {
		actions[name] = f
	}
	actions["Subscribe"](t)
	t.Repeat(actions)
}

type lockerFunc struct{ lock, unlock func() }

func (l lockerFunc) Lock()   { l.lock() }
func (l lockerFunc) Unlock() { l.unlock() }
