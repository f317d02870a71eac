package latch

import (
	"fmt"
	"runtime"

	"github.com/rouse-go/rouse/internal/atom"
)

// The word.
//
//	state     bits    Lock                      Unlock(next)                     Retire
//	free      00000   -> held                   panics                           panics
//	marked    01000   -> held                   panics                           panics
//	held      00001   -> wanted, owed; sleeps   -> next: free or marked          -> retired
//	wanted    00011   waits behind              -> next, opens the gate          -> retired, opens the gate
//	owed      00111   waits behind              -> held, opens the gate          -> retired, opens the gate
//	retired   10000   fails                     panics                           panics
//
// Of those who wait, one stands at the gate, and the others in line behind it: line is a mutex, and who
// has it is at the gate. Lock and Unlock are a compare-and-swap each, unless somebody waits. TryLock and
// TryUnlock are that step alone.
//
// Invariants.
//
//	L1. Who takes it from free or marked to held, or passes the gate when it was owed and is held,
//	    holds it. The mark is what the last holder left: who holds it cannot tell, and says it again.
//	L2. wanted and owed are set by who stands at the gate only, in a held latch, and then it waits
//	    for the gate. They are cleared by who unlocks or retires only, who then opens the gate, once.
//	    So while it is wanted or owed, nobody changes the word but who holds it.
//	L3. The gate, a mutex, is locked but between that opening and the end of the wait for it.
//	L4. An owed latch does not become free: it is whoever's stands at the gate, or nobody's for good.
//	L5. retired is never left.
//
// [W1] Say that it is wanted, then sleep: that step is a compare-and-swap that finds it held.
// Unlock's is one on the same word [W2]. If Unlock's comes first, ours fails, and we look again; if
// ours does, Unlock's fails, sees that it is wanted and opens the gate, which stays open until we pass.
// Retire is an Unlock in this; who passes the gate looks at the word again, and so do all behind it (L5).
//
// [W3] Take it, then look at what others write; they write, then ask whether it is clear [W4]. If the taking
// comes first, it is not clear until the Unlock, nor after that if it is left marked; if the writing does, the
// holder sees it. The step that takes it is the compare-and-swap from free or marked, or, of who has it handed
// over, the one that made it owed: it is not free from then on (L4).
//
// What was done with it held happens before what the next holder does: that one's compare-and-swap reads
// what Unlock wrote, or else it passes the gate that Unlock opened.
const (
	Free   = 0 // as an argument of Unlock
	Marked = 8 // likewise; see Clear

	held    = 1
	wanted  = 2 // somebody stands at the gate
	owed    = 4 // and has been overtaken often enough
	retired = 16
)

// A Latch is a mutual exclusion lock that can be left marked, to say something about what it
// guards, and can be retired. The zero value is free. It must not be copied.
//
// Who comes when it is free takes it, also before those who wait, for they may be asleep. But of these the first
// is overtaken some patience times, and then it asks to have the latch handed over. It can ask while the latch is
// held only, so to be overtaken for longer takes an Unlock and a Lock just then, each time.
type Latch struct {
	word   atom.Uint32
	barred bool       // the gate was locked for the first time (line)
	line   atom.Mutex // who wants it, one of them at the gate
	gate   atom.Mutex // (L3)
}

// Clear reports that l is free: nobody holds it, who held it last did not leave it marked, and it is not retired.
// One of two comes first, what the caller did before [W4] or the Lock of somebody else: either Clear answers
// false until that one's Unlock, or that one sees what the caller did.
func (l *Latch) Clear() bool { return l.word.Load() == Free }

// Retire unlocks l for good: every Lock that has not succeeded fails.
func (l *Latch) Retire() { l.Unlock(retired) }

func (l *Latch) lockSlow() bool { return l.look() || l.wait(0) }

// look waits for a moment, for a latch is not held for long, and reports whether it got l.
func (l *Latch) look() bool {
	for range looks {
		if l.word.Load()&held == 0 && l.take() {
			return true
		}
	}
	return false
}

// wait is Lock, of one who is asleep whenever l is held, and was overtaken so often as it is tired.
func (l *Latch) wait(tired int) bool {
	l.line.Lock()
	defer l.line.Unlock()
	if !l.barred {
		l.barred = true
		l.gate.Lock() // (L3)
	}
	for ; ; tired++ {
		if l.take() {
			return true
		}
		if l.word.Load() == retired { // (L5)
			return false
		}
		if l.stand(tired >= patience) {
			return true // (L4)
		}
	}
}

// take takes l if it is free or marked. [W3]
func (l *Latch) take() bool {
	return l.word.CompareAndSwap(l.word.Load()&Marked, held) // free, marked -> held (L1)
}

// stand waits at the gate until the latch is unlocked or retired, and reports whether it is the caller's.
func (l *Latch) stand(handOver bool) (ours bool) {
	next := uint32(held | wanted)
	if handOver {
		next |= owed // [W3]
	}
	if !l.word.CompareAndSwap(held, next) { // held -> wanted, owed [W1]
		return false
	}
	l.gate.Lock() // (L2)
	return handOver && l.word.Load() != retired
}

// leave unlocks l, if nobody wants it.
func (l *Latch) leave(next uint32) bool {
	return l.word.CompareAndSwap(held, next) // held -> free, marked, retired [W2]
}

// unlockSlow unlocks l, which is wanted, and so stays as it is until we change it (L2).
func (l *Latch) unlockSlow(next uint32) {
	s := l.word.Load()
	if s&wanted == 0 {
		panic(fmt.Sprintf("latch: unlock of a latch that nobody holds, %#x", s))
	}
	if s&owed != 0 && next != retired {
		next = held // (L4)
	}
	l.word.Store(next) // wanted -> free, marked, retired; owed -> held, retired [W2]
	l.gate.Unlock()    // (L2)
}

// looks is how often look looks: a few times as long as a latch is held, if the holder can go on meanwhile.
var looks = func() int {
	if exploring || runtime.NumCPU() == 1 {
		return 0
	}
	return 50
}()
