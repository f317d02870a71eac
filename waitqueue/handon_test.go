package waitqueue_test

import (
	"testing"

	"github.com/rouse-go/rouse/waitqueue"
)

// Who gets the wake of one that gave up, in each case: a script, the outcomes and the state
// after it. See run for the letters.
func TestHandOnOrder(t *testing.T) {
	for _, r := range []struct{ name, script, outcomes, state string }{
		{"FIFO", "+++W x0", "xw.", "PARKED(1)"},
		{"FIFO twice", "+++W x0 x1", "xxw", "WAITING"},
		{"FIFO to a newcomer", "+W + x0", "xw", "WAITING"},
		{"FIFO skips who left", "+++W x1 x0", "xxw", "WAITING"},
		{"FIFO skips who was woken", "+++WW x0", "xww", "WAITING"},
		{"LIFO", "+++L x2", ".wx", "PARKED(1)"},
		{"LIFO twice", "+++L x2 x1", "wxx", "WAITING"},
		{"LIFO to a newcomer", "++L + x1", ".xw", "PARKED(1)"},
		{"LIFO skips who was woken", "+++LL x2", "wwx", "WAITING"},
		{"LIFO and FIFO keep theirs", "++++WL x3 x0", "xwwx", "WAITING"},
		{"Signal is FIFO", "+++S x0", "xw.", "PARKED(1)"},
		{"Signal to nobody ends", "+S x0", "x", "WAITING"},
		{"Signal to nobody, passed once", "++S x0 x1", "xx", "WAITING"},
		{"Signal beside a permit ends", "+S W x0", "x", "WOKEN"},
		{"WakeN is FIFO", "+++n x0", "xww", "WAITING"},
		{"WakeN, both hand on", "++++n x1 x0", "xxww", "WAITING"},
		{"WakeN to nobody ends", "++n x0 x1", "xx", "WAITING"},
		{"Wake to nobody is stored", "+W x0", "x", "WOKEN"},
		{"Wake passed once, then stored", "++W x0 x1", "xx", "WOKEN"},
		{"WakeLast to nobody is stored", "+L x0", "x", "WOKEN"},
		{"two meet in the permit", "++WW x0 x1", "xx", "WOKEN"},
		{"stored, then taken by a newcomer", "+W x0 +", "xw", "WAITING"},
		{"a delivered permit is handed on", "W+ + x0", "xw", "WAITING"},
		{"a delivered permit is stored again", "W+ x0", "x", "WOKEN"},
		{"a delivered permit is handed on as a Wake", "W+ ++ x0", "xw.", "PARKED(1)"},
		{"WakeAll is not handed on", "++A + x0 x1", "xx.", "PARKED(1)"},
		{"WakeAll is not stored", "+A x0", "x", "WAITING"},
		{"WakeAll after a Wake: it is handed on", "++W A + x0", "xww", "WAITING"},
		{"Close is not handed on", "++C x0", "xc", "CLOSED"},
		{"after Close a Wake is stored", "+W C x0", "x", "WOKEN|CLOSED"},
		{"after Close a Signal ends", "+S C x0", "x", "CLOSED"},
		{"after Close a WakeAll ends", "+A C x0", "x", "CLOSED"},
		{"after Close the stored one is taken", "++W C x0 P", "xc", "CLOSED"},
		{"cancel of one that waits", "++ x0 W", "xw", "WAITING"},
		{"cancel twice", "+++W x0 x0", "xw.", "PARKED(1)"},
		{"cancel after the outcome was taken", "+++W t0 x0", "x..", "PARKED(2)"},
		{"cancel after the end, the node in use again", "+W t0 + x0", "x.", "PARKED(1)"},
		{"the same, woken", "+W t0 +W x0", "xw", "WAITING"},
	} {
		t.Run(r.name, func(t *testing.T) {
			var q waitqueue.Queue
			_, state, outcomes := run(t, &q, r.script)
			want(t, r.script+": the outcomes", outcomes, r.outcomes)
			want(t, r.script+": the state", state, r.state)
		})
	}
}

// A wake that is handed on through a long line, one after the other, comes through, whichever way it goes.
func TestHandOnThroughAThousand(t *testing.T) {
	for name, wake := range map[string]func(*waitqueue.Queue) bool{
		"Wake": (*waitqueue.Queue).Wake, "WakeLast": (*waitqueue.Queue).WakeLast, "Signal": (*waitqueue.Queue).Signal,
	} {
		t.Run(name, func(t *testing.T) {
			var q waitqueue.Queue
			subs := enter(&q, 1000)
			want(t, name, wake(&q), true)
			for k := range len(subs) - 1 {
				i := k
				if name == "WakeLast" {
					i = len(subs) - 1 - k
				}
				subs[i].Cancel()
				want(t, "Len", q.Len(), len(subs)-2-k)
			}
			want(t, "the outcomes", outcomes(subs), tally{woken: 1, ended: 999})
			wantQueue(t, &q, "WAITING")
		})
	}
}

// A wait whose context ended, but which had been chosen, takes the wake and returns nil: a wake
// placed between the end of the context and its withdrawal, by the context itself.
func TestWakeBeatsCancellation(t *testing.T) {
	for name, wake := range map[string]func(*waitqueue.Queue){
		"Wake":     func(q *waitqueue.Queue) { q.Wake() },
		"WakeLast": func(q *waitqueue.Queue) { q.WakeLast() },
		"Signal":   func(q *waitqueue.Queue) { q.Signal() },
		"WakeN":    func(q *waitqueue.Queue) { q.WakeN(1) },
		"WakeAll":  func(q *waitqueue.Queue) { q.WakeAll() },
	} {
		t.Run(name, func(t *testing.T) {
			for range rounds(200) {
				var q waitqueue.Queue
				s := q.Subscribe()
				wake(&q)
				wantErr(t, "Wait", s.Wait(done()), nil)
				wantQueue(t, &q, "WAITING")
			}
		})
	}
}

// A wake races a cancellation: either the waiter returns nil, or the wake is where its kind is kept.
func TestWakeBesideCancellationIsNotLost(t *testing.T) {
	for range rounds(20_000) {
		var q waitqueue.Queue
		s, next := q.Subscribe(), q.Subscribe()
		var err error
		gone := done()
		together(
			func() { want(t, "Signal", q.Signal(), true) },
			func() { err = s.Wait(gone) },
		)
		var c tally
		c.add(err)
		c.add(next.Err())
		if c.woken != 1 || c.cancelled+c.pending != 1 {
			t.Fatalf("one signal, two waiters: %+v", c)
		}
		next.Cancel()
		wantQueue(t, &q, "WAITING")
	}
}
