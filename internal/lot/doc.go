// Package lot parks goroutines under keys: hash buckets with waiters in them. Packages
// parkinglot and softfutex stand on it.
//
// A [Lot] is to be had for any comparable key; the caller brings the key's hash. A
// [Waiter] is a record of the caller's, registered under one key at a time, with
// a channel that delivers when it was woken. Waiting is in three parts, so that a caller
// may act or select between them:
//
//	if !l.Prepare(w, key, hash, validate) { ... }   // registered, if validate says so
//	...                                             // see Waiter.Look, Waiter.Bed, Waiter.Expose
//	woken := l.Finish(w)                            // woken, or else withdrawn
//
// Whoever does not need the parts calls [Sleep] for the last two, which is cheaper: such a waiter
// first lets others run and looks again, and if it was woken by then, no channel was touched.
//
// Waking is done by holding one key or two, looking through those who wait there, and
// letting go. What was taken out meanwhile is woken after the locks are released:
//
//	h := lot.Held[K]{Key: key, Hash: hash}
//	l.Hold(&h)
//	h.Visit(func(w *lot.Waiter[K]) lot.Verdict { ... })
//	h.Release()
//
// [Lot.Wake] and [Lot.WakeSome] do all of that for the plainest cases.
//
// A key that nobody waits under is told by [Lot.Empty] without a lock.
//
// Stable, for those who build on it: all exported names.
package lot
