//go:build explore

package doorbell

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/cause"
	"github.com/rouse-go/rouse/internal/park"
)

// A file is os.File, as far as a bell uses it: a number that is given up when the last of its users
// has left, and a place in the netpoller.
type file struct {
	*description
	number             uintptr
	readable, writable bool // which end of a pipe
	open               bool // the number is ours (the description's steps)

	users  atom.Foreign[users]
	poller atom.Foreign[poller]
}

// users is the reference count of internal/poll's fdMutex.
type users struct {
	closing bool // newcomers are turned away
	inside  int
	gone    bool // the number was given up
}

// poller is the runtime's pollDesc.
type poller struct {
	evicted     bool // by a close
	interrupted bool // the read deadline has passed
	stirred     int  // how often who sleeps was woken for nothing
}

func (u users) String() string {
	switch {
	case u.gone:
		return "gone"
	case u.closing:
		return fmt.Sprintf("closing, %d inside", u.inside)
	}
	return fmt.Sprint(u.inside, " inside")
}

func (p poller) String() string {
	switch {
	case p.evicted:
		return "evicted"
	case p.interrupted:
		return "interrupted"
	}
	return fmt.Sprint("stirred ", p.stirred)
}

var errClosing = errors.New("use of closed file")

// enter claims the number. Until somebody closes, those who come and those who leave do not look at each other: the
// count is one whatever their order. So to the search they do not change it, and it need not try their orders.
func (f *file) enter() (ok bool) {
	f.users.Touch(func(u *users) bool {
		if ok = !u.closing; ok {
			u.inside++
		}
		return false
	})
	return ok
}

func (f *file) leave() {
	last := false
	f.users.Touch(func(u *users) bool {
		u.inside--
		last = u.closing && u.inside == 0
		return u.closing
	})
	if !last {
		return
	}
	f.Touch(func(c *counter) bool {
		f.open = false
		c.readable = c.readable && !f.readable
		c.writable = c.writable && !f.writable
		return true
	})
	f.users.Touch(func(u *users) bool { u.gone = true; return true })
}

// Close turns newcomers away, frees who sleeps, and returns when the number was given up.
func (f *file) Close() error {
	first := false
	f.users.Touch(func(u *users) bool {
		if first = !u.closing; first {
			u.closing = true
			u.inside++
		}
		return first
	})
	if !first {
		return os.ErrClosed
	}
	f.poller.Touch(func(p *poller) bool { p.evicted = true; return true })
	f.leave()
	for gone := false; ; park.Yield() {
		f.users.Touch(func(u *users) bool { gone = u.gone; return false })
		if gone {
			return nil
		}
	}
}

// SetReadDeadline knows two deadlines: none, and one that has passed.
func (f *file) SetReadDeadline(t time.Time) error {
	if !f.enter() {
		return errClosing
	}
	defer f.leave()
	f.poller.Touch(func(p *poller) bool {
		changed := p.interrupted == t.IsZero()
		p.interrupted = !t.IsZero()
		return changed
	})
	return nil
}

// SyscallConn returns what bell.go uses the number by.
func (f *file) SyscallConn() (syscall.RawConn, error) { return rawConn{f}, nil }

type rawConn struct{ *file }

func (c rawConn) Control(f func(fd uintptr)) error {
	if !c.enter() {
		return errClosing
	}
	defer c.leave()
	f(c.number)
	return nil
}

// Write is called with functions that do not wait for room.
func (c rawConn) Write(f func(fd uintptr) (done bool)) (err error) {
	return c.Control(func(fd uintptr) {
		if !f(fd) {
			panic("a ring wants to wait for room")
		}
	})
}

// Read sleeps until f says that it is done, the deadline has passed, or the file is closed. Who sleeps
// here, wakes when anything has changed that it looked at, and that is more than the netpoller would wake it for: but it
// looks at the kernel's side of things only, so nothing but a ring, an interrupt or a close gets it out of here.
func (c rawConn) Read(f func(fd uintptr) (done bool)) (err error) {
	if !c.enter() {
		return errClosing
	}
	defer c.leave()
	for {
		c.poller.Touch(func(p *poller) bool {
			switch {
			case p.evicted:
				err = errClosing
			case p.interrupted:
				err = os.ErrDeadlineExceeded
			}
			return false
		})
		if err != nil || f(c.number) {
			return err
		}
		park.Yield()
	}
}

// A reason is a cause that the search sees: each of its steps goes with one of said.
type reason struct {
	said  atom.Bool
	cause cause.Cause
}

func (r *reason) Set(err error) {
	r.said.CompareAndSwap(false, true)
	r.cause.Set(err)
}

func (r *reason) Err() error {
	r.said.Load()
	return r.cause.Err()
}
