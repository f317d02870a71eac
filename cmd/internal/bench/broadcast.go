package bench

import (
	"sync"
	"sync/atomic"
)

// A meeting is where many wait for the end of a round.
type meeting struct {
	wait func(i, round int) // waiter i: registers, calls arrive, and returns when the round is over
	tell func(round int)    // ends the round
}

// broadcast ends b.N rounds, each when all have arrived.
func broadcast(p primitive, waiters int) func(*B) {
	if p.meeting == nil || p.most > 0 && p.most < waiters {
		return nil
	}
	return func(b *B) {
		var (
			all     = make(chan struct{}, 1) // all wait
			arrived atomic.Int64
			told    atomic.Int64 // rounds ended
			early   atomic.Int64 // waits that returned before
			wg      sync.WaitGroup
		)
		m := p.meeting(waiters, func() {
			if arrived.Add(1) == int64(waiters) {
				arrived.Store(0)
				all <- struct{}{}
			}
		})
		for i := range waiters {
			wg.Go(func() {
				for round := range b.N {
					m.wait(i, round)
					if told.Load() <= int64(round) {
						early.Add(1)
					}
				}
			})
		}
		<-all
		b.Start()
		for round := range b.N {
			told.Store(int64(round) + 1)
			m.tell(round)
			if round+1 < b.N {
				<-all
			}
		}
		wg.Wait() // each has returned from each round
		b.Stop()
		b.Expect("waits that returned too early", int(early.Load()), 0)
	}
}
