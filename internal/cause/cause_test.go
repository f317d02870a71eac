package cause_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/internal/cause"
)

var (
	errA = errors.New("a")
	errB = errors.New("b")
)

// The first Set decides, whether it has a cause or none, and Err never changes after it.
func TestFirstSetDecides(t *testing.T) {
	for _, first := range []error{nil, errA} {
		for _, second := range []error{nil, errB} {
			var c cause.Cause
			if err := c.Err(); err != nil {
				t.Errorf("not closed, and Err: %v", err)
			}
			c.Set(first)
			was := c.Err()
			if !errors.Is(was, rouse.ErrClosed) || first != nil && !errors.Is(was, first) || first == nil && was != rouse.ErrClosed {
				t.Errorf("set to %v: %v", first, was)
			}
			c.Set(second)
			if now := c.Err(); now != was {
				t.Errorf("set to %v, then %v: changed to %v", first, second, now)
			}
		}
	}
}

// As many Sets at once as there are: all of them leave with the same answer.
func TestSetsAtOnceAgree(t *testing.T) {
	for range 500 {
		var c cause.Cause
		var got [4]error
		var wg sync.WaitGroup
		for i, err := range []error{nil, errA, errB, errA} {
			wg.Go(func() { c.Set(err); got[i] = c.Err() })
		}
		wg.Wait()
		for _, err := range got {
			if err != got[0] || err == nil {
				t.Fatalf("they read %v", got)
			}
		}
	}
}

// A cause whose type cannot be compared is kept like any other.
func TestCauseThatCannotBeCompared(t *testing.T) {
	var c cause.Cause
	c.Set(list{errA})
	c.Set(list{errB})
	if !errors.Is(c.Err(), errA) || errors.Is(c.Err(), errB) {
		t.Errorf("Err: %v", c.Err())
	}
}

type list []error

func (l list) Error() string   { return "several" }
func (l list) Unwrap() []error { return l }
