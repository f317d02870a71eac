// Package cause keeps why something was closed: the first reason given, for good.
package cause

import (
	"github.com/rouse-go/rouse"
	"go.uber.org/atomic"
)

// A Cause holds the error of a closed object. The zero value is one that is
// not closed. All methods may be called at once.
//
// It is set before the owner's CLOSED bit is, so whoever sees the bit reads a
// cause that will not change again:
//
//	closer   Set, then the bit
//	waiter   the bit, then Err
type Cause struct{ err atomic.Error }

// Set records why, unless an earlier call did. A nil cause means none:
// Err answers [rouse.ErrClosed] itself.
func (c *Cause) Set(cause error) {
	err := rouse.ErrClosed
	if cause != nil {
		err = &rouse.ClosedError{Cause: cause}
	}
	c.err.CompareAndSwap(nil, err) // first one wins
}

// Err returns what the waits of the closed object return.
func (c *Cause) Err() error { return c.err.Load() }
