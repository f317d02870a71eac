package bench

import (
	"context"
	"sync"
)

// families make the primitives that are measured, in the order of the rows: what one would use
// instead, then ours. They are called through this list, so that none of their loops is compiled
// as a part of something larger.
var families = []func() []primitive{
	one(chan1), one(chan0), one(chan128), one(closeChan), one(chanMap), one(syncMap),
	one(atomicOr), one(syncCond), one(semaphores), one(pipes), one(futexes), gvisor, one(mutex),
	one(cell), one(cellBind), one(cellSubscribe),
	one(queue), one(queueBind), one(cond), one(maps), one(bells),
	bridges, one(addresses), one(byteMutex), one(softFutex),
	one(thunks), one(thread),
}

func one(make func() primitive) func() []primitive {
	return func() []primitive { return []primitive{make()} }
}

func primitives() (all []primitive) {
	for _, family := range families {
		all = append(all, family()...)
	}
	return all
}

// A primitive is something to wait with, and how it does the jobs. A field that is nil is
// not its job. What is nanoseconds short has its loop in it; the rest is called from the
// loop of the job.
type primitive struct {
	name string
	ours bool
	skip string // why it cannot run here
	most int    // how many may wait; 0: no limit

	stored      func(*B)                                           // wakes, one being stored already
	nobody      func(*B)                                           // wakes that are not stored, nobody waiting
	wakeWait    func(*B)                                           // wakes, then waits
	timeout     func(*B)                                           // waits that time out at once
	pair        func(ctx context.Context) pair                     // round trips, no wait of which can be cancelled
	pairContext func(ctx context.Context) pair                     // round trips, each wait of which can be
	signal      func() signal                                      // one waiter
	crowd       func() signal                                      // any number of waiters: a wake is for one of them
	events      func() events                                      // many producers, one waiter
	meeting     func(waiters int, arrive func()) meeting           // a broadcast
	storm       func(waiters int) func(context.Context, int) error // waits of many, which are cancelled
	keys        func(ctx context.Context) keys                     // values by key
	object      func(slept bool) any                               // to be weighed
	lockAlone   func(*B)                                           // locks and unlocks, which nobody else wants
	lock        func() sync.Locker                                 // a lock that others want too
	caller      func() caller                                      // runs functions on a thread

	// On locked threads, instead of pair and signal; nil: these.
	lockedPair   func(ctx context.Context) pair
	lockedSignal func() signal
}

// onThreads is p as it is used by goroutines that are locked to their threads.
func (p primitive) onThreads() primitive {
	if p.lockedPair != nil {
		p.pair = p.lockedPair
	}
	if p.lockedSignal != nil {
		p.signal = p.lockedSignal
	}
	return p
}
