package subscribe_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/subscribe"
)

// A tray is a source made with From: a line, and a count of the wakes that nobody has taken.
type tray struct {
	mu     sync.Mutex
	line   []*slip
	open   int
	stored int
	closed bool
	wrong  error // a registration was not ended once
}

// A slip is a registration in a tray. Its fields are the tray's lock's.
type slip struct {
	c       chan struct{}
	outcome error
	over    bool
}

func (y *tray) Subscribe() subscribe.Subscription {
	y.mu.Lock()
	defer y.mu.Unlock()
	s := &slip{c: make(chan struct{}, 1)}
	y.open++
	switch {
	case y.stored > 0:
		y.stored--
		s.deliver()
	case y.closed:
		s.shut()
	default:
		y.line = append(y.line, s)
	}
	return subscribe.From(s.c, func() error { return y.end(s, true) }, func() { y.end(s, false) })
}

func (s *slip) deliver() { s.c <- struct{}{} }
func (s *slip) shut()    { s.outcome = fmt.Errorf("%w: %w", rouse.ErrClosed, errCause); close(s.c) }

// end is both of From's functions: taken or not, the registration is over.
func (y *tray) end(s *slip, taken bool) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	waits := slices.Contains(y.line, s)
	if s.over || taken && waits {
		y.wrong = errors.New("a registration with a tray was ended twice, or taken from before it had an outcome")
	}
	s.over = true
	y.open--
	y.line = slices.DeleteFunc(y.line, func(x *slip) bool { return x == s })
	if !taken && !waits && s.outcome == nil {
		y.give()
	}
	return s.outcome
}

func (y *tray) give() bool {
	if len(y.line) == 0 {
		y.stored++
		return false
	}
	y.line[0].deliver()
	y.line = y.line[1:]
	return true
}

func (y *tray) Wake() bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	return !y.closed && y.give()
}

func (y *tray) Poll() bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.stored--
	if y.stored < 0 {
		y.stored = 0
		return false
	}
	return true
}

func (y *tray) Close() {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.closed = true
	for _, s := range y.line {
		s.shut()
	}
	y.line = nil
}

func (y *tray) String() string {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.wrong != nil {
		return y.wrong.Error()
	}
	return fmt.Sprintf("%d stored, %d open", y.stored, y.open)
}
