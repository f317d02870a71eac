//go:build !explore

package park

import "sync"

// A Crowd is where many goroutines sleep who have nothing else to wait for: no context,
// no select. They are woken in the order in which they came, and Crowd is all the memory it
// takes: the runtime keeps the line. L is set once, before the first Sleep.
//
// For testing/synctest a Crowd is as durably blocking as a channel, and belongs to one
// bubble as that does.
//
// [P2] The place is taken before L.Unlock is called. So a Kick by anybody who has learned of the
// sleeper by way of L counts for this place or one before it.
type Crowd struct{ sync.Cond }

// Sleep takes the last place, calls L.Unlock, blocks until a Kick reaches the place, and
// calls L.Lock. The calls of Sleep must not overlap between their start and L.Unlock.
func (c *Crowd) Sleep() { c.Wait() }

// Kick wakes the one in the first place that was not kicked, whether it sleeps already or
// not. If there is none, it does nothing.
func (c *Crowd) Kick() { c.Signal() }
