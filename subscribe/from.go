package subscribe

import "github.com/rouse-go/rouse/internal/park"

// From makes a Subscription of something that is not of this module, so that it
// can be waited for by everything that is. It is called by the Subscribe
// method of a [Source] when it has registered the caller.
//
// c delivers once, when there is an outcome, or is closed then. err is called
// once, to take the outcome. cancel is called once, instead of err, to give the registration up;
// if a wake has been delivered by then, it is for cancel to hand it on. Neither may block.
//
// Whether the user has received from c, the subscription cannot know: so once its C was
// called, Err must not be called before C has delivered, nor Wait after that.
func From(c <-chan struct{}, err func() error, cancel func()) Subscription {
	if c == nil || err == nil || cancel == nil {
		panic("subscribe: From needs a channel and two functions")
	}
	return New(&foreign{c: c, take: err, cancel: cancel}, 0)
}

// foreign is a registration made by From. Its fields are its holder's, one goroutine at a time.
type foreign struct {
	c       <-chan struct{}
	take    func() error
	cancel  func()
	exposed bool // the user has c
	got     bool // c has delivered
	taken   bool // take was called, and answered outcome
	outcome error
	ended   bool
}

func (f *foreign) C() <-chan struct{} { return f.c }

func (f *foreign) Expose(park.Ticket) { f.exposed = true }

func (f *foreign) delivered() bool {
	f.got = f.got || park.Drain(f.c)
	return f.got
}

// Peek asks for the outcome as soon as there is one: an error must not wait for the
// others of a group. It trusts a user who has the channel to have received from it.
func (f *foreign) Peek(park.Ticket) error {
	switch {
	case f.ended:
		return ErrEnded
	case !f.taken && !f.delivered() && !f.exposed:
		return ErrPending
	case !f.taken:
		f.taken = true
		f.outcome = f.take()
	}
	return f.outcome
}

func (f *foreign) Take(t park.Ticket, token bool) error {
	f.got = f.got || token
	err := f.Peek(t)
	if err != ErrPending {
		f.ended = true
	}
	return err
}

func (f *foreign) Withdraw(park.Ticket) bool {
	if f.ended || f.taken || f.delivered() {
		return false
	}
	f.Cancel(0)
	return true
}

func (f *foreign) Cancel(park.Ticket) {
	if !f.ended {
		f.ended = true
		if !f.taken {
			f.cancel()
		}
	}
}
