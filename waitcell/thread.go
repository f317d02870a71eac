package waitcell

import (
	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/internal/spin"
)

// A berth is a record as the registration of a thread: the same place in the same
// books, without the channel. No token was sent for it, so there is none to wait for.
type berth waiter

func init() {
	park.Enlist = func(cell any) (park.ThreadRegistration, park.Ticket, error) {
		c := cell.(*Cell)
		w, t := c.enrol(nil, parked|looking)
		if w == nil {
			return nil, 0, c.cause.Err()
		}
		return (*berth)(w), t, nil
	}
	park.Lies = func(cell any) bool { return cell.(*Cell).word.Load()&held == parked }
}

// rouse is kick for one who looks: s is the word that it saw last. If it is not asleep, it
// sees that the word has changed.
//
// [W5] The word was changed before. Either the kernel compared before that, and the thread
// sleeps and is found here; or it compares after it, and the thread does not sleep.
func (w *waiter) rouse(s uint32) {
	if s&asleep != 0 {
		park.RouseThreads(&w.cell.word)
	}
}

// Word implements park.ThreadRegistration.
func (b *berth) Word() *atom.Uint32 { return &b.cell.word }

// Gauges implements park.ThreadRegistration.
func (b *berth) Gauges() (look, kernel *spin.Gauge) { return &b.look, &b.kernel }

// Doze implements park.ThreadRegistration.
func (b *berth) Doze(t park.Ticket) (expected uint32, ok bool) {
	for {
		p, s := (*waiter)(b).find(t)
		if p != isPending {
			return 0, false
		}
		if s&asleep != 0 || b.cell.word.CompareAndSwap(s, s|asleep) { // looking -> dozing (I8)
			return s | asleep, true
		}
	}
}

// Settle implements park.ThreadRegistration.
func (b *berth) Settle(t park.Ticket) (park.Registration, bool) {
	w := (*waiter)(b)
	return w, w.lieDown(t)
}

// Stir implements park.ThreadRegistration.
func (b *berth) Stir() {
	for {
		s := b.cell.word.Load()
		if s&asleep == 0 {
			return
		}
		if b.cell.word.CompareAndSwap(s, s&^asleep) { // dozing -> looking (I8)
			park.RouseThreads(&b.cell.word)
			return
		}
	}
}

// C implements park.Registration: there is no channel, and whoever asks has taken a wrong turn.
func (b *berth) C() <-chan struct{}               { return nil }
func (b *berth) Expose(park.Ticket)               {}
func (b *berth) Peek(t park.Ticket) error         { return (*waiter)(b).Peek(t) }
func (b *berth) Withdraw(t park.Ticket) bool      { return (*waiter)(b).Withdraw(t) }
func (b *berth) Cancel(t park.Ticket)             { (*waiter)(b).cancel(t, true) }
func (b *berth) Take(t park.Ticket, _ bool) error { return (*waiter)(b).Take(t, true) }
