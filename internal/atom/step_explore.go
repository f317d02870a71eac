//go:build explore

package atom

import "sync/atomic"

// An Op is a kind of step.
type Op string

const (
	Load    Op = "load"
	Store   Op = "store"
	Swap    Op = "swap"
	CAS     Op = "cas"
	Add     Op = "add"
	And     Op = "and"
	Or      Op = "or"
	Read    Op = "read"  // of a Guarded field
	Write   Op = "write" // of a Guarded field
	Lock    Op = "lock"
	TryLock Op = "trylock"
	Unlock  Op = "unlock"
	Touch   Op = "touch" // something Foreign

	// Of package park.
	Kick    Op = "kick"
	Drain   Op = "drain"
	Look    Op = "look" // for a token
	Receive Op = "receive"
	Select  Op = "select" // receive from one of two
	Yield   Op = "yield"
)

// A Hook stands before every step of this package's types and of package park.
type Hook interface {
	// Before is called by who is about to take a step, with the object that it is
	// about, and a Select with both of its channels. It returns when the step may be
	// taken, and the next thing its caller does is to take it. For a Select the
	// result says from which channel to receive: 0, 1, or -1 for whichever delivers.
	Before(op Op, x, y any) int

	// After is told by those steps that may fail (CAS, TryLock, Kick, Drain, Touch) whether they
	// changed anything.
	After(changed bool)
}

var hook atomic.Pointer[Hook]

// SetHook makes h stand before every step from now on; nil takes it away. Nobody
// else may be using this package's types meanwhile.
func SetHook(h Hook) {
	if h == nil {
		hook.Store(nil)
		return
	}
	hook.Store(&h)
}

// Hooked reports whether there is a hook.
func Hooked() bool { return hook.Load() != nil }

// Step announces a step.
func Step(op Op, x, y any) int {
	if h := hook.Load(); h != nil {
		return (*h).Before(op, x, y)
	}
	return -1
}

// Changed tells the outcome of a step that may fail, and returns it.
func Changed(ok bool) bool {
	if h := hook.Load(); h != nil {
		(*h).After(ok)
	}
	return ok
}
