package waitqueue_test

import (
	"context"
	"sync"
	"testing"

	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
	"github.com/rouse-go/rouse/waitqueue"
)

// In steady state nothing allocates (P4). Each function runs often, on one goroutine, after it
// has run once.
func TestNothingAllocates(t *testing.T) {
	if raceEnabled {
		t.Skip("skipped: the race detector allocates; run without -race")
	}
	var (
		q, r waitqueue.Queue
		cell waitcell.Cell
		mu   sync.Mutex
		c    = waitqueue.NewCond(&mu)
		m    waitqueue.Map[int, int]
		ctx  = open(t)
		gone = done()
		b    = q.Bind(ctx)
		yes  = func() bool { return true }
		srcs = []subscribe.Source{&q, &cell, &r}
	)
	defer b.Release()
	for _, f := range []struct {
		name string
		run  func()
	}{
		{"Wake, Wait", func() { q.Wake(); q.Wait(ctx) }},
		{"Wait of one who is done", func() { q.Wait(gone) }},
		{"Wait that is cancelled late", func() { q.Subscribe().Wait(gone) }},
		{"Subscribe, Wake, Wait", func() { s := q.Subscribe(); q.Wake(); s.Wait(ctx) }},
		{"Subscribe, Wake, C, Err", func() { s := q.Subscribe(); q.Wake(); <-s.C(); s.Err() }},
		{"Subscribe, C, Wake, receive, Err", func() { s := q.Subscribe(); ch := s.C(); q.Wake(); <-ch; s.Err() }},
		{"Subscribe, C, Wake, Err", func() { s := q.Subscribe(); s.C(); q.Wake(); s.Err() }},
		{"Subscribe, Cancel", func() { q.Subscribe().Cancel() }},
		{"Subscribe, Signal, Cancel", func() { s := q.Subscribe(); q.Signal(); s.Cancel() }},
		{"hand-on", func() { a, z := q.Subscribe(), q.Subscribe(); q.WakeLast(); z.Cancel(); a.Wait(ctx) }},
		{"WakeN", func() { a, z := q.Subscribe(), q.Subscribe(); q.WakeN(2); a.Err(); z.Err() }},
		{"WakeAll", func() { a, z := q.Subscribe(), q.Subscribe(); q.WakeAll(); a.Err(); z.Err() }},
		{"WaitFor", func() { q.WaitFor(ctx, yes) }},
		{"Bound.Wait, permit", func() { q.Wake(); b.Wait() }},
		{"Bound.WaitFor", func() { b.WaitFor(yes) }},
		{"Do", func() { subscribe.Do(ctx, &q, func() error { q.Wake(); return nil }) }},
		{"Any, one ready", func() { r.Wake(); subscribe.Any(ctx, srcs...) }},
		{"Any, none ready", func() { subscribe.Any(gone, srcs...) }},
		{"All", func() { q.Wake(); cell.Wake(); r.Wake(); subscribe.All(ctx, srcs...) }},
		{"Cond.WaitContext", func() { mu.Lock(); c.WaitContext(gone); mu.Unlock() }},
		{"Cond.Subscribe", func() { s := c.Subscribe(); c.Signal(); s.Wait(ctx) }},
		{"Cond, nobody", func() { c.Signal(); c.Broadcast() }},
		{"Map", func() { k, _ := m.Register(1); m.Wake(1, 1); k.Wait(ctx) }},
		{"Map, C, Value", func() { k, _ := m.Register(1); ch := k.C(); m.Wake(1, 1); <-ch; k.Value() }},
		{"Map, Cancel", func() { k, _ := m.Register(1); k.Cancel() }},
		{"Map, done", func() { k, _ := m.Register(1); k.Wait(gone) }},
	} {
		f.run()
		if n := testing.AllocsPerRun(200, f.run); n != 0 {
			t.Errorf("%s: %v allocations", f.name, n)
		}
	}
	wantQueue(t, &q, "WAITING")
}

// The same where goroutines sleep and wake one another: a round trip of two, ten thousand times, by
// each kind of wait. The few allocations of the goroutines themselves count for nothing in so many.
func TestRoundTripsDoNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("skipped: the race detector allocates; run without -race")
	}
	const trips = 10_000
	ctx := open(t)
	for name, bind := range map[string]func(q *waitqueue.Queue) (wait func() error, end func()){
		"Wait": func(q *waitqueue.Queue) (func() error, func()) { return func() error { return q.Wait(ctx) }, func() {} },
		"Subscribe": func(q *waitqueue.Queue) (func() error, func()) {
			return func() error { return q.Subscribe().Wait(ctx) }, func() {}
		},
		"Bound": func(q *waitqueue.Queue) (func() error, func()) { b := q.Bind(ctx); return b.Wait, b.Release },
		"background": func(q *waitqueue.Queue) (func() error, func()) {
			return func() error { return q.Wait(context.Background()) }, func() {}
		},
	} {
		t.Run(name, func(t *testing.T) {
			var x, y waitqueue.Queue
			waitX, endX := bind(&x)
			waitY, endY := bind(&y)
			defer endX()
			defer endY()
			n := testing.AllocsPerRun(1, func() {
				together(
					func() {
						for range trips {
							waitX()
							y.Wake()
						}
					},
					func() {
						for range trips {
							x.Wake()
							waitY()
						}
					},
				)
			})
			if n > trips/100 {
				t.Errorf("%v allocations in %d round trips", n, trips)
			}
		})
	}
}
