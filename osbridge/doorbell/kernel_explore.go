//go:build explore

package doorbell

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/rouse-go/rouse/internal/atom"
)

// In an explorer build the kernel is a part of the scenario. bell.go is the production source; what is
// below it is modelled: the eventfd and the pipe here, os.File with its netpoller in file_explore.go. Where nobody
// searches, the models do their work all the same, and have to pass the tests that a real
// descriptor passes.
const kind = "model"

// A counter is an eventfd's open file, or a pipe's, in which a record counts as one.
type counter struct {
	count, full uint64
	pipe        bool
	readable    bool // its reading end is open
	writable    bool // its writing end is

	broken   error            // what a write fails with
	watchers []func(*counter) // the polls of it; each addition calls them
}

func (c counter) String() string {
	s := fmt.Sprint("count ", c.count)
	for _, is := range []struct {
		it   bool
		name string
	}{{c.count == c.full, "full"}, {!c.readable, "no reader"}, {!c.writable, "no writer"}} {
		if is.it {
			s += ", " + is.name
		}
	}
	return s
}

// A description is a counter, and those to whom signals may come while they call it.
type description struct {
	atom.Foreign[counter]
	signalled func() bool // nil, or decides whether the next call is interrupted
}

// Pipes makes New make pipes, or eventfds again.
func Pipes(yes bool) { pipes = yes }

var pipes bool

const (
	eventfdFull = math.MaxUint64 - 1
	pipeFull    = 8192
)

func open() (r, w *file, err error) {
	d := new(description)
	if !pipes {
		d.Set(counter{full: eventfdFull, readable: true, writable: true})
		r = newFile(d, true, true)
		return r, r, nil
	}
	d.Set(counter{full: pipeFull, readable: true, writable: true, pipe: true})
	return newFile(d, true, false), newFile(d, false, true), nil
}

var (
	errAgain       = errors.New("try again")
	errInterrupted = errors.New("interrupted")
	errBrokenPipe  = errors.New("broken pipe")
)

func again(err error) bool       { return err == errAgain }
func interrupted(err error) bool { return err == errInterrupted }

// read takes an eventfd's count, or as many of a pipe's records as p has room for.
func read(fd uintptr, p []byte) (n int, err error) {
	f := lookup(fd)
	if f.signalled != nil && f.signalled() {
		return -1, errInterrupted
	}
	f.Touch(func(c *counter) bool {
		f.mustBeOpen()
		switch {
		case c.count == 0 && !c.writable:
			return false // the end of a pipe
		case c.count == 0:
			n, err = -1, errAgain
			return false
		case c.pipe:
			n = int(min(c.count, uint64(len(p)/8)))
			c.count -= uint64(n)
			n *= 8
		default:
			n = 8
			binary.NativeEndian.PutUint64(p, c.count)
			c.count = 0
		}
		return true
	})
	return n, err
}

// write adds one.
func write(fd uintptr, p []byte) (n int, err error) {
	f := lookup(fd)
	if f.signalled != nil && f.signalled() {
		return -1, errInterrupted
	}
	f.Touch(func(c *counter) bool {
		f.mustBeOpen()
		switch {
		case c.broken != nil:
			err = c.broken
		case !c.readable:
			err = errBrokenPipe
		case c.count == c.full:
			err = errAgain
		default:
			c.count++
			for _, f := range c.watchers {
				f(c)
			}
			n = len(p)
			return true
		}
		n = -1
		return false
	})
	return n, err
}

// numbers are the files by their numbers. None is given out twice, so whoever uses the number of a file that was
// closed is found out.
var numbers struct {
	mu    sync.Mutex // no step: whether a number is open is asked in those of its description
	files []*file
}

// Forget makes all numbers free, as every execution of a scenario must find them.
func Forget() { numbers.files, pipes = nil, false }

func newFile(d *description, readable, writable bool) *file {
	numbers.mu.Lock()
	defer numbers.mu.Unlock()
	f := &file{description: d, readable: readable, writable: writable, open: true}
	numbers.files = append(numbers.files, f)
	f.number = uintptr(len(numbers.files))
	return f
}

func lookup(fd uintptr) *file {
	numbers.mu.Lock()
	defer numbers.mu.Unlock()
	return numbers.files[fd-1]
}

func (f *file) mustBeOpen() {
	if !f.open {
		panic("the number of a closed file is used")
	}
}
