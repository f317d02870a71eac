package waitqueue_test

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"github.com/rouse-go/rouse/waitqueue"
)

func yield() { runtime.Gosched() }

// Trap 18: a wake that finds a permit stored synchronizes as well: what was written before it is
// seen after the wait that takes the permit (P2).
//
// The wait must come after the wake, and nothing else may order the two, or the race detector
// would be content with that. So the word that it has come is passed by a plain variable, in
// functions that the race detector does not look into.
func TestTrap18CoalescedWakeSynchronizes(t *testing.T) {
	if !raceEnabled {
		t.Skip("skipped: it is the race detector that sees it; run with -race")
	}
	wakes := map[string]func(*waitqueue.Queue) bool{
		"Wake":     (*waitqueue.Queue).Wake,
		"WakeLast": (*waitqueue.Queue).WakeLast,
	}
	waits := map[string]func(*waitqueue.Queue) error{
		"Wait":      func(q *waitqueue.Queue) error { return q.Wait(bg) },
		"Poll":      func(q *waitqueue.Queue) error { _, err := q.Poll(); return err },
		"Subscribe": func(q *waitqueue.Queue) error { return q.Subscribe().Wait(bg) },
		"Bound":     func(q *waitqueue.Queue) error { b := q.Bind(bg); defer b.Release(); return b.Wait() },
	}
	for name, wake := range wakes {
		for wname, wait := range waits {
			t.Run(name+"/"+wname, func(t *testing.T) {
				for i := range rounds(5_000) {
					var q waitqueue.Queue
					var data int
					var came bool
					q.Wake()
					together(
						func() {
							data = i
							if wake(&q) {
								t.Error("it woke somebody, and should have met the permit")
							}
							whisper(&came)
						},
						func() {
							for !overhear(&came) {
								yield()
							}
							wantErr(t, wname, wait(&q), nil)
							if data != i {
								t.Error("the wait did not see what came before the wake")
							}
						},
					)
				}
			})
		}
	}
}

// Every wake synchronizes before the wait that it ends: the race detector would tell of the
// plain variable. Each way to wake, with the wait begun and not begun.
func TestWakesSynchronize(t *testing.T) {
	for name, wake := range map[string]func(*waitqueue.Queue){
		"Wake":     func(q *waitqueue.Queue) { q.Wake() },
		"WakeLast": func(q *waitqueue.Queue) { q.WakeLast() },
		"Signal":   func(q *waitqueue.Queue) { q.Signal() },
		"WakeN":    func(q *waitqueue.Queue) { q.WakeN(3) },
		"WakeAll":  func(q *waitqueue.Queue) { q.WakeAll() },
		"Close":    func(q *waitqueue.Queue) { q.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			for i := range rounds(2_000) {
				var q waitqueue.Queue
				var data int
				s := q.Subscribe()
				together(
					func() { data = i; wake(&q) },
					func() {
						if s.Wait(bg); data != i {
							t.Error("the wait did not see what came before the wake")
						}
					},
				)
			}
		})
	}
}

// The value of a Map, and what was written before Wake, are seen by who gets it.
func TestMapWakeSynchronizes(t *testing.T) {
	var m waitqueue.Map[int, *int]
	for i := range rounds(5_000) {
		ticket, err := m.Register(i)
		wantErr(t, "Register", err, nil)
		data := 0
		together(
			func() { data = i; m.Wake(i, &data) },
			func() {
				if p, err := ticket.Wait(bg); err != nil || p != &data || data != i {
					t.Errorf("the ticket got %v, %v, and sees %d", p, err, data)
				}
			},
		)
	}
	wantEntries(t, &m, 0)
}

// A Signal that is handed on by a cancelled waiter synchronizes before the wait that gets it.
func TestHandedOnWakeSynchronizes(t *testing.T) {
	for i := range rounds(5_000) {
		var q waitqueue.Queue
		var data int
		first, second := q.Subscribe(), q.Subscribe()
		together(
			func() { data = i; q.Signal() },
			func() {
				for q.Len() == 2 {
					yield()
				}
				first.Cancel()
			},
			func() {
				if wantErr(t, "the second", second.Wait(bg), nil); data != i {
					t.Error("the second did not see what came before the wake")
				}
			},
		)
	}
}

// The same of a Cond without its lock: Signal alone orders the plain variable.
func TestCondSignalSynchronizes(t *testing.T) {
	for i := range rounds(5_000) {
		c := waitqueue.NewCond(new(sync.Mutex))
		var data int
		s := c.Subscribe()
		together(
			func() { data = i; c.Signal() },
			func() {
				if s.Wait(context.Background()); data != i {
					t.Error("the wait did not see what came before Signal")
				}
			},
		)
	}
}

//go:norace
//go:noinline
func whisper(b *bool) { *b = true }

//go:norace
//go:noinline
func overhear(b *bool) bool { return *b }
