package parkinglot_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rouse-go/rouse/osbridge/parkinglot"
)

// What the suites of parking_lot, WebKit and folly check, each by its name.

func TestUnparkAllOfOne(t *testing.T)      { unparkAll(t, 1) }
func TestUnparkAllOfAHundred(t *testing.T) { unparkAll(t, 100) }

func unparkAll(t *testing.T, n int) {
	watch(t, nil)
	var l Lot
	var x byte
	c := gather(&l, keyOf(&x), n)
	want(t, "waiting", l.Len(keyOf(&x)), n)
	want(t, "unparked", l.UnparkAll(keyOf(&x), 3), n)
	c.wg.Wait()
	want(t, "tokens", c.tokens.Load(), uint64(3*n))
	want(t, "left", l.Len(keyOf(&x)), 0)
}

func TestUnparkOneOfAHundredHeadFirst(t *testing.T) {
	watch(t, nil)
	var l Lot
	var x byte
	c := gather(&l, keyOf(&x), 100)
	for i := range 100 {
		r := l.UnparkOne(keyOf(&x), func(r Result) uint64 {
			want(t, "unparked", r.Unparked, 1)
			want(t, "left", r.Left, 99-i)
			return 1
		})
		want(t, "left", r.Left, 99-i)
		c.await(i + 1)
	}
	c.wg.Wait()
	if !slices.IsSorted(c.woken) {
		t.Errorf("came back in the order %v", c.woken)
	}
	want(t, "tokens", c.tokens.Load(), 100)
	want(t, "unparked at last", l.UnparkOne(keyOf(&x), nil).Unparked, 0)
}

func TestUnparkFiftyThenFiftyAll(t *testing.T) {
	watch(t, nil)
	var l Lot
	var x byte
	c := gather(&l, keyOf(&x), 100)
	for range 50 {
		want(t, "unparked", l.UnparkOne(keyOf(&x), nil).Unparked, 1)
	}
	want(t, "unparked all", l.UnparkAll(keyOf(&x), 0), 50)
	c.wg.Wait()
	want(t, "left", l.Len(keyOf(&x)), 0)
}

func TestEmptyAtTheEnd(t *testing.T) {
	var l Lot
	var x byte
	called := false
	r := l.UnparkOne(keyOf(&x), func(r Result) uint64 {
		called = true
		want(t, "result", r, Result{})
		return 0
	})
	want(t, "called", called, true)
	want(t, "result", r, Result{})
	want(t, "UnparkAll", l.UnparkAll(keyOf(&x), 0), 0)
	want(t, "requeue", l.UnparkRequeue(keyOf(&x), keyOf(&l), nil, nil), Result{})
}

func TestFilterChoosesAndStops(t *testing.T) {
	watch(t, nil)
	var l Lot
	var x byte
	c := gather(&l, keyOf(&x), 6)
	var asked []uint64
	r := l.UnparkFilter(keyOf(&x), func(token uint64) parkinglot.Verdict {
		asked = append(asked, token)
		switch {
		case token == 4:
			return parkinglot.Stop
		case token%2 == 1:
			return parkinglot.Unpark
		}
		return parkinglot.Skip
	}, func(r Result) uint64 { return 10 })
	want(t, "asked", fmt.Sprint(asked), "[0 1 2 3 4]")
	want(t, "unparked", r.Unparked, 2)
	want(t, "left", r.Left, 4)
	c.await(2)
	slices.Sort(c.woken)
	want(t, "woken", fmt.Sprint(c.woken), "[1 3]")
	want(t, "tokens", c.tokens.Load(), 20)
	l.UnparkAll(keyOf(&x), 0)
	c.wg.Wait()
}

func TestRequeue(t *testing.T) {
	for _, p := range []struct {
		unpark, requeue        int
		unparked, moved, there int
	}{
		{0, 0, 0, 0, 0},
		{1, 0, 1, 0, 0},
		{0, 1, 0, 1, 1},
		{1, parkinglot.All, 1, 4, 4},
		{0, parkinglot.All, 0, 5, 5},
		{parkinglot.All, 1, 5, 0, 0},
		{2, 2, 2, 2, 2},
	} {
		t.Run(fmt.Sprint(p.unpark, p.requeue), func(t *testing.T) {
			watch(t, nil)
			var l Lot
			var from, to byte
			c := gather(&l, keyOf(&from), 5)
			r := l.UnparkRequeue(keyOf(&from), keyOf(&to), func() (int, int) { return p.unpark, p.requeue }, func(Result) uint64 { return 1 })
			r.Fair = false // or not
			want(t, "result", r, Result{Unparked: p.unparked, Requeued: p.moved, Left: 5 - p.unparked - p.moved})
			want(t, "there", l.Len(keyOf(&to)), p.there)
			c.await(p.unparked)
			want(t, "tokens", c.tokens.Load(), uint64(p.unparked))
			want(t, "left", l.UnparkAll(keyOf(&from), 0), r.Left)
			want(t, "were there", l.UnparkAll(keyOf(&to), 0), p.moved)
			c.wg.Wait()
		})
	}
}

