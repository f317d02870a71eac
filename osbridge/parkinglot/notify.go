package parkinglot

import "math"

// All is a number of waiters for [Notify] and [Lot.UnparkRequeue]: all there are.
const All = math.MaxInt

// NotifyOne wakes the longest waiting of those who wait on addr, and returns how many
// it woke, 1 or 0. Change the value first. If nobody waits there, that is found out by two
// loads.
func NotifyOne[T Value](addr *T) int {
	if k := KeyOf(addr); !process.Empty(k.hash()) { // [W2] the value was written before this look
		return notify(k, 1)
	}
	return 0
}

// NotifyAll wakes all who had registered on addr when it was called, and returns how many.
func NotifyAll[T Value](addr *T) int {
	if k := KeyOf(addr); !process.Empty(k.hash()) { // [W2]
		return notify(k, All)
	}
	return 0
}

// Notify wakes up to n, the longest waiting first, and returns how many. A negative n
// panics.
func Notify[T Value](addr *T, n int) int {
	if n < 0 {
		panic("parkinglot: negative count")
	}
	if k := KeyOf(addr); !process.Empty(k.hash()) { // [W2]
		return notify(k, n)
	}
	return 0
}

// notify wakes n where somebody was waiting a moment ago.
func notify(k Key, n int) int {
	woken, _ := process.Wake(k, k.hash(), n, 0)
	return woken
}
