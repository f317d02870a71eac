package osbridge

// The cell in shared memory: eight bytes, aligned to eight, in the byte order of the machine.
//
//	bytes 0-3  the word: bit 0 WOKEN, bit 1 CLOSED, bit 2 WAITING, bits 3-31 the count
//	bytes 4-7  the version of this layout: 0
//
// So eight zero bytes are a new cell. Nothing else is anywhere: no list, no owner, no lock.
//
//	state        bits  Wake                     a waiter              Close
//	idle         -     -> woken                 -> waiting, sleeps    -> closed
//	woken        W     stays; still writes      -> idle(n+1), takes   -> closed+W
//	waiting      S     -> woken+S, wakes all    sleeps                -> closed+S, wakes all
//	woken+S      W,S   stays; wakes all         -> waiting(n+1), takes -> closed+W+S, wakes all
//	closed       C     no-op                    ErrClosed             no-op
//	closed+W     C,W   no-op                    -> closed(n+1), takes no-op
//	closed+S     C,S   wakes all                ErrClosed             wakes all
//	closed+W+S   C,W,S wakes all                -> closed+S(n+1), takes wakes all
//
// "wakes all" is the second step: the kernel wakes whoever sleeps on the word, and then S is taken
// away if the word has not changed since. The end of a context is a step as well: n+1, and if S is
// there, the kernel wakes all, and S stays.
//
// Any process may be killed between any two steps.
//
// Invariants.
//
//	I1. A sleep begins only while the word has S and neither W nor C: the kernel compares.
//	I2. S is set by a waiter before it sleeps. It is cleared only by a process that, since the
//	    word became what it is, has woken all; and then the word has W or C. So: whoever sleeps, S is set.
//	I3. While the word has W or C nobody begins to sleep (I1), and it loses W only with n+1. So a word that is
//	    what it was has been that all the time (until n repeats, after 2^29 takes between two instructions).
//	I4. Whoever finds S in the step that sets W or C, or in a step that would have set it, wakes all.
//	I5. C is never cleared, and after it W is not set but by a foreign waker that does not look.
//	I6. A wake is the bit W, and nothing else. It leaves by being taken.
//
// It is legal for S to be set when nobody sleeps: a process was killed, or a wait gave up. It costs
// the next Wake one system call. It is illegal for S to be clear while somebody sleeps.
//
// Spurious returns from the kernel are legal. A missed wake is not.
const (
	sharedWoken   = 1 << iota // W: a wake is stored
	sharedClosed              // C: final
	sharedWaiting             // S: somebody may be asleep

	sharedOnce = 1 << iota // n: wakes taken, and contexts that ended

	sharedVersion = 0
	sharedSize    = 8
)

// The count must leave the bits alone.
var (
	_ [0]struct{} = [sharedOnce & (sharedWoken | sharedClosed | sharedWaiting)]struct{}{}
	_ [7]struct{} = [sharedWoken | sharedClosed | sharedWaiting]struct{}{}
)
