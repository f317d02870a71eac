package waitcell_test

import (
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// The behaviours that suites of such cells check elsewhere, on one goroutine where that is possible: no
// step waits for another goroutine, so a step that would sleep wrongly hangs.

// A wake, then a wait by any of the ways: the wait takes it, and nothing is left.
func TestWakeThenWait(t *testing.T) {
	for _, w := range waits {
		var c waitcell.Cell
		c.Wake()
		wantErr(t, w.name, w.wait(bg, &c), nil)
		wantState(t, &c, "WAITING")
	}
}

// Looking for an outcome that is not there changes nothing: the subscription goes on, and the wake finds it.
func TestSpuriousPollStaysPending(t *testing.T) {
	var c waitcell.Cell
	sub := c.Subscribe()
	for range 3 {
		wantErr(t, "Err", sub.Err(), subscribe.ErrPending)
		wantPoll(t, &c, false, nil)
		wantState(t, &c, "PARKED")
	}
	if !c.Wake() {
		t.Error("Wake found nobody")
	}
	wantErr(t, "Err", sub.Err(), nil)
}

// Subscribe, wake, wait: the wake was for the subscription, and only once.
func TestSubscribeWakeWait(t *testing.T) {
	var c waitcell.Cell
	sub := c.Subscribe()
	if !c.Wake() {
		t.Error("Wake found nobody")
	}
	wantErr(t, "Wait", sub.Wait(bg), nil)
	wantErr(t, "Wait again", sub.Wait(bg), subscribe.ErrEnded)
	wantPoll(t, &c, false, nil)
}

// A wake before Subscribe is stored once and consumed once.
func TestWakeBeforeSubscribe(t *testing.T) {
	var c waitcell.Cell
	c.Wake()
	sub := c.Subscribe()
	<-sub.C()
	wantErr(t, "the first", sub.Err(), nil)
	sub = c.Subscribe()
	wantOutcome(t, "the second", sub, subscribe.ErrPending)
}

// Any number of wakes with nobody waiting are one.
func TestManyWakesAreOne(t *testing.T) {
	for _, n := range []int{2, 3, 1000} {
		var c waitcell.Cell
		for range n {
			if c.Wake() {
				t.Error("Wake woke somebody")
			}
		}
		wantPoll(t, &c, true, nil)
		wantPoll(t, &c, false, nil)
	}
}

// Registering is no wake: neither the registrant nor the next one finds anything.
func TestSubscribingDoesNotWake(t *testing.T) {
	var c waitcell.Cell
	for range 3 {
		sub := c.Subscribe()
		wantOutcome(t, "the subscription", sub, subscribe.ErrPending)
		sub.Cancel()
		wantPoll(t, &c, false, nil)
	}
}

// A wait beside a wake beside a close ends, in whatever order they come: with nil, or with the closed error and the
// wake stored, if it came before the close.
func TestWaitBesideWakeBesideCloseEnds(t *testing.T) {
	for _, w := range waits {
		t.Run(w.name, func(t *testing.T) {
			var c *waitcell.Cell
			watch(t, func() string { return c.State().String() })
			for range rounds(2_000) {
				c = new(waitcell.Cell)
				var err error
				var woke bool
				together(
					func() { err = w.wait(bg, c) },
					func() { woke = c.Wake() },
					func() { c.Close() },
				)
				if err != nil {
					wantErr(t, w.name, err, rouse.ErrClosed)
				}
				if woke && err != nil {
					t.Errorf("Wake woke a waiter, and that returned %v", err)
				}
				if stored, _ := c.Poll(); stored && err == nil {
					t.Error("one wake was taken twice")
				}
			}
		})
	}
}

// Woken beats closed when the wake came first, whether it was stored or found a waiter.
func TestWokenBeatsClosed(t *testing.T) {
	for _, w := range waits {
		var c waitcell.Cell
		c.Wake()
		c.Close()
		wantErr(t, w.name, w.wait(bg, &c), nil)
		wantErr(t, w.name+" again", w.wait(bg, &c), wantAfterClose(w.name))
		wantState(t, &c, "CLOSED")
	}
	var c waitcell.Cell
	sub := c.Subscribe()
	c.Wake()
	c.Close()
	<-sub.C()
	wantErr(t, "a subscription", sub.Err(), nil)
}

// wantAfterClose is what the wait of that name returns on a closed cell: its condition is evaluated once
// more, and second is true by then.
func wantAfterClose(name string) error {
	if name == "WaitFor" || name == "Bound.WaitFor" {
		return nil
	}
	return rouse.ErrClosed
}

// A wake that follows the subscription's end is stored, and a cell can be used over and over.
func TestUseOverAndOver(t *testing.T) {
	var c waitcell.Cell
	for range 100 {
		for _, w := range waits {
			c.Wake()
			wantErr(t, w.name, w.wait(bg, &c), nil)
		}
	}
	wantUsable(t, &c)
}
