package doorbell_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse-go/rouse/osbridge/doorbell"
)

// A hookContext runs code inside Await: done between the first look and Arm, err
// between Arm and the sleep.
type hookContext struct {
	context.Context
	done, err func()
}

func (c hookContext) Done() <-chan struct{} {
	if c.done != nil {
		c.done()
	}
	return c.Context.Done()
}

func (c hookContext) Err() error {
	if c.err != nil {
		c.err()
	}
	return c.Context.Err()
}

type answer struct {
	submitted uint64
	err       error
}

// asleep starts an Await and returns when it sleeps.
func asleep(ctx context.Context, d *doorbell.Doorbell, processed uint64) <-chan answer {
	sleeps := make(chan struct{}, 100)
	d.BeforeSleep(func() {
		select {
		case sleeps <- struct{}{}:
		default:
		}
	})
	c := make(chan answer, 1)
	go func() {
		s, err := d.Await(ctx, processed)
		c <- answer{s, err}
	}()
	<-sleeps
	return c
}

// A publish between Await's first look and its Arm is in the snapshot: no sleep,
// and no ring.
func TestPublishBetweenLookAndArm(t *testing.T) {
	d := newDoorbell(t)
	rings := d.CountRings()
	s, err := d.Await(hookContext{patient(t), sync.OnceFunc(d.Publish), nil}, 0)
	equal(t, "submitted", s, 1)
	must(t, err)
	equal(t, "rings", rings.Load(), 0)
	equal(t, "armed", d.Armed(), false)
}

// A publish between Arm and the sleep rings, and the sleep ends.
func TestPublishBetweenArmAndSleep(t *testing.T) {
	d := newDoorbell(t)
	rings := d.CountRings()
	s, err := d.Await(hookContext{patient(t), nil, sync.OnceFunc(d.Publish)}, 0)
	equal(t, "submitted", s, 1)
	must(t, err)
	equal(t, "rings", rings.Load(), 1)
	equal(t, "armed", d.Armed(), false)
	equal(t, "ring left", poll(t, d), false)
}

func TestPublishWakesASleeper(t *testing.T) {
	d := newDoorbell(t)
	c := asleep(patient(t), d, 0)
	equal(t, "armed", d.Armed(), true)
	d.Publish()
	equal(t, "answer", <-c, answer{1, nil})
	equal(t, "armed", d.Armed(), false)
}

func TestRingWakesASleeper(t *testing.T) {
	d := newDoorbell(t)
	c := asleep(patient(t), d, 0)
	must(t, d.Ring())
	equal(t, "answer", <-c, answer{0, nil})
}

// An idle loop is told to stop: a flag, then a ring.
func TestIdleShutdownWakesASleeper(t *testing.T) {
	d := newDoorbell(t)
	stop := false // plain: the ring orders it
	c := asleep(patient(t), d, 0)
	stop = true
	must(t, d.Ring())
	equal(t, "answer", <-c, answer{0, nil})
	if !stop {
		t.Fatal("woken, and the flag is not seen")
	}
}

func TestCancelEndsTheSleep(t *testing.T) {
	d := newDoorbell(t)
	reason := errors.New("reason")
	ctx, cancel := context.WithCancelCause(context.Background())
	c := asleep(ctx, d, 0)
	cancel(reason)
	a := <-c
	if !errors.Is(a.err, reason) || !errors.Is(a.err, context.Canceled) || a.submitted != 0 {
		t.Fatal(a)
	}
	equal(t, "armed", d.Armed(), false)

	// The interrupt is the old context's: under another one Await sleeps as ever.
	c = asleep(patient(t), d, 0)
	d.Publish()
	equal(t, "answer", <-c, answer{1, nil})

	ctx, cancel = context.WithCancelCause(context.Background())
	c = asleep(ctx, d, 1)
	cancel(nil)
	equal(t, "error", (<-c).err, context.Canceled)
}

