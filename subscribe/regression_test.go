package subscribe_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// Each of these was a defect of this module, found before it was first published.

// Any(a, b) moved both registrations to one sleeper, and both cells kept it for later: then two goroutines, waiting for
// one cell each, slept in one bed, and the one's wake roused the other.
func TestCellsDoNotKeepASharedBed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var a, b waitcell.Cell
		first := in(func() error { _, err := subscribe.Any(bg, &a, &b); return err })
		settled()
		a.Wake()
		wantErr(t, "Any of both", <-first, nil)
		ofB := in(func() error { _, err := subscribe.Any(bg, &b); return err })
		settled()
		ofA := in(func() error { _, err := subscribe.Any(bg, &a); return err })
		settled()
		if !a.Wake() {
			t.Error("Wake found nobody")
		}
		settled()
		if len(ofA) != 1 || len(ofB) != 0 {
			t.Errorf("a's wake ended %d waits for a and %d for b", len(ofA), len(ofB))
		}
		b.Wake()
		wantErr(t, "Any of b", <-ofB, nil)
	})
}

// Someone who was put out of a cell's place may sleep in the cell's bed still, for another cell's sake. The next one needs
// a bed of its own.
func TestBedOfTheReplacedIsLeftToIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var a, b waitcell.Cell
		all := in(func() error { return subscribe.All(bg, &a, &b) }) // sleeps in a's bed
		settled()
		a.Wake() // that is kept for it; it sleeps on, for b
		settled()
		anyA := in(func() error { _, err := subscribe.Any(bg, &a); return err }) // takes its place at a
		settled()
		a.Wake()
		settled()
		if len(anyA) != 1 {
			t.Errorf("the newcomer sleeps although a was woken; a is %s", a.State())
		}
		b.Wake()
		wantErr(t, "All", <-all, nil)
	})
}

// Err as a poll, beside a wake, left the token of that wake in the cell's channel, and the next
// subscription's C delivered for nothing.
func TestErrLeavesNoToken(t *testing.T) {
	var c waitcell.Cell
	watch(t, func() string { return c.State().String() })
	for range rounds(40_000) {
		sub := c.Subscribe()
		together(
			func() { c.Wake() },
			func() {
				for sub.Err() == subscribe.ErrPending {
					runtime.Gosched()
				}
			},
		)
		sub = c.Subscribe()
		select {
		case <-sub.C():
			t.Fatalf("C of a new subscription delivered; Err: %v", sub.Err())
		default:
		}
		sub.Cancel()
	}
}

// All slept for ever beside a foreign source whose channel was closed with an error, and swallowed
// the wakes of the others.
func TestAllBesideAClosedForeignSource(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var a waitcell.Cell
		f := newFake(rouse.ErrClosed).shut()
		wantErr(t, "All", subscribe.All(bg, &a, f), rouse.ErrClosed)
		wantState(t, &a, "WAITING")
		a.Wake()
		wantErr(t, "All", subscribe.All(bg, &a, f), rouse.ErrClosed)
		wantState(t, &a, "WOKEN")
		f.wantCalls(t, 2, 0)
	})
}

// Any and All returned the context's error though a wake had come before the cancellation: both came between the last look
// and the sleep, which then tossed a coin.
func TestGroupWokenBeforeCancel(t *testing.T) {
	for name, wait := range map[string]func(ctx context.Context, a, b *waitcell.Cell, f *fake) error{
		"Any of one": func(ctx context.Context, a, _ *waitcell.Cell, _ *fake) error {
			_, err := subscribe.Any(ctx, a)
			return err
		},
		"Any of two": func(ctx context.Context, a, b *waitcell.Cell, _ *fake) error {
			_, err := subscribe.Any(ctx, a, b)
			return err
		},
		"Any of foreign": func(ctx context.Context, a, _ *waitcell.Cell, f *fake) error {
			_, err := subscribe.Any(ctx, a, f)
			return err
		},
		"All":            func(ctx context.Context, a, b *waitcell.Cell, _ *fake) error { return subscribe.All(ctx, a, b) },
		"All of foreign": func(ctx context.Context, a, _ *waitcell.Cell, f *fake) error { return subscribe.All(ctx, a, f) },
		"Wait":           func(ctx context.Context, a, _ *waitcell.Cell, _ *fake) error { return a.Subscribe().Wait(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			for range 40 {
				var a, b waitcell.Cell
				f := newFake(nil)
				ctx, cancel := context.WithCancel(bg)
				h := &hooked{ctx, func() {
					a.Wake()
					b.Wake()
					f.fire()
					cancel()
				}}
				if err := wait(h, &a, &b, f); err != nil {
					t.Fatalf("woken, then cancelled: %v", err)
				}
			}
		})
	}
}

