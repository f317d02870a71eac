package bench

import (
	"context"
	"os"
	"sync/atomic"
)

// atomicOr is one atomic instruction: what a wake cannot be without.
func atomicOr() primitive {
	return primitive{
		name: "atomic Or",
		stored: func(b *B) {
			w := new(atomic.Uint32)
			b.Start()
			for range b.N {
				w.Or(4)
			}
			b.Stop()
			b.Expect("the word", int(w.Load()), 4)
		},
	}
}

// pipes is a byte through a pipe, which the netpoller awaits.
func pipes() primitive {
	one := func() signal {
		r, w, err := os.Pipe()
		if err != nil {
			panic(err)
		}
		in, out := make([]byte, 1), []byte{1}
		return signal{
			wake: func() { w.Write(out) },
			wait: func() { r.Read(in) },
			over: func() { r.Close(); w.Close() },
		}
	}
	return primitive{
		name:   "os.Pipe",
		pair:   func(context.Context) pair { return signalPair(one) },
		signal: one,
	}
}

// signalPair takes turns by two signals: for what is so slow that a call more does not show.
func signalPair(make func() signal) pair {
	x, y := make(), make()
	p := callPair(x.wake, y.wake,
		func() error { x.wait(); return nil }, func() error { y.wait(); return nil })
	p.over = func() { x.end(); y.end() }
	return p
}

func callPair(wakeX, wakeY func(), waitX, waitY func() error) pair {
	var ball ball
	return pair{
		ping: func(n int) (bad int) {
			for range n {
				ball++
				wakeX()
				if waitY() != nil {
					bad++
				}
				bad += int(ball & 1)
			}
			return bad
		},
		pong: func(n int) (bad int) {
			for range n {
				if waitX() != nil {
					bad++
				}
				ball++
				bad += int(ball & 1)
				wakeY()
			}
			return bad
		},
	}
}
