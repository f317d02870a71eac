// Package doorbell wakes a loop that sleeps in the operating system: in
// io_uring, or in Go's netpoller.
//
// Producers put work into a queue of their own and call Publish. While the loop
// is busy that is one atomic addition. Only when the loop means to sleep does
// Publish write to a descriptor (an eventfd; a pipe where there is none), which
// is what the loop sleeps on. The [Doorbell] counts; the queue is yours.
//
// # The race, and how it is closed
//
// A loop that looks, sees no work and sleeps can miss what comes in between:
//
//	loop                         producer
//	queue empty? yes
//	                             enqueue
//	                             loop asleep? no: no need to ring
//	sleep, for ever
//
// So the loop first says that it means to sleep, and looks again. Saying so and looking
// are one atomic step, on the word to which Publish adds: a publish comes before
// that step, and the loop sees its number, or after it, and rings.
//
// # A loop with the netpoller
//
// [Doorbell.Await] does all of it. A sleeping Await occupies no thread:
//
//	for {
//		processed += drain(queue)
//		if _, err := d.Await(ctx, processed); err != nil {
//			return err
//		}
//	}
//
// # A loop with io_uring
//
// The loop belongs to a goroutine locked to a thread that outlives the ring, for
// the kernel ends the polls of a thread that exits.
//
//	for {
//		if !polling {                          // at first, and after a wake without MORE
//			err := d.Reinstall(ring); ring.Submit(); err = d.Acknowledge()
//			polling = true
//		}
//		processed += drain(queue)              // becomes requests
//		if d.Arm() == processed {
//			ring.SubmitAndWait(1)
//		} else {
//			ring.Submit()
//		}
//		d.Disarm()
//		for each completion {
//			if completion.UserData == doorbell.WakeUserData {
//				err := d.Acknowledge()         // ErrClosed: drain once more, and leave
//				polling = completion.More()
//			}
//		}
//	}
//
// Four rules. Between Arm and the sleep, do not Acknowledge: it would eat the ring
// that is to end the sleep. After a Reinstall, submit and Acknowledge before
// Arm: else a Close from elsewhere may come between the two, and the kernel be given
// a descriptor number that is somebody else's by then. Between each Acknowledge and the next sleep, look at all that a
// ring may be about, such as a flag that tells the loop to stop: that ring is gone. And a loop that cannot take more work now sleeps
// until a request of its own completes, without Arm: work that is left in the queue
// would keep it from sleeping, and it would spin. Completions of the poll are not signals to be
// counted: five rings may give one.
//
// # Interrupts
//
// [Forward] turns whatever writes an eventfd (io_uring, VFIO, KVM, a
// timerfd, a C thread, another process) into wakes of a Cell or a Queue.
//
// # Platforms
//
// Linux has an eventfd, the other Unix systems a pipe (so does Linux with the build tag
// doorbell_pipe). On Windows, js, wasip1 and Plan 9, [New] and Forward fail with
// [errors.ErrUnsupported].
//
// A goroutine asleep in the netpoller is not durably blocked in the sense of
// [testing/synctest]: in a bubble with an Await or a Forward asleep, time stands
// still and synctest.Wait does not return until somebody rings.
package doorbell
