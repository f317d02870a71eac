package waitcell_test

import (
	"testing"

	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// A newcomer by any of the ways takes the place of a waiter of any of the ways, and that one
// returns ErrReplaced; the newcomer gets the next wake.
func TestNewcomerTakesThePlace(t *testing.T) {
	for _, first := range waits {
		for _, second := range waits {
			t.Run(first.name+"/"+second.name, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					var c waitcell.Cell
					r1, r2 := make(chan error, 1), make(chan error, 1)
					go func() { r1 <- first.wait(bg, &c) }()
					settled()
					go func() { r2 <- second.wait(bg, &c) }()
					wantErr(t, "the first", <-r1, waitcell.ErrReplaced)
					settled()
					if !c.Wake() {
						t.Error("Wake found nobody")
					}
					wantErr(t, "the second", <-r2, nil)
					wantUsable(t, &c)
				})
			})
		}
	}
}

// One that was given a wake keeps it when a newcomer takes its place before it has looked, and
// the newcomer waits for a wake of its own.
func TestWokenThenReplacedKeepsItsWake(t *testing.T) {
	var c waitcell.Cell
	first := c.Subscribe()
	c.Wake()
	second := c.Subscribe()
	third := c.Subscribe()
	wantOutcome(t, "the first", first, nil)
	wantOutcome(t, "the second", second, waitcell.ErrReplaced)
	wantOutcome(t, "the third", third, subscribe.ErrPending)
	if !c.Wake() {
		t.Error("Wake found nobody")
	}
	wantOutcome(t, "the third", third, nil)
}

// A handle whose registration is over touches nobody else's: not by Cancel, Err, Wait or C, whatever
// the record that it names is used for since.
func TestStaleHandleTouchesNobody(t *testing.T) {
	ends := map[string]func(*waitcell.Cell, subscribe.Subscription){
		"cancelled": func(_ *waitcell.Cell, s subscribe.Subscription) { s.Cancel() },
		"taken":     func(c *waitcell.Cell, s subscribe.Subscription) { c.Wake(); s.Err() },
		"waited":    func(c *waitcell.Cell, s subscribe.Subscription) { c.Wake(); s.Wait(bg) },
		"timed out": func(_ *waitcell.Cell, s subscribe.Subscription) { s.Wait(done()) },
		"replaced":  func(c *waitcell.Cell, s subscribe.Subscription) { c.Subscribe().Cancel(); s.Err() },
		"kept, taken": func(c *waitcell.Cell, s subscribe.Subscription) {
			c.Wake()
			c.Subscribe().Cancel()
			s.Err()
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			var c waitcell.Cell
			stale := c.Subscribe()
			end(&c, stale)
			poke := func() {
				stale.Cancel()
				stale.C()
				for _, err := range []error{stale.Err(), stale.Wait(done())} {
					if name == "replaced" {
						wantErr(t, "the stale handle", err, waitcell.ErrReplaced)
					} else {
						wantErr(t, "the stale handle", err, subscribe.ErrEnded)
					}
				}
			}
			poke()
			wantState(t, &c, "WAITING")
			sub := c.Subscribe()
			poke()
			wantOutcome(t, "the new one", sub, subscribe.ErrPending)
			c.Wake()
			poke()
			wantOutcome(t, "the new one", sub, nil)
			poke()
			c.Wake()
			poke()
			wantPoll(t, &c, true, nil)
		})
	}
}

// Registration numbers repeat after 2^24 (I7). A handle from before that is still over after it.
func TestStaleHandleAfterNumbersRepeat(t *testing.T) {
	pass := map[string]func(*waitcell.Cell){
		"Subscribe":     func(c *waitcell.Cell) { c.Subscribe().Cancel() },
		"Any":           func(c *waitcell.Cell) { subscribe.Any(done(), c) },
		"Bound.WaitFor": nil, // below, for it keeps its Bound
	}
	for name, pass := range pass {
		t.Run(name, func(t *testing.T) {
			var c waitcell.Cell
			if pass == nil {
				b := c.Bind(bg)
				defer b.Release()
				pass = func(*waitcell.Cell) { b.WaitFor(func() bool { return true }) }
			}
			var stale []subscribe.Subscription
			for range 20 { // one of each of the first numbers
				sub := c.Subscribe()
				sub.Cancel()
				stale = append(stale, sub)
			}
			waitcell.BeforeRepeat(&c, 5)
			for range 40 {
				pass(&c)
				sub := c.Subscribe()
				for _, s := range stale {
					s.Cancel()
					wantErr(t, "a stale handle", s.Err(), subscribe.ErrEnded)
				}
				wantErr(t, "the new one", sub.Err(), subscribe.ErrPending)
				if !c.Wake() {
					t.Fatal("Wake found nobody")
				}
				wantErr(t, "the new one", sub.Wait(bg), nil)
			}
		})
	}
}

// Many at once take each other's place: all but one leave with ErrReplaced, and the one that is
// left gets the wake. That one is the last that registered.
func TestReplacementHammer(t *testing.T) {
	for _, w := range waits {
		if w.name == "WaitFor" || w.name == "Bound.WaitFor" || w.name == "Events" {
			continue // as the others here, and the hammer is short
		}
		t.Run(w.name, func(t *testing.T) {
			var c waitcell.Cell
			watch(t, func() string { return c.State().String() })
			const n = 4
			for range rounds(2_000) {
				results := make(chan error, n)
				for range n {
					go func() { results <- w.wait(bg, &c) }()
				}
				for range n - 1 {
					wantErr(t, w.name, <-results, waitcell.ErrReplaced)
				}
				c.Wake()
				wantErr(t, w.name, <-results, nil)
				wantState(t, &c, "WAITING")
			}
		})
	}
}
