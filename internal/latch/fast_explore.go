//go:build explore

package latch

// Whole says that nobody looks inside a Lock: it waits for the line in one step, and the next, the one that takes the
// latch, says so in the word [W3]. An Unlock changes the word, and then lets go of the line. It is for the
// scenarios of what latches guard. Those of this package are for both kinds.
var Whole = true

const exploring = true // to look again is another interleaving, which the explorer visits anyway

// patience is a matter of the scenario: those of this package have it small.
var patience = 1

// TryLock locks l if it can do so at once. It may fail for no reason.
func (l *Latch) TryLock() bool { return !Whole && l.take() }

// Lock locks l, and reports whether: false means that it is retired.
func (l *Latch) Lock() bool {
	if !Whole {
		return l.take() || l.lockSlow()
	}
	l.line.Lock()
	if l.word.Or(held)&retired == 0 {
		return true
	}
	l.word.Store(retired)
	l.line.Unlock()
	return false
}

// TryUnlock is Unlock, if nobody waits. It may fail for no reason.
func (l *Latch) TryUnlock(next uint32) bool { return !Whole && l.leave(next) }

// Unlock unlocks l and leaves it Free or Marked, unless it is handed over: then it is held on.
func (l *Latch) Unlock(next uint32) {
	switch {
	case Whole:
		l.word.Store(next)
		l.line.Unlock()
	case !l.leave(next):
		l.unlockSlow(next)
	}
}
