package park

import "github.com/rouse-go/rouse/internal/atom"

// An Exposure keeps account of the token of one waiter's registrations, so that the
// waiter is not used again while a token of an earlier one may still come. It is for
// sleepers that get one token for each registration, and no others; and for those that
// share theirs, where no token proves anything.
//
// A token that is gone was received by the user, by way of C; or it is not there yet,
// its sender standing between the outcome and the kick. From the channel alone one cannot
// tell. So where the user has the channel, somebody notes that the kick is over: the kicker,
// or who gives out the channel, if the token is in it then.
//
// If the user got the channel while the kicker was between those two, there is no note: then
// the waiter is given up needlessly, which costs an allocation and nothing else.
type Exposure struct {
	exposed atom.Uint64 // ticket+1 of the registration whose channel the user has
	over    atom.Uint64 // ticket+1 of one whose kick is over
}

// Expose notes that the user has c, the channel of registration t.
func (e *Exposure) Expose(t Ticket, c <-chan struct{}) {
	if e.exposed.Load() == uint64(t)+1 {
		return
	}
	e.exposed.Store(uint64(t) + 1)
	if Left(c) {
		e.over.Store(uint64(t) + 1)
	}
}

// Kicked is called by the kicker, after the kick. shared says that the sleeper gets
// other tokens too. The waiter may serve another registration by now: a late note
// of an old ticket hides a new one, no more.
func (e *Exposure) Kicked(t Ticket, shared bool) {
	if shared || e.exposed.Load() == uint64(t)+1 {
		e.over.Store(uint64(t) + 1)
	}
}

// Over reports whether the kick of registration t is over for certain.
func (e *Exposure) Over(t Ticket) bool { return e.over.Load() == uint64(t)+1 }

// Settle takes the token of registration t from c, and reports whether the kick is over and
// its token gone, for certain.
//
// It asks for the note before it looks for the token. The other way round, the kick and the
// note could both come between the two, and the token would be left behind.
func (e *Exposure) Settle(t Ticket, c <-chan struct{}) bool {
	over := e.Over(t)
	return Drain(c) || over
}
