package soak

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/rouse-go/rouse/cmd/internal/bytelock"
	"github.com/rouse-go/rouse/osbridge/parkinglot"
)

// lotRound: as many parks end with nil as unparkers were told, and the tokens that they get are those that were given.
// Two keys, between which waiters are moved.
func lotRound(seed *rand.Rand) (Tally, error) {
	p := &party{seed: seed}
	var l parkinglot.Lot
	var addrs [2]byte
	keys := [2]parkinglot.Key{parkinglot.KeyOf(&addrs[0]), parkinglot.KeyOf(&addrs[1])}
	var sending atomic.Int32
	var tokens atomic.Int64 // given, less those that came
	sending.Store(senders)
	for range senders {
		p.add(func(g *guest) {
			token := uint64(g.IntN(100))
			then := func(parkinglot.Result) uint64 { return token }
			unparked := func(n int) {
				g.In += int64(n)
				tokens.Add(int64(n) * int64(token))
			}
			for range each {
				k := g.IntN(2)
				switch g.IntN(8) {
				case 0:
					unparked(l.UnparkAll(keys[k], token))
				case 1:
					plan := func() (unpark, requeue int) { return g.IntN(2), g.IntN(3) }
					unparked(l.UnparkRequeue(keys[k], keys[1-k], plan, then).Unparked)
				case 2:
					odd := func(of uint64) parkinglot.Verdict {
						if of%2 == 1 {
							return parkinglot.Unpark
						}
						return parkinglot.Skip
					}
					unparked(l.UnparkFilter(keys[k], odd, then).Unparked)
				default:
					unparked(l.UnparkOne(keys[k], then).Unparked)
				}
				g.breather()
			}
			if sending.Add(-1) == 0 { // whoever validated before is there, and no one is moved any more
				unparked(l.UnparkAll(keys[0], token))
				unparked(l.UnparkAll(keys[1], token))
			}
		})
	}
	for range 5 {
		p.add(func(g *guest) {
			for {
				parking := parkinglot.Parking{
					Validate: func() bool { return sending.Load() > 0 },
					Token:    g.Uint64N(4),
				}
				var token uint64
				var err error
				if g.IntN(4) == 0 {
					token, err = l.ParkTimeout(time.Duration(g.IntN(100))*time.Microsecond, keys[g.IntN(2)], parking)
				} else {
					ctx, stop := g.patience()
					token, err = l.Park(ctx, keys[g.IntN(2)], parking)
					stop()
				}
				switch err {
				case nil:
					g.Taken++
					tokens.Add(-int64(token))
				case parkinglot.ErrInvalid:
					return
				default:
					g.count(err)
				}
			}
		})
	}
	t, err := p.end()
	if left := l.Len(keys[0]) + l.Len(keys[1]); err == nil && left != 0 {
		err = fmt.Errorf("%d are still parked", left)
	}
	if sum := tokens.Load(); err == nil && sum != 0 {
		err = fmt.Errorf("tokens were changed on their way: %d are missing", sum)
	}
	return t, err
}

// addressRound: a semaphore of two bytes. The topmost bit says that all was taken.
func addressRound(seed *rand.Rand) (Tally, error) {
	const over = 1 << 15
	p := &party{seed: seed}
	var have parkinglot.Uint16
	var taken atomic.Int64
	for range senders {
		p.add(func(g *guest) {
			for range each {
				g.In++
				have.Add(1)
				switch g.IntN(8) {
				case 0:
					parkinglot.NotifyAll(have.Addr())
				case 1:
					parkinglot.Notify(have.Addr(), 1+g.IntN(3))
				default:
					parkinglot.NotifyOne(have.Addr())
				}
				g.breather()
			}
		})
	}
	for range 4 {
		p.add(func(g *guest) {
			for {
				switch n := have.Load(); {
				case n&over != 0:
					return
				case n > 0:
					if have.CompareAndSwap(n, n-1) {
						g.Taken++
						if taken.Add(1) == total {
							have.Or(over)
							parkinglot.NotifyAll(have.Addr())
						}
					}
				default:
					g.waitOn(&have)
				}
			}
		})
	}
	t, err := p.end()
	t.Stored = int64(have.Load() &^ over)
	return t, err
}

// waitOn waits while x is 0, or less long.
func (g *guest) waitOn(x *parkinglot.Uint16) {
	d := time.Duration(g.IntN(100)) * time.Microsecond
	switch g.IntN(6) {
	case 0:
		if !parkinglot.WaitFor(x.Addr(), 0, d) {
			g.TimedOut++
		}
	case 1:
		if !parkinglot.WaitUntil(x.Addr(), 0, time.Now().Add(d)) {
			g.TimedOut++
		}
	case 2:
		parkinglot.Wait(x.Addr(), 0)
	default:
		ctx, stop := g.patience()
		g.count(parkinglot.WaitContext(ctx, x.Addr(), 0))
		stop()
	}
}

// mutexRound: what is taken is counted by a variable that nothing but the mutex guards.
func mutexRound(seed *rand.Rand) (Tally, error) {
	p := &party{seed: seed}
	var mu bytelock.Mutex
	var count int64
	for range 2 * senders {
		p.add(func(g *guest) {
			for range each {
				g.In++
				ctx, stop := g.patience()
				err := mu.LockContext(ctx)
				if g.count(err); err == nil {
					count++
					g.breather() // so that others find it locked
					mu.Unlock()
				} else {
					g.Refused++
				}
				stop()
			}
		})
	}
	t, err := p.end()
	t.Taken = count
	return t, err
}
