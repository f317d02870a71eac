//go:build !explore

package doorbell_test

import (
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/internal/uring"
	"github.com/rouse-go/rouse/osbridge/doorbell"
)

// A loop is a complete io_uring loop, and the example of one: producers send it
// requests from anywhere; it submits them and hands on their completions. Its requests
// do nothing but complete; a driver's would read and write.
type loop struct {
	bell     *doorbell.Doorbell
	mail     mailbox[uint64]                    // the user data of the requests
	complete func(uint64)                       // called on the loop's thread
	capacity int                                // how many requests may be in flight
	cq       int                                // size of the completion queue
	before   func(ring *uring.Ring, sleep bool) // called before each entry into the kernel

	wakes, installs, overflows int
}

// send is a producer's part: enqueue, then publish.
func (l *loop) send(userData uint64) {
	l.mail.put(userData)
	l.bell.Publish()
}

// run is the loop. It returns when the bell is closed and all that was sent has completed.
func (l *loop) run(ring *uring.Ring) error {
	var (
		processed uint64   // taken out of the mail
		todo      []uint64 // of these, not yet submitted
		spare     []uint64
		inflight  int
		polling   bool
		closed    bool
	)
	for {
		if !polling && !closed {
			switch err := l.bell.Reinstall(ring); {
			case errors.Is(err, uring.ErrFull): // The next round has room.
			case errors.Is(err, rouse.ErrClosed):
				closed = true
			case err != nil:
				return err
			default:
				polling = true
				l.installs++
				if _, err := ring.Submit(); err != nil {
					return err
				}
				closed = errors.Is(l.bell.Acknowledge(), rouse.ErrClosed)
			}
		}
		if len(todo) == 0 {
			todo = l.mail.takeAll(spare)
			spare = todo
			processed += uint64(len(todo))
		}
		for len(todo) > 0 && inflight < l.capacity && ring.Nop(todo[0]) == nil {
			todo = todo[1:]
			inflight++
		}

		sleep := 0
		switch {
		case len(todo) > 0: // as much as may be in flight is: wait for some of it, without Arm
			sleep = min(1, inflight)
		case closed:
			if inflight == 0 && processed == l.bell.Submitted() {
				return nil
			}
			sleep = min(1, inflight)
		case l.bell.Arm() == processed && polling:
			sleep = 1
		}
		l.before(ring, sleep > 0)
		_, err := ring.SubmitAndWait(sleep)
		l.bell.Disarm()
		if err != nil {
			return err
		}

		for {
			for c := range ring.Completions() {
				if c.UserData != doorbell.WakeUserData {
					inflight--
					l.complete(c.UserData)
					continue
				}
				l.wakes++
				polling = c.More()
				if errors.Is(l.bell.Acknowledge(), rouse.ErrClosed) {
					closed = true
				}
			}
			if !ring.Overflowed() {
				break
			}
			l.overflows++
			if err := ring.Flush(); err != nil {
				return err
			}
		}
	}
}

// start runs the loop on a thread of its own, which lives as long as the ring does. It
// says why and skips where io_uring is refused.
func (l *loop) start(t *testing.T) (wait func() error) {
	t.Helper()
	if l.bell == nil {
		l.bell = newDoorbell(t)
	}
	if l.before == nil {
		l.before = func(*uring.Ring, bool) {}
	}
	if l.capacity == 0 {
		l.capacity = 64
	}
	made, end := make(chan error, 1), make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the loop
		ring, err := uring.New(8, uring.Options{CQEntries: l.cq})
		made <- err
		if err == nil {
			end <- errors.Join(l.run(ring), ring.Close())
		}
	}()
	if err := <-made; err != nil {
		t.Skipf("io_uring is refused here: %v", err)
	}
	return func() error { return <-end }
}

