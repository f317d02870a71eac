package bench

import (
	"context"

	"github.com/rouse-go/rouse/osbridge/doorbell"
)

// bells is osbridge/doorbell: a wake is a submission, and a wait is for the next one.
func bells() primitive {
	p := primitive{name: "Doorbell", ours: true, most: 100} // descriptors
	try, err := doorbell.New()
	if err != nil {
		p.skip = err.Error()
		return p
	}
	try.Close()

	p.stored = func(b *B) {
		d := newBell()
		defer d.Close()
		b.Start()
		for range b.N {
			d.Publish()
		}
		b.Stop()
		b.Expect("submissions", int(d.Submitted()), b.N)
	}
	p.wakeWait = func(b *B) {
		w := newLoop()
		defer w.over()
		b.Start()
		for range b.N {
			w.bell.Publish()
			w.wait(b.ctx)
		}
		b.Stop()
		b.Expect("submissions taken", int(w.taken), b.N)
	}
	p.pair = bellPair
	p.pairContext = bellPair
	p.signal = func() signal {
		w := newLoop()
		return signal{wake: w.bell.Publish, wait: func() { w.wait(background) }, over: w.over}
	}
	p.events = func() events {
		w := newLoop()
		return events{
			post: func(n int) {
				for range n {
					w.bell.Publish()
				}
			},
			take: func() int {
				before := w.taken
				w.taken, _ = w.bell.Await(background, before)
				return int(w.taken - before)
			},
			over: w.over,
		}
	}
	p.object = func(bool) any { return newBell() }
	return p
}

func newBell() *doorbell.Doorbell {
	d, err := doorbell.New()
	if err != nil {
		panic(err)
	}
	return d
}

// A loop is a doorbell and how many submissions its loop has taken.
type loop struct {
	bell  *doorbell.Doorbell
	taken uint64
}

func newLoop() *loop { return &loop{bell: newBell()} }

func (l *loop) over() { l.bell.Close() }

// wait takes one submission.
func (l *loop) wait(ctx context.Context) (bad int) {
	for {
		submitted, err := l.bell.Await(ctx, l.taken)
		if err != nil {
			return 1
		}
		if submitted != l.taken {
			l.taken++
			return 0
		}
	}
}

func bellPair(ctx context.Context) pair {
	x, y, ball := newLoop(), newLoop(), ball(0)
	return pair{
		ping: func(n int) (bad int) {
			for range n {
				ball++
				x.bell.Publish()
				bad += y.wait(ctx)
				bad += int(ball & 1)
			}
			return bad
		},
		pong: func(n int) (bad int) {
			for range n {
				bad += x.wait(ctx)
				ball++
				bad += int(ball & 1)
				y.bell.Publish()
			}
			return bad
		},
		over: func() { x.over(); y.over() },
	}
}
