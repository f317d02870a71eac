// Package latch has the lock of a bucket: a mutual exclusion lock in whose word the holder
// leaves a mark, so that whoever comes by can tell by one load that nobody is in the bucket
// and nobody is about to enter it. A count beside the lock would say the same, at the price of
// an atomic step for each who enters and one for each who leaves.
//
//	if !l.Lock() { ... }       // retired: look elsewhere
//	enter()
//	l.Unlock(latch.Marked)     // somebody is in there
//
//	if l.Clear() { return }    // nobody is, and nobody is about to
//
// Its waiters sleep in sync.Mutex. So it may be met from any testing/synctest bubble, and from several at once;
// and to wait for it is not durably blocking, as little as it is with a mutex.
package latch
