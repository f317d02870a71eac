//go:build explore

package park

import "sync"

// A Crowd is the twin of the ordinary build's, made of sleepers that the search knows.
type Crowd struct {
	L sync.Locker

	mu     sync.Mutex // no step: what it guards goes with the step before
	places []Sleeper  // not kicked yet
}

// Sleep takes the last place, calls L.Unlock, blocks until a Kick reaches the place, and
// calls L.Lock.
func (c *Crowd) Sleep() {
	s := NewSleeper()
	c.mu.Lock()
	c.places = append(c.places, s)
	c.mu.Unlock()
	c.L.Unlock()
	Sleep[struct{}](s.C(), nil)
	c.L.Lock()
}

// Kick wakes the one in the first place that was not kicked.
func (c *Crowd) Kick() {
	c.mu.Lock()
	var s Sleeper
	if len(c.places) > 0 {
		s, c.places = c.places[0], c.places[1:]
	}
	c.mu.Unlock()
	if s != (Sleeper{}) {
		s.Kick()
	}
}