// Many producers, one loop: every request completes once, then the loop sleeps,
// and a close ends it.
func TestUringLoop(t *testing.T) {
	const producers = 8
	each := uint64(20_000)
	if testing.Short() {
		each = 2_000
	}
	seen := make([]bool, producers*each)
	left := len(seen)
	idle := make(chan struct{})
	l := &loop{complete: func(id uint64) {
		if seen[id] {
			t.Errorf("request %d completed twice", id)
		}
		seen[id] = true
		if left--; left == 0 {
			close(idle)
		}
	}}
	l.bell = newDoorbell(t)
	rings := l.bell.CountRings()
	wait := l.start(t)
	var all sync.WaitGroup
	for p := range uint64(producers) {
		all.Go(func() {
			for i := range each {
				l.send(p*each + i)
			}
		})
	}
	all.Wait()
	<-idle
	n := rings.Load()
	equal(t, "submitted", l.bell.Submitted(), uint64(len(seen)))
	must(t, l.bell.Close())
	must(t, wait())
	t.Logf("%d requests, %d rings, %d wakes", len(seen), n, l.wakes)
}

// A completion queue of eight cannot hold what eight requests and the wake give: it
// overflows, the poll ends, and is installed again. Nothing is lost, and the loop still wakes.
// Method: before it looks at completions, what is queued is submitted, and somebody rings.
func TestUringCompletionQueueOverflow(t *testing.T) {
	completed := make(chan uint64, 1024)
	l := &loop{cq: 8, complete: func(id uint64) { completed <- id }}
	l.before = func(ring *uring.Ring, sleep bool) {
		if n, err := ring.Submit(); err != nil {
			t.Error(err)
		} else if n == 8 {
			l.bell.Ring()
		}
	}
	wait := l.start(t)
	for range 200 {
		for id := range uint64(40) {
			l.send(id)
		}
		for range 40 {
			<-completed
		}
	}
	must(t, l.bell.Close())
	must(t, wait())
	if l.overflows == 0 || l.installs < 2 {
		t.Errorf("%d overflows, %d installs: the test has provoked nothing", l.overflows, l.installs)
	}
	t.Logf("%d overflows, %d installs, %d wakes", l.overflows, l.installs, l.wakes)
}

// An idle loop sleeps in the kernel; each publish wakes it; the close does too, whether it comes to a
// loop that sleeps or to one that is just installing its poll.
func TestUringIdleShutdown(t *testing.T) {
	for round := range 100 {
		asleep := make(chan struct{}, 1)
		completed := make(chan uint64, 1)
		l := &loop{complete: func(id uint64) { completed <- id }}
		l.before = func(_ *uring.Ring, sleep bool) {
			if sleep {
				select {
				case asleep <- struct{}{}:
				default:
				}
			}
		}
		wait := l.start(t)
		for id := range uint64(round % 3) {
			<-asleep
			l.send(id)
			equal(t, "completed", <-completed, id)
		}
		if round%2 == 0 {
			<-asleep
		}
		must(t, l.bell.Close())
		must(t, wait())
	}
}

// What the first poll missed the second one reports: a ring from before it is
// installed completes it at once.
func TestReinstallFindsTheRing(t *testing.T) {
	ring, err := uring.New(4, uring.Options{})
	if err != nil {
		t.Skipf("io_uring is refused here: %v", err)
	}
	defer ring.Close()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	d := newDoorbell(t)
	for range 5 {
		must(t, d.Ring()) // five rings, one completion
	}
	for range 2 {
		must(t, d.Reinstall(ring))
		_, err = ring.SubmitAndWait(1)
		must(t, err)
		c, ok := ring.Next()
		if !ok || c.UserData != doorbell.WakeUserData || c.Err() != nil || !c.More() {
			t.Fatalf("completion %+v", c)
		}
		if _, more := ring.Next(); more {
			t.Fatal("more than one completion")
		}
	}
	must(t, d.Acknowledge())
	equal(t, "woken", poll(t, d), false)
}
