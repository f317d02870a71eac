package waitcell_test

import (
	"testing"

	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitcell"
)

// Steps of different goroutines, put in an order that real threads seldom take.

// A waker stands between the books and the kick when its waiter ends, in any way. The kick comes late, and must not be
// taken for one of a later registration; nor may the wake be lost.
func TestKickThatComesLate(t *testing.T) {
	for name, r := range map[string]struct {
		end    func(subscribe.Subscription) error
		want   error
		stored bool
	}{
		"Err":        {func(s subscribe.Subscription) error { return s.Err() }, nil, false},
		"Wait":       {func(s subscribe.Subscription) error { return s.Wait(bg) }, nil, false},
		"Wait, done": {func(s subscribe.Subscription) error { return s.Wait(done()) }, nil, false},
		"Cancel":     {func(s subscribe.Subscription) error { s.Cancel(); return s.Err() }, subscribe.ErrEnded, true},
		"C, Err":     {func(s subscribe.Subscription) error { s.C(); return s.Err() }, nil, false},
		"C, Cancel":  {func(s subscribe.Subscription) error { s.C(); s.Cancel(); return s.Err() }, subscribe.ErrEnded, true},
	} {
		t.Run(name, func(t *testing.T) {
			var c waitcell.Cell
			sub := c.Subscribe()
			kick := waitcell.DeliverUnkicked(&c)
			wantErr(t, "the waiter", r.end(sub), r.want)
			wantPoll(t, &c, r.stored, nil)
			next := c.Subscribe()
			kick()
			wantOutcome(t, "the next", next, subscribe.ErrPending)
			c.Wake()
			wantOutcome(t, "the next", next, nil)
			wantUsable(t, &c)
		})
	}
}

// As before, and a newcomer takes the waiter's place first: the wake is in the waiter's record then.
func TestKickThatComesAfterANewcomer(t *testing.T) {
	var c waitcell.Cell
	sub := c.Subscribe()
	kick := waitcell.DeliverUnkicked(&c)
	next := c.Subscribe()
	wantErr(t, "the waiter", sub.Err(), nil)
	kick()
	wantOutcome(t, "the next", next, subscribe.ErrPending)
	c.Wake()
	wantOutcome(t, "the next", next, nil)
}

// A waiter has looked, and found that it was given a wake; then a newcomer takes its place and notes in the record that
// the wake is there; and then the waiter goes on. It must not overwrite that note: the note is the wake (I5).
func TestSettleKeepsTheNewcomersNote(t *testing.T) {
	for name, cancel := range map[string]bool{"taken": false, "cancelled": true} {
		t.Run(name, func(t *testing.T) {
			var c waitcell.Cell
			sub := c.Subscribe()
			kick := waitcell.DeliverUnkicked(&c)
			settle := waitcell.Settle(&c)
			next := c.Subscribe()
			settle()
			kick()
			if cancel {
				sub.Cancel()
				wantErr(t, "the newcomer, by the hand-on", next.Err(), nil)
				return
			}
			wantErr(t, "the waiter", sub.Err(), nil)
			wantErr(t, "the newcomer", next.Err(), subscribe.ErrPending)
		})
	}
}

// A Bound's sleeper keeps a kick that came late, for it minds no token too many: the next wait looks, finds nothing,
// and sleeps on.
func TestBoundMindsNoLateKick(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var c waitcell.Cell
		b := c.Bind(bg)
		defer b.Release()
		for name, wait := range map[string]func() error{
			"Wait":    b.Wait,
			"WaitFor": func() error { return b.WaitFor(second()) },
		} {
			var kick func()
			err := b.WaitFor(func() bool { kick = waitcell.DeliverUnkicked(&c); return true })
			wantErr(t, "the wait before", err, nil)
			wantPoll(t, &c, true, nil)
			kick()
			result := make(chan error, 1)
			go func() { result <- wait() }()
			settled()
			if len(result) > 0 {
				t.Fatalf("%s returned %v, and nobody has woken it", name, <-result)
			}
			c.Wake()
			wantErr(t, name, <-result, nil)
		}
	})
}