// Any and All allocated each time, and so did the end of a subscription whose channel the user had received from.
func TestNoPathAllocates(t *testing.T) {
	if raceEnabled {
		t.Skip("skipped: the race detector allocates by itself")
	}
	ctx, cancel := context.WithCancel(bg)
	defer cancel()
	var cells [8]waitcell.Cell
	var srcs []subscribe.Source
	for i := range cells {
		srcs = append(srcs, &cells[i])
	}
	c := &cells[0]
	wakeAll := func(n int) {
		for i := range n {
			cells[i].Wake()
		}
	}
	for _, path := range []struct {
		name string
		run  func()
	}{
		{"Any of 2", func() { c.Wake(); subscribe.Any(ctx, srcs[:2]...) }},
		{"Any of 8", func() { cells[3].Wake(); subscribe.Any(ctx, srcs...) }},
		{"Any of 8, in another order", func() { c.Wake(); subscribe.Any(ctx, srcs[0], srcs[7], srcs[1], srcs[6], srcs[2], srcs[5]) }},
		{"All of 2", func() { wakeAll(2); subscribe.All(ctx, srcs[:2]...) }},
		{"All of 8", func() { wakeAll(8); subscribe.All(ctx, srcs...) }},
		{"<-C, Err", func() { s := c.Subscribe(); ch := s.C(); c.Wake(); <-ch; s.Err() }},
		{"<-C, Wait", func() { s := c.Subscribe(); ch := s.C(); c.Wake(); <-ch; s.Wait(ctx) }},
		{"<-C, Cancel", func() {
			s := c.Subscribe()
			ch := s.C()
			c.Wake()
			<-ch
			s.Cancel()
			c.Poll()
		}},
		{"Until", func() { c.Wake(); subscribe.Until(ctx, c, yes); c.Poll() }},
		{"Do", func() { subscribe.Do(ctx, c, func() error { c.Wake(); return nil }) }},
	} {
		t.Run(path.name, func(t *testing.T) {
			path.run()
			if allocs := testing.AllocsPerRun(500, path.run); allocs != 0 {
				t.Errorf("%v allocations a run", allocs)
			}
		})
	}
}

// Err of a foreign subscription called the source's err before anything had been delivered.
func TestForeignErrBeforeDelivery(t *testing.T) {
	f := newFake(nil)
	sub := f.Subscribe()
	for range 3 {
		wantErr(t, "Err", sub.Err(), subscribe.ErrPending)
	}
	f.fire()
	wantErr(t, "Err", sub.Err(), nil)
	f.wantCalls(t, 1, 0)
}

// A foreign cancel that panicked, or ended its goroutine, left those registered that came after it.
func TestForeignCancelThatPanics(t *testing.T) {
	for name, leaving := range map[string]func(){
		"panic":  func() { panic("the adapter is broken") },
		"Goexit": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			var a, b waitcell.Cell
			f, g := newFake(nil), newFake(nil)
			f.onCancel, g.onCancel = leaving, leaving
			leave(func() { subscribe.Any(done(), &a, f, g, &b) })
			f.wantCalls(t, 0, 1)
			g.wantCalls(t, 0, 1)
			wantState(t, &a, "WAITING")
			wantState(t, &b, "WAITING")
		})
	}
}
