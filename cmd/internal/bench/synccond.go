package bench

import (
	"context"
	"sync"
)

// A condvar is what sync.Cond and waitqueue.Cond have in common. Both are called through it.
type condvar interface {
	Wait()
	Signal()
	Broadcast()
}

// syncCond is the standard library's, with the mutex and the flag or number that it needs.
func syncCond() primitive {
	newCond := func(l sync.Locker) condvar { return sync.NewCond(l) }
	p := condPrimitive("sync.Cond", newCond)
	p.object = func(bool) any { // as in a struct: the mutex, the condition and the flag
		o := new(struct {
			mu   sync.Mutex
			cond sync.Cond
			flag bool
		})
		o.cond.L = &o.mu
		return o
	}
	return p
}

// condPrimitive does with a condition variable what one does.
func condPrimitive(name string, newCond func(sync.Locker) condvar) primitive {
	// counted is a number of wakes not taken yet, and who waits for one.
	counted := func() (add func(), take func(all bool) int) {
		var mu sync.Mutex
		c, n := newCond(&mu), 0
		add = func() {
			mu.Lock()
			n++
			mu.Unlock()
			c.Signal()
		}
		take = func(all bool) int {
			mu.Lock()
			defer mu.Unlock()
			for n == 0 {
				c.Wait()
			}
			taken := 1
			if all {
				taken = n
			}
			n -= taken
			return taken
		}
		return add, take
	}
	flag := func() signal {
		add, take := counted()
		return signal{wake: add, wait: func() { take(false) }}
	}
	return primitive{
		name: name,
		nobody: func(b *B) {
			c := newCond(new(sync.Mutex))
			b.Start()
			for range b.N {
				c.Signal()
			}
			b.Stop()
		},
		wakeWait: func(b *B) {
			add, take := counted()
			got := 0
			b.Start()
			for range b.N {
				add()
				got += take(false)
			}
			b.Stop()
			b.Expect("wakes taken", got, b.N)
		},
		pair: func(context.Context) pair {
			var mu sync.Mutex
			x, y := newCond(&mu), newCond(&mu)
			return lockedPair(&mu, x.Signal, y.Signal,
				func() error { x.Wait(); return nil }, func() error { y.Wait(); return nil })
		},
		signal: flag,
		crowd:  flag,
		events: func() events {
			add, take := counted()
			return events{
				post: func(n int) {
					for range n {
						add()
					}
				},
				take: func() int { return take(true) },
			}
		},
		meeting: func(_ int, arrive func()) meeting {
			var mu sync.Mutex
			c, now := newCond(&mu), 0
			return meeting{
				wait: func(_, round int) {
					mu.Lock()
					arrive()
					for now == round {
						c.Wait()
					}
					mu.Unlock()
				},
				tell: func(round int) {
					mu.Lock()
					now = round + 1
					c.Broadcast()
					mu.Unlock()
				},
			}
		},
	}
}

// lockedPair takes turns by whose turn it is under a mutex.
func lockedPair(mu *sync.Mutex, wakeX, wakeY func(), waitX, waitY func() error) pair {
	turn, turns := 0, 0
	pass := func(to int, wake func()) {
		mu.Lock()
		turn = to
		turns++
		wake()
		mu.Unlock()
	}
	await := func(mine int, wait func() error) (bad int) {
		mu.Lock()
		for turn != mine {
			if wait() != nil {
				bad++
			}
		}
		mu.Unlock()
		return bad
	}
	return pair{
		ping: func(n int) (bad int) {
			for range n {
				pass(1, wakeX)
				bad += await(0, waitY)
			}
			if turns != 2*n {
				bad++
			}
			return bad
		},
		pong: func(n int) (bad int) {
			for range n {
				bad += await(1, waitX)
				pass(0, wakeY)
			}
			return bad
		},
	}
}
