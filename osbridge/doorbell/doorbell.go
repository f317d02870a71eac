package doorbell

import (
	"context"

	"github.com/rouse-go/rouse/internal/atom"
)

// A Doorbell is the wake side of a queue with many producers and one loop.
// Make it with [New]; it must not be copied.
//
// Publish, Submitted, Ring, FD and Close may be called by any number of
// goroutines at once. Arm, Disarm, Acknowledge, Reinstall and Await are the loop's:
// one goroutine at a time, beside the others.
//
// A Publish synchronizes before the Submitted, Arm or Await that returns its number or a
// later one, and a Ring before the Arm or Await that follows the wake, in the
// terminology of the Go memory model.
//
// A doorbell that is not closed is closed by the garbage collector, some time
// after nobody refers to it any more.
type Doorbell struct {
	word  atom.Uint64
	bell  bell
	cause reason // set: closed

	loop    atom.Mutex      // held in the loop's half, never waited for in it
	watched <-chan struct{} // (loop) whose end interrupts the sleep
	unwatch func() bool     // (loop)
}

// New returns a doorbell that has its own descriptor: not blocking, closed in child
// processes. Its error names the system call.
//   - errors.ErrUnsupported: this system has nothing to build it from.
func New() (*Doorbell, error) {
	d := new(Doorbell)
	if err := d.bell.open(); err != nil {
		return nil, err
	}
	return d, nil
}

// Publish says that one submission was put into the queue; call it after
// putting it there. It raises the sequence by one, and rings if the loop means to sleep.
//
// While the loop is busy it costs one atomic addition. It never blocks. On a
// closed doorbell it counts, and rings nobody. Should the ring fail, there
// is nobody to tell but the loop: the doorbell closes, with that error as the cause.
func (d *Doorbell) Publish() {
	// [W2] Enqueue, then look: the addition that publishes is the look at the intent.
	// The loop does the reverse [W1]. Both steps are on one word, so one comes first: if
	// ours, Arm returns our number; if Arm's, we find the intent, or whoever found it before us rings.
	if d.word.Add(oneMore)&armed != 0 { // running -> running, armed -> armed (I1)
		d.publishSlow()
	}
}

// publishSlow takes the intent and rings.
//
// Optimization: from the first ring until the loop runs again and disarms, thousands
// may publish. One ring is enough for all of them; so only who takes the
// intent rings. If it is gone, another has taken it, or the loop does not sleep.
//
//go:noinline
func (d *Doorbell) publishSlow() { // kept out of line, so that Publish inlines
	d.must()
	if d.word.And(^uint64(armed))&armed == 0 { // armed -> running (I2, I3)
		return
	}
	if err := d.bell.ring(); err != nil && d.cause.Err() == nil {
		d.close(err)
	}
}

// Ring wakes the loop if it sleeps; else its next sleep ends at once. Any number of
// rings that the loop has not taken are one. It says nothing about the queue: use it
// to make the loop look at something else, such as a flag that tells it to stop.
//   - nil: rung, or the bell's counter is full, which means rung as well.
//   - an error for which errors.Is(err, rouse.ErrClosed) holds: closed.
//   - another error names the call that failed; from then on every ring fails.
//
// It never blocks.
func (d *Doorbell) Ring() error {
	d.must()
	if err := d.cause.Err(); err != nil {
		return err
	}
	d.word.Add(0) // P2: the kernel orders the two sides, but the memory model does not know of it
	return d.blame(d.bell.ring())
}

// Submitted returns the sequence: how many submissions were published, modulo
// 2^63. It goes on counting after a close.
func (d *Doorbell) Submitted() uint64 { return d.word.Load() >> seqShift }

// Arm says that the loop means to sleep, and returns the sequence as of the same
// atomic step. If that is what the loop has processed, it may sleep: whatever
// is published from now on rings. If not, it must not; it disarms and goes on.
func (d *Doorbell) Arm() uint64 {
	return d.word.Or(armed) >> seqShift // [W1] running -> armed, and the look again, in one (I2)
}

// Disarm takes the intent back, after the sleep or instead of it, so that
// publishing is cheap while the loop runs.
func (d *Doorbell) Disarm() {
	d.word.And(^uint64(armed)) // armed -> running (I2)
}

// Acknowledge takes all rings that are there. It does not block, and it
// is no error that there is none. The sequence and the intent stay as they are.
//   - an error for which errors.Is(err, rouse.ErrClosed) holds: closed.
//   - another error names the call that failed.
//
// Call it on each wake completion of io_uring, before the next Arm, and afterwards look at all
// that a ring may be about. Await needs none.
func (d *Doorbell) Acknowledge() error {
	d.must()
	if err := d.enter(); err != nil {
		return err
	}
	defer d.loop.Unlock()
	_, err := d.bell.take()
	return d.blame(err) // after the taking: it may have been the ring of a close (I6)
}

// FD returns the descriptor that becomes readable by a ring, or -1 when the doorbell is closed.
// It stays the doorbell's: it may be polled, and where it is an eventfd foreign
// code may write to it, which is a Ring. Whoever uses the number must be done with it
// before Close.
func (d *Doorbell) FD() int {
	d.must()
	if d.cause.Err() != nil {
		return -1
	}
	return d.bell.fd
}

// Close closes the doorbell for good and wakes the loop, in the netpoller
// or in io_uring. It waits for those who are using the descriptor at this moment, which
// none of them does for long. Await still reports what was published; rings that
// nobody took are forgotten.
//   - nil: closed by this call.
//   - an error for which errors.Is(err, rouse.ErrClosed) holds: it was closed before.
//   - another error names the call that failed; it is closed nevertheless.
func (d *Doorbell) Close() error {
	d.must()
	return d.close(nil)
}

func (d *Doorbell) close(cause error) error {
	d.cause.Set(cause) // (I6) [E2] after whatever the caller has published
	first, err := d.bell.close()
	if !first {
		return d.cause.Err()
	}
	d.loop.Lock() // The loop has been woken, and is about to leave.
	defer d.loop.Unlock()
	d.watch(context.Background()) // that is, nothing: a context may live for long
	return err
}

// enter claims the loop's half.
func (d *Doorbell) enter() error {
	if d.loop.TryLock() {
		return nil
	}
	if err := d.cause.Err(); err != nil {
		return err
	}
	panic("doorbell: two goroutines in the loop's half")
}

// blame returns the error to report where the bell's was err.
func (d *Doorbell) blame(err error) error {
	if closed := d.cause.Err(); closed != nil {
		return closed
	}
	return err
}

func (d *Doorbell) must() {
	if d == nil || d.bell.r == nil {
		panic("doorbell: not made by New")
	}
}
