package waitqueue_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/waitqueue"
	"pgregory.net/rapid"
)

// Random programs of goroutines that sleep on a Queue or a Cond, in a bubble: contexts that are
// cancelled, timeouts that pass by the bubble's clock, every kind of wake, and the close. After each step all
// is still, and each goroutine has returned what the line of the model says, no sooner and no later.

func TestSleepersFollowTheirModel(t *testing.T) { rapid.Check(t, sleepersInBubble) }
func FuzzSleepers(f *testing.F)                 { f.Fuzz(rapid.MakeFuzz(sleepersInBubble)) }

func sleepersInBubble(t *rapid.T) { rapid.SyncTest(t, sleepersProgram) }

type sleeper struct {
	cancel   func()
	deadline time.Time // zero: none
	patient  bool      // waits with no context: its cancel does nothing
	returned bool
	err      error
	want     error // once the model says it has returned
	over     bool
}

func sleepersProgram(t *rapid.T) {
	var q waitqueue.Queue
	c := waitqueue.NewCond(new(sync.Mutex))
	defer func() { // also when the fuzzer's input ends in the middle: nobody may be left in the bubble
		q.Close()
		c.Close()
	}()
	onCond := rapid.Bool().Draw(t, "on a Cond")
	inner := &q
	if onCond {
		inner = waitqueue.QueueOf(c)
	}
	var m lineModel
	var all []*sleeper
	spawn := func(kind string, d time.Duration) {
		ctx, cancel := context.WithCancel(bg)
		s := &sleeper{cancel: cancel, patient: kind == "patient"}
		if s.patient {
			ctx = bg
		}
		if kind == "timeout" {
			s.deadline = time.Now().Add(d)
		}
		go func() {
			if onCond {
				c.L.Lock()
				defer c.L.Unlock()
			}
			switch {
			case onCond && kind == "timeout":
				s.err = c.WaitTimeout(d)
			case onCond:
				s.err = c.WaitContext(ctx)
			case kind == "timeout":
				s.err = q.WaitTimeout(d)
			case kind == "bound":
				b := q.Bind(ctx)
				defer b.Release()
				s.err = b.Wait()
			default:
				s.err = q.Wait(ctx)
			}
			s.returned = true
		}()
		m.enter()
		all = append(all, s)
	}
	// follow moves into the sleepers what the model gave.
	follow := func() {
		for i, s := range all {
			if !s.over && m.got[i] != nothing {
				s.over, s.want = true, m.take(i)
			}
		}
	}
	giveUp := func(i int, err error) {
		if s := all[i]; !s.over {
			m.cancel(i)
			s.over, s.want = true, err
		}
	}
	sometimes := func(t *rapid.T) bool { return rapid.IntRange(0, 3).Draw(t, "does at 0") == 0 }
	t.Repeat(map[string]func(*rapid.T){
		"sleep":   func(t *rapid.T) { spawn("context", 0) },
		"bound":   func(t *rapid.T) { spawn("bound", 0) },
		"patient": func(t *rapid.T) { spawn("patient", 0) }, // of a Cond: one of the crowd
		"timeout": func(t *rapid.T) { spawn("timeout", time.Duration(rapid.IntRange(1, 5).Draw(t, "seconds"))*time.Second) },
		"Wake": func(t *rapid.T) {
			if onCond {
				return // a Cond has none
			}
			want(t, "Wake", q.Wake(), m.wake(aWake))
		},
		"WakeLast": func(t *rapid.T) {
			if onCond {
				return // a Cond has none
			}
			want(t, "WakeLast", q.WakeLast(), m.wake(aWakeLast))
		},
		"Signal": func(t *rapid.T) {
			m.give(aSignal)
			if onCond {
				c.Signal()
			} else {
				q.Signal()
			}
		},
		"Broadcast": func(t *rapid.T) {
			m.giveAll(aWakeAll, len(m.line))
			if onCond {
				c.Broadcast()
			} else {
				q.WakeAll()
			}
		},
		"cancel": func(t *rapid.T) {
			if len(all) == 0 {
				return // nobody
			}
			i := rapid.IntRange(0, len(all)-1).Draw(t, "sleeper")
			all[i].cancel()
			if all[i].deadline.IsZero() && !all[i].patient {
				giveUp(i, context.Canceled)
			}
		},
		"wake, and cancel the woken": func(t *rapid.T) { // the wake wins
			if len(m.line) == 0 {
				return // nobody
			}
			first := m.line[0]
			m.give(aSignal)
			inner.Signal()
			all[first].cancel()
		},
		"time passes": func(t *rapid.T) {
			time.Sleep(time.Duration(rapid.IntRange(1, 3).Draw(t, "seconds")) * time.Second)
			for i, s := range all {
				if !s.deadline.IsZero() && !time.Now().Before(s.deadline) {
					giveUp(i, context.DeadlineExceeded)
				}
			}
		},
		"Close": func(t *rapid.T) {
			if sometimes(t) {
				want(t, "Close", inner.Close(), m.close())
			}
		},
		"Signal, and Close at once": func(t *rapid.T) { // the signal is delivered
			if sometimes(t) {
				want(t, "Signal", inner.Signal(), m.give(aSignal))
				want(t, "Close", inner.Close(), m.close())
			}
		},
		"": func(t *rapid.T) {
			synctest.Wait()
			follow()
			for i, s := range all {
				if s.returned != s.over {
					t.Fatalf("sleeper %d: returned is %v, and should be %v", i, s.returned, s.over)
				}
				if s.over {
					wantErr(t, "a sleeper", s.err, s.want)
				}
			}
			wantQueue(t, inner, m.state())
		},
	})
	inner.Close()
	synctest.Wait()
	for _, s := range all {
		s.cancel()
		want(t, "returned in the end", s.returned, true)
		if !s.over {
			wantErr(t, "in the end", s.err, rouse.ErrClosed)
		}
	}
}
