package waitcell

import "strings"

// The word.
//
// Below bit 8 stand the flags, above them the number of the registration (g),
// which every registration raises by one. A waiter is known by its record (see
// waiter.go), the record in slot being the one that registered last.
//
//	state          bits     Wake                 a waiter enrols          its holder ends it     Close
//	idle           -        -> woken             -> parked(g+1)                                  -> closed
//	woken          W        stays; still writes  -> waking(g+1)  [1]                             -> closed+W
//	registering(g) R        -> R+W               yields                   yields                 -> R+closed
//	parked(g)      P        -> waking, kick      -> registering(g+1) [2]  -> idle                -> closed+P, kick
//	waking(g)      K        -> K+W               -> registering(g+1) [3]  -> idle, or woken [4]  -> closed+K
//	waking+W       K,W      stays; still writes  -> registering(g+1) [3]  -> woken               -> closed+K+W
//	closed         C        no-op                ErrClosed                                       no-op
//	closed+W       C,W      no-op                -> closed+K(g+1) [1]                            no-op
//	closed+P(g)    C,P      no-op [5]            ErrClosed                -> closed              no-op
//	closed+K(g)    C,K      no-op                ErrClosed                -> closed, or C+W [4]  no-op
//	closed+K+W     C,K,W    no-op                -> C+registering(g+1)    -> closed+W            no-op
//
//	[1] the stored wake is given to the newcomer; Wait and Poll take it in one step: woken -> idle
//	[2] the one that was parked is told that it was replaced
//	[3] the one that was given a wake keeps it, in its own record
//	[4] idle when the wake was taken, woken when it was cancelled: the wake is stored again
//	[5] but a wake from before the close that its holder hands on: -> closed+K, kick
//
// PARKED may have company: THREAD, the waiter is a goroutine locked to its OS thread, which
// looks at this word itself and is sent no token; and ASLEEP, that thread sleeps in the kernel
// on this word, or is about to. Every step that clears PARKED clears them too.
//
//	state          bits     doze       stir         settle       kick
//	parked         P                   stays                     a token
//	looking        P,T      -> dozing  stays        -> parked    none is needed: the word changed
//	dozing         P,T,A    stays      -> looking   -> parked    the kernel's wake
//
// A registration that must first write a record into slot passes through
// registering(g); so does one that comes while another is parked or waking.
// When the record in slot is the newcomer's own already, and idle, it is one
// compare-and-swap.
//
// Invariants.
//
//	I1. slot and the guarded fields of records are written only by whoever set REGISTERING,
//	    and only while it is set; the step that sets it raises g.
//	I2. PARKED or WAKING implies that slot holds the record of registration g.
//	I3. PARKED implies not WOKEN: a wake and a waiter do not stand side by side.
//	I4. PARKED and WAKING exclude each other. Whoever turns PARKED into WAKING, or adds
//	    CLOSED to PARKED, or replaces PARKED, and nobody else, kicks that waiter's sleeper, once.
//	I5. A wake is in exactly one place: the WOKEN bit, the WAKING bit, or a record that was
//	    detached while waking. It leaves by being taken; wakes meeting in WOKEN become one.
//	I6. CLOSED is never cleared. Once it is set no WOKEN bit is set but by a Cancel that
//	    gives back what was delivered before.
//	I7. (record, g) names one registration for ever: when g is about to repeat, the
//	    cell's record is replaced by a new one.
//	I8. ASLEEP implies THREAD, THREAD implies PARKED. A thread sleeps in the kernel only on a
//	    word with ASLEEP set; the step that changes such a word is followed by the kernel's wake
//	    (but for one that sets ASLEEP again after a stir).
//
// Spurious kicks are legal. A missed one is not.
const (
	registering = 1 << iota // R: a waiter is writing itself into the cell
	waking                  // K: the registered waiter was given a wake, and has not yet taken it
	woken                   // W: a wake is stored; the next wait takes it
	closed                  // C: final
	parked                  // P: a waiter is registered, and was told nothing yet
	thread                  // T: it is a thread, which looks at this word
	asleep                  // A: it sleeps in the kernel on this word

	held = parked | thread | asleep // all that is said of a registered waiter

	genShift = 8
	gen1     = 1 << genShift
)

// State is a snapshot of a cell's word, for people: for messages, tests and
// debuggers. It may be out of date when it is returned.
type State uint32

// String names the bits that are set, as in "REGISTERING|WOKEN", or answers
// "WAITING" for a cell where nothing happens. PARKED means that a waiter is
// registered, THREAD that it is an OS thread (see package osbridge), ASLEEP that the thread
// sleeps in the kernel.
func (s State) String() string {
	names := [...]string{"REGISTERING", "WAKING", "WOKEN", "CLOSED", "PARKED", "THREAD", "ASLEEP"}
	var set []string
	for i, name := range names {
		if s&(1<<i) != 0 {
			set = append(set, name)
		}
	}
	if set == nil {
		return "WAITING"
	}
	return strings.Join(set, "|")
}

// Clearing every flag must mean idle, and the flags must leave g alone.
var (
	_ [0]struct{}   = [registering & gen1]struct{}{}
	_ [127]struct{} = [registering | waking | woken | closed | held]struct{}{}
)
