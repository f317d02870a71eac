//go:build !explore

package latch

const exploring = false

// patience is how often one who stands at the gate finds the latch taken by another, before it
// is to be handed over.
const patience = 8

// TryLock locks l if it can do so at once. It may fail for no reason.
func (l *Latch) TryLock() bool { return l.take() }

// Lock locks l, and reports whether: false means that it is retired.
func (l *Latch) Lock() bool { return l.take() || l.lockSlow() }

// TryUnlock is Unlock, if nobody waits. It may fail for no reason.
func (l *Latch) TryUnlock(next uint32) bool { return l.leave(next) }

// Unlock unlocks l and leaves it Free or Marked, unless it is handed over: then it is held on.
func (l *Latch) Unlock(next uint32) {
	if !l.leave(next) {
		l.unlockSlow(next)
	}
}
