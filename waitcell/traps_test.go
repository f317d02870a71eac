package waitcell_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// Each of these is a bug that a published cell of this kind had: WaitCell of maitake-sync or of k23.

// Trap 1: is_closed compared the word with CLOSED, so that a closed cell with a wake stored in it was
// said to be open. Look at Closed in every state that a close leads to.
func TestTrap1ClosedIsABitTest(t *testing.T) {
	for _, r := range table {
		c := r.build(new(waitcell.Cell)).cell
		c.Close()
		if !c.Closed() {
			t.Errorf("closed in state %s, then %s: Closed is false", r.state, c.State())
		}
		c.Wake()
		if !c.Closed() {
			t.Errorf("and after a Wake, %s: Closed is false", c.State())
		}
	}
}

// Trap 2: "none of these bits" was written as "not all of these", so the bit that guards the waiter
// guarded nothing. A second registrant, while REGISTERING is held, must wait for it to be
// cleared, and then take the place in order.
func TestTrap2RegisteringExcludesRegistrants(t *testing.T) {
	var c waitcell.Cell
	finish := waitcell.BeginRegistering(&c)
	in := make(chan subscribe.Subscription)
	begun := make(chan struct{})
	go func() {
		close(begun)
		in <- c.Subscribe()
	}()
	<-begun
	for range 1000 { // it cannot get in, however long we look; a thousand looks are what we can afford
		select {
		case <-in:
			t.Fatal("a second registrant came in beside the first")
		default:
			wantState(t, &c, "REGISTERING")
		}
	}
	first := finish()
	second := <-in
	wantErr(t, "the first", first.Wait(bg), waitcell.ErrReplaced)
	c.Wake()
	wantErr(t, "the second", second.Wait(bg), nil)
	wantUsable(t, &c)
}

// Trap 3: a stored wake was cleared in a second step, which swallowed another wake that came between. A wake
// meets the wait that takes the one before it: either it came first, and then what was done before it is seen
// after the wait; or it came later, and then it is stored.
func TestTrap3StoredWakeIsTakenInOneStep(t *testing.T) {
	var c waitcell.Cell
	for range rounds(20_000) {
		var data atomic.Bool
		var seen bool
		c.Wake()
		together(
			func() { data.Store(true); c.Wake() },
			func() { c.Wait(bg); seen = data.Load() },
		)
		if stored, _ := c.Poll(); !stored && !seen {
			t.Fatal("the second wake is gone, and what came before it was not seen")
		}
		wantState(t, &c, "WAITING")
	}
}

// Trap 4: the documentation said that a wake before the first poll is lost. Ours says that it is stored, and so it is.
func TestTrap4WakeBeforeTheFirstWaitIsStored(t *testing.T) {
	var c waitcell.Cell
	if c.Wake() {
		t.Error("Wake woke somebody in a new cell")
	}
	wantErr(t, "the first Wait", c.Wait(done()), nil)
}

// Trap 5: two waiters evicted each other for ever. Here the newcomer gets the place, and the other
// leaves with ErrReplaced and does not come back by itself: not from WaitFor either.
func TestTrap5TwoWaitersDoNotEvictEachOther(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, w := range waits {
			var c waitcell.Cell
			first, second := make(chan error, 1), make(chan error, 1)
			go func() { first <- w.wait(bg, &c) }()
			settled()
			go func() { second <- w.wait(bg, &c) }()
			settled()
			if len(first) != 1 || len(second) != 0 {
				t.Fatalf("%s: %d and %d of the two have returned, want only the first", w.name, len(first), len(second))
			}
			wantErr(t, w.name+": the first", <-first, waitcell.ErrReplaced)
			if !c.Wake() {
				t.Errorf("%s: Wake did not find the second", w.name)
			}
			wantErr(t, w.name+": the second", <-second, nil)
		}
	})
}

// Trap 6: a Wake that returned false was taken to mean that nobody would run. It came while a waiter was registering,
// and that waiter must find it.
func TestTrap6WakeDuringRegistrationIsFound(t *testing.T) {
	var c waitcell.Cell
	finish := waitcell.BeginRegistering(&c)
	if c.Wake() {
		t.Error("Wake claims to have woken one who is not in yet")
	}
	wantErr(t, "the registrant", finish().Wait(done()), nil)
}

// Trap 7, #449: a poll for no reason was read as a wake. A look before the wake, by Err or by a
// wait whose context is done, finds nothing.
func TestTrap7ASpuriousLookIsNotAWake(t *testing.T) {
	var c waitcell.Cell
	sub := c.Subscribe()
	for range 3 {
		wantErr(t, "Err", sub.Err(), subscribe.ErrPending)
	}
	wantErr(t, "Wait", sub.Wait(done()), context.Canceled)
	wantPoll(t, &c, false, nil)
}

// Trap 7, #263: a woken waiter was told that the cell was closed, because the value before a change was taken for the
// value after it. Wake first, then close: the waiter was woken.
func TestTrap7AWokenWaiterIsNotClosed(t *testing.T) {
	var c waitcell.Cell
	sub := c.Subscribe()
	c.Wake()
	c.Close()
	wantErr(t, "the woken waiter", sub.Wait(bg), nil)
	wantErr(t, "the next", c.Wait(bg), rouse.ErrClosed)
}

// Trap 7, 87b95f02: to drop a waiter with a wake pending was a deadlock. The wake goes back, and the cell goes on.
func TestTrap7CancelWithAWakePending(t *testing.T) {
	var c waitcell.Cell
	sub := c.Subscribe()
	c.Wake()
	sub.Cancel()
	wantErr(t, "the next Wait", c.Wait(bg), nil)
	wantUsable(t, &c)
}
