package doorbell

import (
	"fmt"
	"math"
)

// WakeUserData is the user data of the wake poll, and so of its completions. No request of
// the loop's own may have it.
const WakeUserData uint64 = math.MaxUint64

// A Poller is what a doorbell needs of an io_uring binding.
type Poller interface {
	// AddPollMultishot queues an IORING_OP_POLL_ADD of fd for POLLIN, with
	// IORING_POLL_ADD_MULTI and the given user data. It need not submit.
	AddPollMultishot(fd int, userData uint64) error
}

// Reinstall queues the wake poll: at the start of the loop, and after
// each completion with WakeUserData that has no IORING_CQE_F_MORE flag, for that
// one ended the poll. (A full completion queue ends it, for instance.) A
// ring from before the poll is not missed: the poll completes at once.
//
// Submit, then Acknowledge, before the next Arm: if Acknowledge does not say that
// the doorbell is closed, the kernel was given the right descriptor. Then look at what the
// ring may have been about that Acknowledge took.
//   - an error for which errors.Is(err, rouse.ErrClosed) holds: closed, nothing was queued.
//   - another error wraps p's.
func (d *Doorbell) Reinstall(p Poller) error {
	d.must()
	if p == nil {
		panic("doorbell: nil poller")
	}
	if err := d.cause.Err(); err != nil {
		return err
	}
	if err := p.AddPollMultishot(d.bell.fd, WakeUserData); err != nil {
		return fmt.Errorf("doorbell: reinstall: %w", err)
	}
	return nil
}