func TestDeadlineEndsTheSleep(t *testing.T) {
	d := newDoorbell(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := d.Await(ctx, 0); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
}

// What is there beats a context that is done: submissions, then rings.
func TestDoneContextFailsAtOnceUnlessSomethingIsThere(t *testing.T) {
	d := newDoorbell(t)
	for range 100 { // the context's interrupt comes when it likes
		if _, err := d.Await(cancelled(), d.Submitted()); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		must(t, d.Ring())
		equal(t, "ring", poll(t, d), true)
		before := d.Submitted()
		d.Publish()
		s, err := d.Await(cancelled(), before)
		equal(t, "submitted", s, before+1)
		must(t, err)
	}
}

// A cancellation takes no ring with it: the next Await finds it.
func TestCancelledAwaitLeavesTheRing(t *testing.T) {
	d := newDoorbell(t)
	for range 1000 {
		ctx, cancel := context.WithCancel(context.Background())
		c := make(chan answer, 1)
		go func() {
			s, err := d.Await(ctx, 0)
			c <- answer{s, err}
		}()
		go cancel()
		must(t, d.Ring())
		woken := (<-c).err == nil
		if left := poll(t, d); woken == left {
			t.Fatalf("woken %v, ring left %v", woken, left)
		}
	}
}

// One context for many waits, many contexts, none that ends, and back.
func TestContextsTakeTurns(t *testing.T) {
	d := newDoorbell(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for i := range uint64(2000) {
		var c context.Context
		switch i % 7 {
		case 0, 1, 2:
			c = ctx
		case 3:
			c = context.Background()
		default:
			short, stop := context.WithCancel(context.Background())
			go stop()
			c = short
		}
		done := make(chan error, 1)
		go func() {
			var err error
			for s := i; s == i; {
				if s, err = d.Await(c, i); err != nil {
					_, err = d.Await(patient(t), i)
					break
				}
			}
			done <- err
		}()
		d.Publish()
		must(t, <-done)
	}
}

// A sleeping Await has no thread: many more sleep than threads are started.
func TestSleepersOccupyNoThreads(t *testing.T) {
	const n = 200
	before := threads(t)
	var bells [n]*doorbell.Doorbell
	var answers [n]<-chan answer
	for i := range bells {
		bells[i] = newDoorbell(t)
		answers[i] = asleep(patient(t), bells[i], 0)
	}
	if more := threads(t) - before; more > n/4 {
		t.Errorf("%d more threads for %d sleepers", more, n)
	}
	for i, d := range bells {
		d.Publish()
		equal(t, "answer", <-answers[i], answer{1, nil})
	}
}

// No allocation: ring, acknowledge, and an Await that sleeps under one context.
func TestNothingIsAllocated(t *testing.T) {
	d := newDoorbell(t)
	ctx := patient(t)
	var processed uint64
	check := func(what string, f func()) {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", what, n)
		}
	}
	check("Ring, Acknowledge", func() { d.Ring(); d.Acknowledge() })
	check("Publish to an armed doorbell", func() { d.Arm(); d.Publish(); d.Acknowledge(); d.Disarm() })
	processed = d.Submitted()
	check("Ring, Await", func() { d.Ring(); d.Await(ctx, processed) })

	publish := make(chan struct{})
	go func() {
		for range publish {
			for !d.Armed() {
				runtime.Gosched()
			}
			d.Publish()
		}
	}()
	defer close(publish)
	check("Await", func() {
		publish <- struct{}{}
		for s := processed; s == processed; {
			s, _ = d.Await(ctx, processed)
		}
		processed++
	})
}

// In a bubble a doorbell works, though its sleep is not a durable one.
func TestInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, err := doorbell.New()
		if err != nil {
			t.Skip(err)
		}
		defer d.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		go d.Publish()
		if s, err := d.Await(ctx, 0); s != 1 || err != nil {
			t.Fatal(s, err)
		}
		time.Sleep(2 * time.Hour) // nobody sleeps in the netpoller now, so time goes on
		if _, err := d.Await(ctx, 1); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
	})
}
