package waitqueue_test

import (
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rouse-go/rouse/waitqueue"
)

// What the test suites of Go's sync.Cond and of the wait queues of others check.

// Each who is woken wakes the next: of a chain of wakes exactly one permit is left.
func TestChainOfWakesLeavesOnePermit(t *testing.T) {
	var q waitqueue.Queue
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			wantErr(t, "Wait", q.Wait(bg), nil)
			q.Wake()
		})
	}
	q.Wake()
	wg.Wait()
	wantQueue(t, &q, "WOKEN")
}

// Wakes come in the order of registration, among sleeping goroutines too.
func TestWakesAreFIFO(t *testing.T) {
	var q waitqueue.Queue
	order := make(chan int)
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			wantErr(t, "Wait", q.Wait(bg), nil)
			order <- i
		})
		queued(&q, i+1)
	}
	for i := range 100 {
		q.Wake()
		want(t, "who was woken", <-order, i)
	}
	wg.Wait()
}

// One goroutine returns for one Signal.
func TestCondOnePerSignal(t *testing.T) {
	var mu sync.Mutex
	c := waitqueue.NewCond(&mu)
	awake := make(chan bool, 2)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			mu.Lock()
			c.Wait()
			awake <- true
			mu.Unlock()
		})
	}
	queued(waitqueue.QueueOf(c), 2)
	for left := range 2 {
		want(t, "awake before Signal", len(awake), 0)
		mu.Lock()
		c.Signal()
		mu.Unlock()
		<-awake
		want(t, "asleep", waitqueue.QueueOf(c).Len(), 1-left)
	}
	c.Signal()
	wg.Wait()
}

// A hundred waiters, each known to wait before the next comes, are signalled in that order.
func TestCondGenerationsAreFIFO(t *testing.T) {
	var mu sync.Mutex
	c := waitqueue.NewCond(&mu)
	const n = 100
	awake := make(chan int, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			mu.Lock()
			c.Wait()
			awake <- i
			mu.Unlock()
		})
		queued(waitqueue.QueueOf(c), i+1)
	}
	for i := range n {
		c.Signal()
		want(t, "who was woken", <-awake, i)
		want(t, "awake without a Signal", len(awake), 0)
	}
	wg.Wait()
}

// Two hundred broadcasts to two hundred that wait again: each wakes each once.
func TestCondBroadcastWakesEachOnce(t *testing.T) {
	const n = 200
	var mu sync.Mutex
	c := waitqueue.NewCond(&mu)
	var wg sync.WaitGroup
	var awake atomic.Int32
	exit := false
	for range n {
		wg.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			for !exit {
				c.Wait()
				awake.Add(1)
			}
		})
	}
	for i := range n {
		queued(waitqueue.QueueOf(c), n)
		mu.Lock()
		want(t, "awake", awake.Swap(0), map[bool]int32{false: n}[i == 0])
		exit = i == n-1
		c.Broadcast()
		mu.Unlock()
	}
	wg.Wait()
	want(t, "awake", awake.Load(), n)
}

// Three goroutines pass a number on, two of them by Signal and the last by Broadcast.
func TestCondRaceOfThree(t *testing.T) {
	var mu sync.Mutex
	c := waitqueue.NewCond(&mu)
	x := 0
	step := func(from int, next func()) func() {
		return func() {
			mu.Lock()
			defer mu.Unlock()
			for x < from {
				c.Wait()
			}
			x++
			next()
		}
	}
	for range rounds(2_000) {
		x = 0
		together(step(0, c.Broadcast), step(1, c.Broadcast), step(2, c.Signal))
		want(t, "x", x, 3)
	}
	wantQueue(t, waitqueue.QueueOf(c), "WAITING")
}

// golang/go#14064: a Signal belongs to who waited when it came, and not to one who waits afterwards, if it be the
// goroutine that runs first.
func TestCondSignalIsNotStolen(t *testing.T) {
	for range 1_000 {
		var mu sync.Mutex
		c := waitqueue.NewCond(&mu)
		ch := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			mu.Lock()
			ch <- struct{}{}
			c.Wait()
			mu.Unlock()
			ch <- struct{}{}
		})
		<-ch
		pass(&mu)
		// The first waits. Now a second one comes, while the first is signalled.
		wg.Go(func() {
			mu.Lock()
			c.Broadcast()
			c.Wait()
			mu.Unlock()
		})
		<-ch // the first: it was in the line before the Broadcast, and gets it
		queued(waitqueue.QueueOf(c), 1)
		c.Signal()
		wg.Wait()
	}
}

// A copied Cond panics in sync.Cond's words, in each method; go vet sees it as well.
func TestCondCopyPanics(t *testing.T) {
	c := struct {
		waitqueue.Cond
	}{}
	c.L = new(sync.Mutex)
	c.Signal()
	for name, use := range map[string]func(*waitqueue.Cond){
		"Signal": (*waitqueue.Cond).Signal, "Broadcast": (*waitqueue.Cond).Broadcast, "Wait": (*waitqueue.Cond).Wait,
		"Close":       func(c *waitqueue.Cond) { c.Close() },
		"Subscribe":   func(c *waitqueue.Cond) { c.Subscribe() },
		"WaitContext": func(c *waitqueue.Cond) { c.WaitContext(bg) },
		"done":        func(c *waitqueue.Cond) { c.WaitContext(done()) },
		"WaitTimeout": func(c *waitqueue.Cond) { c.WaitTimeout(0) },
	} {
		t.Run(name, func(t *testing.T) {
			copied := copyOf(&c.Cond)
			wantPanic(t, "sync.Cond is copied", func() { use(copied) })
		})
	}
	c.Signal()
}

// copyOf returns a copy of what must not be copied, made so that go vet does not see it.
func copyOf(c *waitqueue.Cond) *waitqueue.Cond {
	p := reflect.New(reflect.TypeFor[waitqueue.Cond]())
	p.Elem().Set(reflect.ValueOf(c).Elem())
	return p.Interface().(*waitqueue.Cond)
}

// pass waits until l was unlocked by whoever holds it.
func pass(l sync.Locker) {
	l.Lock()
	defer l.Unlock()
}
