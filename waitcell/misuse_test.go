package waitcell_test

import (
	"context"
	"testing"

	"github.com/rouse-go/rouse/waitcell"
)

// Bad use panics at once, in words that name the package (P9).
func TestBadUsePanics(t *testing.T) {
	yes := func() bool { return true }
	value := func() (int, bool) { return 0, true }
	var none *waitcell.Cell
	for name, f := range map[string]func(){
		"Wake":         func() { none.Wake() },
		"Poll":         func() { none.Poll() },
		"Wait":         func() { none.Wait(bg) },
		"WaitTimeout":  func() { none.WaitTimeout(1) },
		"Subscribe":    func() { none.Subscribe() },
		"WaitFor":      func() { none.WaitFor(bg, yes) },
		"WaitForValue": func() { waitcell.WaitForValue(bg, none, value) },
		"Bind":         func() { none.Bind(bg) },
		"Close":        func() { none.Close() },
		"CloseWith":    func() { none.CloseWith(errCause) },
		"Closed":       func() { none.Closed() },
		"State":        func() { _ = none.State() },
	} {
		t.Run("nil cell/"+name, func(t *testing.T) { wantPanic(t, "waitcell: nil cell", f) })
	}

	var c waitcell.Cell
	c.Wake() // bad use is told also where the wait would not have to sleep
	for name, f := range map[string]func(){
		"Wait":         func() { c.Wait(noContext) },
		"WaitFor":      func() { c.WaitFor(noContext, yes) },
		"WaitForValue": func() { waitcell.WaitForValue(noContext, &c, value) },
		"Bind":         func() { c.Bind(noContext) },
	} {
		t.Run("nil context/"+name, func(t *testing.T) { wantPanic(t, "waitcell: nil context", f) })
	}
	t.Run("nil context/Subscription.Wait", func(t *testing.T) {
		wantPanic(t, "subscribe: nil context", func() { c.Subscribe().Wait(noContext) })
	})

	b := c.Bind(bg)
	for name, f := range map[string]func(){
		"WaitFor":       func() { c.WaitFor(bg, nil) },
		"WaitForValue":  func() { waitcell.WaitForValue[int](bg, &c, nil) },
		"Bound.WaitFor": func() { b.WaitFor(nil) },
	} {
		t.Run("nil condition/"+name, func(t *testing.T) { wantPanic(t, "waitcell: nil condition", f) })
	}

	b.Release()
	b.Release() // may be called more than once
	for name, bound := range map[string]*waitcell.Bound{"released": b, "nil": nil, "zero": new(waitcell.Bound)} {
		t.Run(name+" Bound", func(t *testing.T) {
			bound.Release()
			wantPanic(t, "waitcell: use of a Bound after Release", func() { bound.Wait() })
			wantPanic(t, "waitcell: use of a Bound after Release", func() { bound.WaitFor(yes) })
		})
	}
}

// noContext is what must be refused.
var noContext context.Context
