// Package park is the only room of this module in which a goroutine goes to
// sleep.
//
//   - [Sleeper] is the bed: a channel of capacity one.
//   - [Registration] is one place in one source's books, and what its holder may do with it.
//   - [Await] is the loop that every wait of the module runs.
//
// One sleeper may hold several registrations ([Joiner]): that is how a wait for
// the first of many sources needs no goroutine and no reflection.
package park

import "time"

// A Sleeper is where one goroutine sleeps. Its channel holds at most one
// token, and a token says only "look again": the outcome of a wait is never in
// the channel, it is in the books of the source. So a token too many is a
// needless look and nothing worse, and a token that finds another one there
// has nothing to add.
//
// A Sleeper belongs to one cell, queue or bound wait. None is ever shared
// through a global pool: a channel made in a testing/synctest bubble must
// never be met outside of it.
type Sleeper struct{ ch chan struct{} }

// NewSleeper makes a sleeper with no token.
func NewSleeper() Sleeper { return Sleeper{make(chan struct{}, 1)} }

// C is the channel that the tokens come by.
func (s Sleeper) C() <-chan struct{} { return s.ch }

// Sleep blocks until c, a sleeper's channel, has a token, and answers true, or
// until done delivers, and answers false. A nil done never delivers.
func Sleep[T any](c <-chan struct{}, done <-chan T) bool {
	if done == nil {
		<-one(c) // half the price of a select
		return true
	}
	c, done = either(c, done)
	select {
	case <-c:
		return true
	case <-done:
		return false
	}
}

// SleepFor is Sleep for a duration, which must be positive.
func SleepFor(c <-chan struct{}, d time.Duration) bool {
	timer := newTimer(d)
	defer timer.Stop()
	return Sleep(c, timer.C)
}

// closedC delivers at once, always. It is made outside any bubble, and as
// nobody ever blocks on it, it may be used in all of them.
var closedC = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// Closed is the channel of a registration that was over before it began.
func Closed() <-chan struct{} { return closedC }
