package parkinglot_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/rouse-go/rouse/osbridge/parkinglot"
)

func lockThread()   { runtime.LockOSThread() }
func unlockThread() { runtime.UnlockOSThread() }

func TestParkIsRefusedByValidate(t *testing.T) {
	var l Lot
	var x byte
	_, err := l.Park(bg, keyOf(&x), Parking{
		Validate:    func() bool { return false },
		BeforeSleep: func() { t.Error("BeforeSleep was called") },
		TimedOut:    func(Key, int) { t.Error("TimedOut was called") },
	})
	wantErr(t, "Park", err, parkinglot.ErrInvalid)
	_, err = l.ParkTimeout(0, keyOf(&x), Parking{Validate: func() bool { return false }})
	wantErr(t, "ParkTimeout", err, parkinglot.ErrInvalid)
	want(t, "left", l.Len(keyOf(&x)), 0)
}

func TestParkEndsWithItsContext(t *testing.T) {
	var l Lot
	var x byte
	cause := errors.New("the cable was pulled")
	ctx, cancel := context.WithCancelCause(bg)
	_, err := l.Park(ctx, keyOf(&x), Parking{BeforeSleep: func() { cancel(cause) }})
	wantErr(t, "Park", err, context.Canceled)
	wantErr(t, "Park", err, cause)
	_, err = l.ParkTimeout(0, keyOf(&x), Parking{})
	wantErr(t, "ParkTimeout", err, context.DeadlineExceeded)
	_, err = l.ParkTimeout(-1, keyOf(&x), Parking{})
	wantErr(t, "ParkTimeout", err, context.DeadlineExceeded)
	want(t, "left", l.Len(keyOf(&x)), 0)
}

// The unparker was first, and so the wake wins.
func TestUnparkBeforeTheSleep(t *testing.T) {
	var l Lot
	var x byte
	ctx, cancel := context.WithCancel(bg)
	token, err := l.Park(ctx, keyOf(&x), Parking{BeforeSleep: func() {
		l.UnparkOne(keyOf(&x), func(Result) uint64 { return 5 })
		cancel()
	}})
	wantErr(t, "Park", err, nil)
	want(t, "token", token, 5)
}

// A token is that of the unpark which ended the park, not one of an earlier use of the record.
func TestTokensAreNotMixedUp(t *testing.T) {
	var l Lot
	var x byte
	for i := range uint64(10) {
		token, _ := l.Park(bg, keyOf(&x), Parking{BeforeSleep: func() {
			l.UnparkOne(keyOf(&x), func(Result) uint64 { return i })
		}})
		want(t, "token", token, i)
		token, _ = l.Park(bg, keyOf(&x), Parking{BeforeSleep: func() { l.UnparkOne(keyOf(&x), nil) }})
		want(t, "no token", token, 0)
	}
}

func TestPanicsInCallbacksLeaveTheLotUsable(t *testing.T) {
	watch(t, nil)
	for _, debug := range []bool{false, true} {
		l := Lot{Debug: debug}
		var x, y byte
		boom := func() { panic("boom") }
		wantPanic(t, "boom", func() { l.Park(bg, keyOf(&x), Parking{Validate: func() bool { panic("boom") }}) })
		wantPanic(t, "boom", func() { l.Park(bg, keyOf(&x), Parking{BeforeSleep: boom}) })
		want(t, "left by BeforeSleep", l.Len(keyOf(&x)), 0)
		wantPanic(t, "boom", func() { l.Park(done(), keyOf(&x), Parking{TimedOut: func(Key, int) { panic("boom") }}) })
		wantPanic(t, "boom", func() { l.UnparkOne(keyOf(&x), func(Result) uint64 { panic("boom") }) })
		want(t, "left", l.Len(keyOf(&x)), 0)

		// Who was unparked already is.
		c := gather(&l, keyOf(&x), 3)
		wantPanic(t, "boom", func() { l.UnparkOne(keyOf(&x), func(Result) uint64 { panic("boom") }) })
		c.await(1)
		wantPanic(t, "boom", func() {
			asked := 0
			l.UnparkFilter(keyOf(&x), func(uint64) parkinglot.Verdict {
				if asked++; asked == 2 {
					panic("boom")
				}
				return parkinglot.Unpark
			}, nil)
		})
		c.await(2)
		wantPanic(t, "boom", func() {
			l.UnparkRequeue(keyOf(&x), keyOf(&y), func() (int, int) { panic("boom") }, nil)
		})
		want(t, "left", l.UnparkAll(keyOf(&x), 0), 1)
		c.wg.Wait()
	}
}

// A callback that uses its Lot would deadlock. With Debug it panics.
func TestDebugTellsOfReentry(t *testing.T) {
	watch(t, nil)
	l := Lot{Debug: true}
	var x, y byte
	const text = "parkinglot: a callback uses its Lot"
	use := func() { l.UnparkOne(keyOf(&y), nil) }
	wantPanic(t, text, func() { l.Park(bg, keyOf(&x), Parking{Validate: func() bool { use(); return true }}) })
	wantPanic(t, text, func() { l.Park(done(), keyOf(&x), Parking{TimedOut: func(Key, int) { use() }}) })
	wantPanic(t, text, func() { l.UnparkOne(keyOf(&x), func(Result) uint64 { use(); return 0 }) })
	wantPanic(t, text, func() { l.UnparkRequeue(keyOf(&x), keyOf(&y), func() (int, int) { use(); return 0, 0 }, nil) })
	c := gather(&l, keyOf(&x), 1)
	wantPanic(t, text, func() {
		l.UnparkFilter(keyOf(&x), func(uint64) parkinglot.Verdict { use(); return parkinglot.Skip }, nil)
	})
	l.UnparkAll(keyOf(&x), 0)
	c.wg.Wait()
	// BeforeSleep may.
	_, err := l.Park(bg, keyOf(&x), Parking{BeforeSleep: func() { l.UnparkOne(keyOf(&x), nil) }})
	wantErr(t, "Park", err, nil)
	want(t, "left", l.Len(keyOf(&x)), 0)
}

func TestMisusePanics(t *testing.T) {
	var l Lot
	var x byte
	var none context.Context
	wantPanic(t, "parkinglot: nil context", func() { l.Park(none, keyOf(&x), Parking{}) })
	wantPanic(t, "parkinglot: zero key", func() { l.Park(bg, Key{}, Parking{}) })
	wantPanic(t, "parkinglot: zero key", func() { l.UnparkAll(Key{}, 0) })
	wantPanic(t, "parkinglot: nil address", func() { keyOf[int](nil) })
	wantPanic(t, "parkinglot: nil filter", func() { l.UnparkFilter(keyOf(&x), nil, nil) })
	wantPanic(t, "parkinglot: negative count", func() { l.UnparkRequeue(keyOf(&x), keyOf(&x), nil2(-1, 0), nil) })
	var w uint32
	wantPanic(t, "parkinglot: nil context", func() { parkinglot.WaitContext(none, &w, 0) })
	wantPanic(t, "parkinglot: nil address", func() { parkinglot.Wait[uint32](nil, 0) })
	wantPanic(t, "parkinglot: nil address", func() { parkinglot.NotifyOne[uint32](nil) })
	wantPanic(t, "parkinglot: nil address", func() { parkinglot.NotifyAll[uint32](nil) })
	wantPanic(t, "parkinglot: nil address", func() { parkinglot.Notify[uint32](nil, 1) })
	wantPanic(t, "parkinglot: negative count", func() { parkinglot.Notify(&w, -1) })
}
