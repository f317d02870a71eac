package parkinglot

import (
	"context"
	"time"

	"github.com/rouse-go/rouse/internal/lot"
	"github.com/rouse-go/rouse/internal/park"
)

// process is the lot of the functions on addresses.
var process lot.Lot[Key]

// Wait blocks until addr is notified, provided that *addr is expected; if it is not, it
// returns at once. The comparison and the registration are one step, seen from a notify.
//
// It may return for no reason that the caller knows of: another use of the same address was
// notified, or the value has changed and changed back. So call it in a loop that looks at the value.
func Wait[T Value](addr *T, expected T) {
	if differs(addr, expected) {
		return
	}
	if w := register(addr, expected); w != nil {
		if !w.Look() { // lot.Sleep, spelled out: see there
			park.Sleep[struct{}](w.Bed(), nil)
		}
		w.Done()
		putAway(w)
	}
}

// WaitFor is [Wait] for at most d.
//
//   - true: notified, or *addr was not expected, or for no reason.
//   - false: d is over. No notify was used up: none counted this waiter.
//
// With d <= 0 it does not block. If a notify and the timeout race, the notify wins.
func WaitFor[T Value](addr *T, expected T, d time.Duration) bool {
	if differs(addr, expected) {
		return true
	}
	if d <= 0 {
		return false
	}
	w := register(addr, expected)
	if w == nil {
		return true
	}
	timer := park.NewTimer(d)
	defer timer.Stop()
	woken := lot.Sleep(&process, w, timer.C, nil)
	putAway(w)
	return woken
}

// WaitUntil is [WaitFor] with a point in time. The zero Time is no deadline at all, as
// in package net.
func WaitUntil[T Value](addr *T, expected T, deadline time.Time) bool {
	if deadline.IsZero() {
		Wait(addr, expected)
		return true
	}
	return WaitFor(addr, expected, time.Until(deadline))
}

// WaitContext is [Wait] with a context.
//
//   - nil: notified, or *addr was not expected, or for no reason.
//   - the context's error: ctx was done, and no notify was used up. If its cause is another
//     error than ctx.Err(), errors.Is holds for both.
//
// If a notify and a cancellation race, the notify wins. A context that was done before fails at
// once, unless *addr is not expected.
func WaitContext[T Value](ctx context.Context, addr *T, expected T) error {
	if ctx == nil {
		panic("parkinglot: nil context")
	}
	if differs(addr, expected) {
		return nil
	}
	done := ctx.Done()
	if done != nil && ctx.Err() != nil {
		return park.ContextError(ctx)
	}
	w := register(addr, expected)
	if w == nil {
		return nil
	}
	woken := lot.Sleep(&process, w, done, nil)
	putAway(w)
	if woken {
		return nil
	}
	return park.ContextError(ctx)
}

// differs reports whether there is nothing to wait for, and refuses bad addresses.
func differs[T Value](addr *T, expected T) bool {
	if addr == nil {
		panic("parkinglot: nil address")
	}
	aligned(addr)
	return load(addr) != expected
}

// register returns a waiter registered under addr, or nil if *addr is not expected.
//
// [W1] The second look comes after the announcement: see package lot.
func register[T Value](addr *T, expected T) *lot.Waiter[Key] {
	k, w := KeyOf(addr), takeOut()
	if process.Prepare(w, k, k.hash(), func() bool { return load(addr) == expected }) {
		return w
	}
	putAway(w)
	return nil
}
