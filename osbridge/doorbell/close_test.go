package doorbell_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/osbridge/doorbell"
	"go.uber.org/goleak"
)

// pollerFunc is a Poller.
type pollerFunc func(fd int, userData uint64) error

func (f pollerFunc) AddPollMultishot(fd int, userData uint64) error { return f(fd, userData) }

// Everything that can answer says ErrClosed; the rest goes on counting.
func TestClosedAnswersEverywhere(t *testing.T) {
	d := newDoorbell(t)
	must(t, d.Close())
	_, await := d.Await(t.Context(), 0)
	_, done := d.Await(cancelled(), 0)
	for what, err := range map[string]error{
		"Ring":        d.Ring(),
		"Acknowledge": d.Acknowledge(),
		"Await":       await,
		"Await, done": done,
		"Close":       d.Close(),
		"Reinstall":   d.Reinstall(pollerFunc(func(int, uint64) error { t.Error("polled"); return nil })),
	} {
		if err != rouse.ErrClosed {
			t.Errorf("%s: %v", what, err)
		}
	}
	equal(t, "FD", d.FD(), -1)
	d.Publish()
	equal(t, "snapshot", d.Arm(), 1)
	d.Publish()
	equal(t, "submitted", d.Submitted(), 2)
	d.Disarm()
}

func TestCloseFreesASleeper(t *testing.T) {
	for range 100 {
		d := newDoorbell(t)
		c := asleep(patient(t), d, 0)
		must(t, d.Close())
		equal(t, "answer", <-c, answer{0, rouse.ErrClosed})
	}
}

// What was published before the close is still reported; then the close is.
func TestSubmissionsSurviveTheClose(t *testing.T) {
	d := newDoorbell(t)
	d.Publish()
	must(t, d.Close())
	s, err := d.Await(cancelled(), 0)
	equal(t, "submitted", s, 1)
	must(t, err)
	s, err = d.Await(t.Context(), 1)
	equal(t, "answer", answer{s, err}, answer{1, rouse.ErrClosed})
}

// An Acknowledge that takes the ring of a close says that it is closed: nobody would
// wake the loop again. Method: the close is brought to its ring just before the taking.
func TestAcknowledgeThatTakesTheRingOfAClose(t *testing.T) {
	d := newDoorbell(t)
	rings := d.CountRings()
	closed := make(chan error, 1)
	d.BeforeTake(func() {
		go func() { closed <- d.Close() }()
		for rings.Load() == 0 {
			runtime.Gosched()
		}
	})
	equal(t, "Acknowledge", d.Acknowledge(), rouse.ErrClosed)
	must(t, <-closed)
}

// An ownContext is of a type that package context does not know.
type ownContext struct {
	context.Context
	done chan struct{}
}

func (c ownContext) Done() <-chan struct{} { return c.done }

// A context that lives on does not keep the doorbell. With a context of one's own one
// can see that: what package context keeps for it is a goroutine.
func TestContextIsForgotten(t *testing.T) {
	d := newDoorbell(t)
	own := func() context.Context { return ownContext{context.Background(), make(chan struct{})} }
	await := func(ctx context.Context) {
		must(t, d.Ring())
		_, err := d.Await(ctx, 0)
		must(t, err)
	}
	await(own())
	await(context.Background())
	goleak.VerifyNone(t)
	await(own())
	must(t, d.Close())
	goleak.VerifyNone(t)
	if _, err := d.Await(own(), 0); err != rouse.ErrClosed {
		t.Error(err)
	}
	goleak.VerifyNone(t)
}

// Of many closes one succeeds.
func TestClosesRace(t *testing.T) {
	for range 200 {
		d := newDoorbell(t)
		var mu sync.Mutex
		var closers sync.WaitGroup
		succeeded := 0
		for range 4 {
			closers.Go(func() {
				switch err := d.Close(); err {
				case nil:
					mu.Lock()
					succeeded++
					mu.Unlock()
				case rouse.ErrClosed:
				default:
					t.Error(err)
				}
			})
		}
		closers.Wait()
		equal(t, "closes that succeeded", succeeded, 1)
	}
}

// All operations at once, and a close in the middle. The race detector watches;
// everybody ends, and nobody gets an error but ErrClosed.
func TestEverythingRacesClose(t *testing.T) {
	for range 300 {
		d := newDoorbell(t)
		ctx, cancel := context.WithCancel(t.Context())
		errs := make(chan error, 100)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				for range 20 {
					d.Publish()
					d.Submitted()
					d.FD()
					errs <- d.Ring()
				}
			})
		}
		all.Go(func() {
			for s, err := uint64(0), error(nil); err == nil; errs <- err {
				if s, err = d.Await(ctx, s); err == nil {
					err = d.Acknowledge()
				}
			}
		})
		all.Go(func() {
			for d.Submitted() < 30 {
				if d.FD() < 0 {
					break
				}
			}
			errs <- d.Close()
		})
		go func() { all.Wait(); close(errs) }()
		for err := range errs {
			if err != nil && err != rouse.ErrClosed {
				t.Error(err)
			}
		}
		cancel()
	}
}

// Reinstall asks for a poll of the doorbell's descriptor under the reserved
// user data, once, and passes on what the poller says.
func TestReinstallQueuesOnePoll(t *testing.T) {
	d := newDoorbell(t)
	polls := 0
	must(t, d.Reinstall(pollerFunc(func(fd int, userData uint64) error {
		polls++
		equal(t, "descriptor", fd, d.FD())
		equal(t, "user data", userData, doorbell.WakeUserData)
		return nil
	})))
	equal(t, "polls", polls, 1)
	err := d.Reinstall(pollerFunc(func(int, uint64) error { return io.ErrShortBuffer }))
	if !errors.Is(err, io.ErrShortBuffer) || err.Error() != "doorbell: reinstall: short buffer" {
		t.Error(err)
	}
}
