package waitcell_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// In steady state no path allocates (P4). Each is run often enough that one allocation in a run shows.
func TestNoPathAllocates(t *testing.T) {
	if raceEnabled {
		t.Skip("skipped: the race detector allocates by itself")
	}
	ctx := open(t)
	var c [8]waitcell.Cell
	srcs := make([]subscribe.Source, len(c))
	for i := range c {
		srcs[i] = &c[i]
	}
	x := &c[0]
	b := x.Bind(ctx)
	defer b.Release()
	n := 0
	afterOneWake := func() bool {
		n++
		if n%2 == 1 {
			x.Wake()
		}
		return n%2 == 0
	}
	value := func() (int, bool) { return n, afterOneWake() }
	for _, path := range []struct {
		name string
		run  func()
	}{
		{"Wake, Wait", func() { x.Wake(); x.Wait(ctx) }},
		{"Wake, Wake, Poll", func() { x.Wake(); x.Wake(); x.Poll() }},
		{"Wake, WaitTimeout", func() { x.Wake(); x.WaitTimeout(0) }},
		{"Subscribe, Wake, Wait", func() { s := x.Subscribe(); x.Wake(); s.Wait(ctx) }},
		{"Subscribe, Wake, Err", func() { s := x.Subscribe(); x.Wake(); s.Err() }},
		{"Subscribe, Cancel", func() { x.Subscribe().Cancel() }},
		{"Subscribe, Wake, Cancel, Poll", func() { s := x.Subscribe(); x.Wake(); s.Cancel(); x.Poll() }},
		{"Wake, Subscribe, Wait", func() { x.Wake(); x.Subscribe().Wait(ctx) }},
		{"<-C, Err", func() { s := x.Subscribe(); c := s.C(); x.Wake(); <-c; s.Err() }},
		{"<-C, Wait", func() { s := x.Subscribe(); c := s.C(); x.Wake(); <-c; s.Wait(ctx) }},
		{"<-C, Cancel", func() {
			s := x.Subscribe()
			c := s.C()
			x.Wake()
			<-c
			s.Cancel()
			x.Poll()
		}},
		{"Wake, then <-C, Err", func() { s := x.Subscribe(); x.Wake(); <-s.C(); s.Err() }},
		{"stored, then <-C, Err", func() { x.Wake(); s := x.Subscribe(); <-s.C(); s.Err() }},
		{"C, Cancel", func() { s := x.Subscribe(); s.C(); s.Cancel() }},
		{"Bound.Wait", func() { x.Wake(); b.Wait() }},
		{"Bound.WaitFor", func() { b.WaitFor(afterOneWake) }},
		{"Bound.WaitFor between others", func() { x.Subscribe().Cancel(); b.WaitFor(afterOneWake) }},
		{"WaitFor", func() { x.WaitFor(ctx, afterOneWake) }},
		{"WaitForValue", func() { waitcell.WaitForValue(ctx, x, value) }},
		{"Until", func() { subscribe.Until(ctx, x, afterOneWake) }},
		{"Do", func() { subscribe.Do(ctx, x, func() error { x.Wake(); return nil }) }},
		{"Any of 2", func() { x.Wake(); subscribe.Any(ctx, srcs[:2]...) }},
		{"Any of 8", func() { c[5].Wake(); subscribe.Any(ctx, srcs...) }},
		{"All of 2", func() { x.Wake(); c[1].Wake(); subscribe.All(ctx, srcs[:2]...) }},
	} {
		t.Run(path.name, func(t *testing.T) {
			path.run() // makes the channel
			if allocs := testing.AllocsPerRun(500, path.run); allocs != 0 {
				t.Errorf("%v allocations a run", allocs)
			}
		})
	}
}

// Nor when the waiter really slept: another goroutine wakes it once it is registered.
func TestNoSleepAllocates(t *testing.T) {
	if raceEnabled {
		t.Skip("skipped: the race detector allocates by itself")
	}
	ctx := open(t)
	var c [8]waitcell.Cell
	srcs := make([]subscribe.Source, len(c))
	for i := range c {
		srcs[i] = &c[i]
	}
	b := c[0].Bind(ctx)
	defer b.Release()
	which := make(chan int)
	over := make(chan struct{})
	go func() {
		defer close(over)
		for i := range which {
			for !c[i].Wake() { // nobody is there yet: take it back
				if back, _ := c[i].Poll(); !back {
					break // the waiter has it
				}
				runtime.Gosched()
			}
		}
	}()
	defer func() { close(which); <-over }()
	for _, path := range []struct {
		name string
		cell int
		run  func(context.Context)
	}{
		{"Wait", 0, func(ctx context.Context) { c[0].Wait(ctx) }},
		{"Bound.Wait", 0, func(context.Context) { b.Wait() }},
		{"Any of 2", 1, func(ctx context.Context) { subscribe.Any(ctx, srcs[:2]...) }},
		{"Any of 8", 6, func(ctx context.Context) { subscribe.Any(ctx, srcs...) }},
	} {
		t.Run(path.name, func(t *testing.T) {
			run := func() {
				which <- path.cell
				path.run(ctx)
			}
			run()
			if allocs := testing.AllocsPerRun(300, run); allocs != 0 {
				t.Errorf("%v allocations a run", allocs)
			}
		})
	}
}