func TestRequeueOntoItselfEnds(t *testing.T) {
	watch(t, nil)
	var l Lot
	var x byte
	c := gather(&l, keyOf(&x), 4)
	r := l.UnparkRequeue(keyOf(&x), keyOf(&x), nil, nil)
	want(t, "result", r, Result{Unparked: 1, Requeued: 3, Left: 3})
	l.UnparkAll(keyOf(&x), 0)
	c.wg.Wait()
}

// parking_lot #129: who times out must tell whether others are left, and under which key.
func TestTimedOutTellsTheRest(t *testing.T) {
	watch(t, nil)
	var l Lot
	var x, y byte
	ctx, cancel := context.WithCancel(bg)
	type told struct {
		key  Key
		rest int
	}
	var first, second told
	parked := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := l.Park(ctx, keyOf(&x), Parking{
			BeforeSleep: func() { close(parked) },
			TimedOut:    func(k Key, rest int) { first = told{k, rest} },
		})
		wantErr(t, "Park", err, context.Canceled)
	})
	<-parked
	_, err := l.Park(done(), keyOf(&x), Parking{TimedOut: func(k Key, rest int) { second = told{k, rest} }})
	wantErr(t, "Park, cancelled before", err, context.Canceled)
	want(t, "the second was told", second, told{keyOf(&x), 1})
	l.UnparkRequeue(keyOf(&x), keyOf(&y), nil2(0, 1), nil)
	cancel()
	wg.Wait()
	want(t, "the first was told", first, told{keyOf(&y), 0})
}

func nil2(unpark, requeue int) func() (int, int) { return func() (int, int) { return unpark, requeue } }

// parking_lot 52231a8: a timeout that races an unpark. The unpark's result and the park's agree.
func TestTimeoutBesideUnpark(t *testing.T) {
	watch(t, nil)
	var l Lot
	var x byte
	var timedOut, unparked int
	for range rounds(20000) {
		ctx, cancel := context.WithCancel(bg)
		over := make(chan error)
		parked := make(chan struct{})
		told := 0
		go func() {
			_, err := l.Park(ctx, keyOf(&x), Parking{
				BeforeSleep: func() { close(parked) },
				TimedOut:    func(Key, int) { told++ },
			})
			over <- err
		}()
		<-parked
		go cancel()
		n := l.UnparkOne(keyOf(&x), nil).Unparked
		err := <-over
		if n == 1 != (err == nil) || n+told != 1 {
			t.Fatalf("unparked %d, told %d, error %v", n, told, err)
		}
		unparked += n
		timedOut += told
		cancel()
	}
	t.Logf("%d unparked, %d timed out", unparked, timedOut)
}

// A timeout of centuries must not overflow into the past.
func TestLongTimeoutsDoNotOverflow(t *testing.T) {
	watch(t, nil)
	var l Lot
	var x byte
	var w uint32
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := l.ParkTimeout(1<<63-1, keyOf(&x), Parking{})
		wantErr(t, "ParkTimeout", err, nil)
	})
	wg.Go(func() { want(t, "WaitFor", parkinglot.WaitFor(&w, 0, 1<<63-1), true) })
	wg.Go(func() {
		want(t, "WaitUntil", parkinglot.WaitUntil(&w, 0, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)), true)
	})
	for n := 0; n < 3; {
		n += l.UnparkAll(keyOf(&x), 0) + parkinglot.NotifyAll(&w)
		runtime.Gosched()
	}
	wg.Wait()
}

// Large words: 8 bytes, of which only the upper differ; and small ones, of which only neighbours do.
func TestLargeWords(t *testing.T) {
	var w int64 = 1 << 40
	parkinglot.Wait(&w, 0)
	parkinglot.Wait(&w, 1<<41)
	want(t, "WaitFor", parkinglot.WaitFor(&w, 1<<40, 0), false)
}

func TestManyLotsAreApart(t *testing.T) {
	watch(t, nil)
	var a, b Lot
	var x byte
	c, d := gather(&a, keyOf(&x), 3), gather(&b, keyOf(&x), 2)
	want(t, "of a", a.UnparkAll(keyOf(&x), 0), 3)
	c.wg.Wait()
	want(t, "of b", b.Len(keyOf(&x)), 2)
	want(t, "of the process", parkinglot.NotifyAll((*uint8)(&x)), 0)
	want(t, "of b", b.UnparkAll(keyOf(&x), 0), 2)
	d.wg.Wait()
}

// Goroutines of all kinds in turns: some on a thread of their own, all on one address.
func TestPingPong(t *testing.T) {
	watch(t, nil)
	const players = 4
	var turn uint32
	n := uint32(rounds(20000))
	var wg sync.WaitGroup
	for me := range uint32(players) {
		wg.Go(func() {
			if me%2 == 0 {
				lockThread()
				defer unlockThread()
			}
			for {
				v := atomic.LoadUint32(&turn)
				switch {
				case v >= n:
					parkinglot.NotifyAll(&turn)
					return
				case v%players == me:
					atomic.AddUint32(&turn, 1)
					parkinglot.NotifyAll(&turn)
				default:
					parkinglot.Wait(&turn, v)
				}
			}
		})
	}
	wg.Wait()
}
