package waitqueue_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rouse-go/rouse/subscribe"
	"github.com/rouse-go/rouse/waitqueue"
)

// The stress tests of hand-on count. Those here are exact, for each leaves out what
// would make the count inexact:
//
//   - Wakes that meet in the permit become one. So there is one wake only, which goes round.
//   - A Signal that is handed on and finds nobody ends. So somebody who never gives up is always behind.
//   - Whether a cancelled subscription had a broadcast, nobody tells. So with broadcasts waits end by
//     contexts and timeouts only, which never hand on.
//
// TestEverythingAtOnce has no such limits, and so an inequality and the books.

// One Wake goes round for ever: whoever takes it puts it back, many cancel and time out
// meanwhile. In the end there is exactly one, after a Close too.
func TestOneWakeIsNeitherLostNorDoubled(t *testing.T) {
	for _, close := range []bool{false, true} {
		var q waitqueue.Queue
		watch(t, func() string { return q.State().String() })
		ctx, cancel := context.WithCancel(bg)
		var holders, took atomic.Int32
		goal := int32(rounds(60_000))
		q.Wake()
		pass := func(rnd *rand.Rand) {
			if n := holders.Add(1); n != 1 {
				t.Errorf("%d hold the only wake", n)
			}
			if took.Add(1) == goal {
				cancel()
			}
			holders.Add(-1)
			if rnd.IntN(2) == 0 {
				q.Wake()
			} else {
				q.WakeLast()
			}
		}
		var wg sync.WaitGroup
		for i := range uint64(8) {
			wg.Go(func() {
				rnd := rand.New(rand.NewPCG(i, 1))
				for ctx.Err() == nil {
					var err error
					switch rnd.IntN(6) {
					case 0:
						err = q.Wait(ctx)
					case 1:
						err = q.WaitTimeout(time.Duration(rnd.IntN(20_000)))
					case 2:
						s := q.Subscribe()
						yield()
						s.Cancel()
						continue
					case 3:
						s := q.Subscribe()
						select {
						case <-s.C():
							err = s.Err()
						case <-ctx.Done():
							s.Cancel()
							continue
						}
					case 4:
						_, err = subscribe.Any(ctx, &q, &q)
					case 5:
						var ok bool
						if ok, err = q.Poll(); !ok {
							continue
						}
					}
					if err == nil {
						pass(rnd)
					}
				}
			})
		}
		wg.Wait()
		state := "WOKEN"
		if close {
			q.Close()
			state = "WOKEN|CLOSED"
		}
		wantQueue(t, &q, state)
	}
}

// Signals, Wakes and WakeNs to a line of which half gives up. For every waiter that may give up
// there is one behind it that does not, and no more wakes than of those: so each call finds as many as it
// wants, no hand-on finds nobody, and wakes in = wakes taken, exactly.
func TestWakesInAreWakesTaken(t *testing.T) {
	var q waitqueue.Queue
	watch(t, func() string { return q.State().String() })
	type pair struct{ fickle, firm sub }
	const producers = 3
	var taken, in [producers]int
	var firm [producers][]sub
	var wg sync.WaitGroup
	steps := rounds(20_000)
	for p := range producers {
		fickle := make(chan sub, 16)
		wg.Go(func() {
			defer close(fickle)
			rnd := rand.New(rand.NewPCG(uint64(p), 2))
			for owed := 0; len(firm[p]) < steps; {
				pair := pair{q.Subscribe(), q.Subscribe()}
				firm[p] = append(firm[p], pair.firm)
				fickle <- pair.fickle
				owed++
				n := 1 + rnd.IntN(3)
				if n > owed {
					continue
				}
				owed -= n
				in[p] += n
				for range n {
					switch rnd.IntN(3) {
					case 0:
						want(t, "Wake", q.Wake(), true)
					case 1:
						want(t, "WakeLast", q.WakeLast(), true)
					case 2:
						want(t, "WakeN", q.WakeN(1), 1)
					}
				}
			}
		})
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(p), 3))
			for s := range fickle {
				switch err := s.Err(); {
				case err == nil:
					taken[p]++
				case rnd.IntN(8) == 0 && s.Wait(done()) == nil:
					taken[p]++
				default:
					s.Cancel()
				}
			}
		})
	}
	wg.Wait()
	got, wakes, left := 0, 0, 0
	for p := range producers {
		c := outcomes(firm[p])
		got += taken[p] + c.woken
		left += c.pending
		wakes += in[p]
	}
	want(t, "wakes taken", got, wakes)
	want(t, "Len", q.Len(), left)
	want(t, "WakeAll", q.WakeAll(), left)
	wantQueue(t, &q, "WAITING")
}

// Goroutines wait with contexts that end and timeouts that pass, others wake by every call that
// stores nothing, and at last comes a close: what the calls answered is how many returned nil, and what
// Close answered, with those who came later, how many got its error.
func TestAnswersAreOutcomes(t *testing.T) {
	for round := range uint64(rounds(60)) {
		var q waitqueue.Queue
		const waiters = 12
		var got [waiters]tally
		var woke, shut atomic.Int64
		var wg sync.WaitGroup
		var over atomic.Bool
		for i := range waiters {
			wg.Go(func() {
				rnd := rand.New(rand.NewPCG(round, uint64(i)))
				for got[i].closed == 0 {
					ctx, cancel := context.WithCancel(bg)
					switch rnd.IntN(4) {
					case 0:
						got[i].add(q.WaitTimeout(time.Duration(1 + rnd.IntN(30_000))))
					case 1:
						s := q.Subscribe()
						cancel()
						got[i].add(s.Wait(ctx))
					case 2:
						wg.Go(cancel)
						got[i].add(q.Wait(ctx))
					case 3:
						got[i].add(q.Wait(bg))
					}
					cancel()
				}
			})
		}
		for i := range uint64(2) {
			wg.Go(func() {
				rnd := rand.New(rand.NewPCG(round, 100+i))
				for !over.Load() {
					switch rnd.IntN(3) {
					case 0:
						if q.Signal() {
							woke.Add(1)
						}
					case 1:
						woke.Add(int64(q.WakeN(rnd.IntN(5))))
					case 2:
						woke.Add(int64(q.WakeAll()))
					}
					yield()
				}
			})
		}
		for range 60 {
			yield()
		}
		shut.Store(int64(q.Close()))
		over.Store(true)
		wg.Wait()
		var sum tally
		for _, c := range got {
			sum = sum.plus(c)
		}
		want(t, "woken", int64(sum.woken), woke.Load())
		want(t, "closed", sum.closed, waiters)
		if shut.Load() > waiters {
			t.Errorf("Close says %d of %d", shut.Load(), waiters)
		}
		want(t, "other outcomes", sum.other+sum.pending+sum.ended, 0)
		wantQueue(t, &q, "CLOSED")
	}
}
