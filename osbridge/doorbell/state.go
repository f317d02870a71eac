package doorbell

// The word.
//
// Bit 0 is the sleep intent, above it stands the sequence: how many
// submissions were published, modulo 2^63.
//
//	state     bit   Publish                         Arm (the loop)   Disarm (the loop)
//	running   0     seq+1                           -> armed         stays
//	armed     1     seq+1; then -> running, rings   stays            -> running
//
// Each arrow and each addition is one read-modify-write, and Arm returns the sequence
// that its own step found. Beside the word there is the bell's counter, in the kernel: a ring
// adds to it, and a sleep does not begin, or ends, while it is not zero.
//
// Invariants.
//
//	I1. The sequence changes in Publish only, by one, when the submission is in the queue.
//	I2. The intent is set by the loop only, in Arm. It is cleared by the loop, awake, or by a Publish.
//	I3. A Publish whose step finds the intent clears it, if it is still there; and who
//	    cleared it rings before it returns.
//	I4. A ring stays in the counter until the loop takes it: in Acknowledge, or by the
//	    read that ends the sleep of Await. The loop takes none between Arm and its sleep,
//	    and looks at all that they may be about between the taking and its next sleep.
//	I5. The loop sleeps only if Arm found the sequence that it has processed.
//	I6. A close first sets the cause, then rings, then closes the descriptor. Who takes a
//	    ring looks at the cause afterwards.
//	I7. The descriptor's number is used only inside its file's reference count: see bell.go.
//	I8. Await learns of the end, be it a close or the context's, before its last look at the sequence.
//
// No submission sleeps. By I5 only one could that is published after the loop's Arm. It finds
// the intent, and then it or another clears it and rings (I3); or it finds it cleared, and by I2
// a Publish did that, for the loop is not awake, and rings. By I4 the ring ends the sleep.
//
// Spurious wakes are legal. A missed one is not. A Publish may be late: it clears the
// intent of a later Arm, and rings for a number that the loop has seen. That is a spurious
// wake; what is published in between relies on that same ring.
const (
	armed   = 1
	oneMore = 2 // a submission

	seqShift = 1
	seqMask  = 1<<63 - 1
)

var _ [0]struct{} = [oneMore & armed]struct{}{} // counting leaves the intent alone
