package parkinglot_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse-go/rouse/osbridge/parkinglot"
)

// In a bubble every wait is durably blocking: synctest.Wait returns while it sleeps, and time passes.
func TestWaitsAreDurablyBlocking(t *testing.T) {
	for name, wait := range map[string]func(w *uint32, l *Lot){
		"Wait":        func(w *uint32, _ *Lot) { parkinglot.Wait(w, 0) },
		"WaitFor":     func(w *uint32, _ *Lot) { parkinglot.WaitFor(w, 0, time.Hour) },
		"WaitContext": func(w *uint32, _ *Lot) { parkinglot.WaitContext(bg, w, 0) },
		"Park":        func(w *uint32, l *Lot) { l.Park(bg, keyOf(w), Parking{}) },
		"ParkTimeout": func(w *uint32, l *Lot) { l.ParkTimeout(time.Hour, keyOf(w), Parking{}) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var w uint32
				var l Lot
				returned := false
				go func() {
					wait(&w, &l)
					returned = true
				}()
				synctest.Wait()
				time.Sleep(time.Minute)
				want(t, "returned before the wake", returned, false)
				want(t, "woken", parkinglot.NotifyOne(&w)+l.UnparkAll(keyOf(&w), 0), 1)
				synctest.Wait()
				want(t, "returned after the wake", returned, true)
			})
		})
	}
}

// A timeout ends a wait at its time, not before; the clock is the bubble's, so the times are exact.
func TestTimeoutsAreExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w uint16
		var l Lot
		at := time.Now()
		passed := func(what string, d time.Duration) {
			t.Helper()
			want(t, what, time.Since(at), d)
			at = time.Now()
		}
		want(t, "WaitFor", parkinglot.WaitFor(&w, 0, time.Second), false)
		passed("WaitFor", time.Second)
		want(t, "WaitUntil", parkinglot.WaitUntil(&w, 0, at.Add(time.Minute)), false)
		passed("WaitUntil", time.Minute)
		ctx, cancel := context.WithTimeout(bg, time.Hour)
		defer cancel()
		wantErr(t, "WaitContext", parkinglot.WaitContext(ctx, &w, 0), context.DeadlineExceeded)
		passed("WaitContext", time.Hour)
		_, err := l.ParkTimeout(time.Second, keyOf(&w), Parking{})
		wantErr(t, "ParkTimeout", err, context.DeadlineExceeded)
		passed("ParkTimeout", time.Second)
	})
}

// The functions on addresses share one lot in the whole process. A record that served in one bubble serves
// in the next, and outside, and in two bubbles in turns: no channel may go with it. If one did, the
// process would be aborted.
func TestBubblesDoNotMeet(t *testing.T) {
	watch(t, nil)
	wait := func() {
		w := new(uint32)
		over := make(chan struct{})
		go func() {
			parkinglot.Wait(w, 0)
			parkinglot.WaitFor(w, 0, time.Nanosecond)
			close(over)
		}()
		for parkinglot.NotifyOne(w) == 0 {
			yield()
		}
		<-over
	}
	for range 20 {
		synctest.Test(t, func(*testing.T) { wait() })
		wait()
	}
}
