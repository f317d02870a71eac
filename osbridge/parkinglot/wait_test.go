package parkinglot_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/rouse-go/rouse/osbridge/parkinglot"
)

// onEverySize runs f for each type that can be waited on.
func onEverySize(t *testing.T, f func(t *testing.T, s sized)) {
	for _, s := range []sized{
		of[int8](), of[uint8](), of[int16](), of[uint16](), of[int32](), of[uint32](), of[int64](), of[uint64](),
		of[int](), of[uint](), of[uintptr](), of[time.Duration](),
	} {
		t.Run(s.name, func(t *testing.T) { watch(t, nil); f(t, s) })
	}
}

// sized are the functions for one type, on a value in the middle of an array.
type sized struct {
	name                      string
	wait                      func(expected int64)
	waitFor                   func(expected int64, d time.Duration) bool
	waitUntil                 func(expected int64, at time.Time) bool
	waitContext               func(ctx context.Context, expected int64) error
	one, all, neighbour       func() int
	notify                    func(n int) int
	set                       func(v int64)
	neighbourIsStillUntouched func() bool
}

func of[T parkinglot.Value]() sized {
	var zero T
	a := new([3]T)
	p := &a[1]
	return sized{
		name:        fmt.Sprintf("%T", zero),
		wait:        func(e int64) { parkinglot.Wait(p, T(e)) },
		waitFor:     func(e int64, d time.Duration) bool { return parkinglot.WaitFor(p, T(e), d) },
		waitUntil:   func(e int64, at time.Time) bool { return parkinglot.WaitUntil(p, T(e), at) },
		waitContext: func(ctx context.Context, e int64) error { return parkinglot.WaitContext(ctx, p, T(e)) },
		one:         func() int { return parkinglot.NotifyOne(p) },
		all:         func() int { return parkinglot.NotifyAll(p) },
		neighbour:   func() int { return parkinglot.NotifyAll(&a[0]) + parkinglot.NotifyAll(&a[2]) },
		notify:      func(n int) int { return parkinglot.Notify(p, n) },
		set: func(v int64) {
			switch p := unsafe.Pointer(p); unsafe.Sizeof(zero) {
			case 1:
				(*parkinglot.Uint8)(p).Store(uint8(v))
			case 2:
				(*parkinglot.Uint16)(p).Store(uint16(v))
			case 4:
				(*atomic.Uint32)(p).Store(uint32(v))
			case 8:
				(*atomic.Uint64)(p).Store(uint64(v))
			}
		},
		neighbourIsStillUntouched: func() bool { return a[0] == 0 && a[2] == 0 },
	}
}

func TestMismatchReturnsAtOnce(t *testing.T) {
	onEverySize(t, func(t *testing.T, s sized) {
		for _, v := range []int64{1, -1, 0x7f} {
			s.set(v)
			s.wait(0)
			s.wait(v ^ 2)
			want(t, "WaitFor", s.waitFor(0, time.Hour), true)
			want(t, "WaitFor, no time", s.waitFor(0, 0), true)
			want(t, "WaitUntil", s.waitUntil(0, time.Time{}), true)
			wantErr(t, "WaitContext, cancelled", s.waitContext(done(), 0), nil)
			want(t, "WaitFor on its value", s.waitFor(v, time.Nanosecond), false)
			want(t, "neighbours untouched", s.neighbourIsStillUntouched(), true)
		}
	})
}

func TestNotifyWakesSoMany(t *testing.T) {
	onEverySize(t, func(t *testing.T, s sized) {
		s.set(-5)
		const n = 5
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				switch i {
				case 0:
					s.wait(-5)
				case 1:
					want(t, "WaitFor", s.waitFor(-5, time.Hour), true)
				case 2:
					want(t, "WaitUntil", s.waitUntil(-5, time.Now().Add(time.Hour)), true)
				case 3:
					want(t, "WaitUntil, no deadline", s.waitUntil(-5, time.Time{}), true)
				case 4:
					wantErr(t, "WaitContext", s.waitContext(bg, -5), nil)
				}
			})
		}
		want(t, "Notify none", s.notify(0), 0)
		woken := 0
		for woken < 1 {
			woken += s.one()
		}
		for woken < 3 {
			k := s.notify(2)
			if k > 2 {
				t.Errorf("Notify(2) woke %d", k)
			}
			woken += k
			want(t, "of the neighbours", s.neighbour(), 0)
		}
		for woken < n {
			woken += s.all()
		}
		want(t, "woken", woken, n)
		wg.Wait()
		want(t, "woken afterwards", s.all(), 0)
	})
}

func TestWaitsThatEnd(t *testing.T) {
	onEverySize(t, func(t *testing.T, s sized) {
		want(t, "WaitFor, no time", s.waitFor(0, 0), false)
		want(t, "WaitFor, less", s.waitFor(0, -1), false)
		want(t, "WaitFor", s.waitFor(0, time.Microsecond), false)
		want(t, "WaitUntil", s.waitUntil(0, time.Now().Add(time.Microsecond)), false)
		want(t, "WaitUntil, past", s.waitUntil(0, time.Unix(0, 0)), false)
		wantErr(t, "WaitContext, done", s.waitContext(done(), 0), context.Canceled)
		cause := errors.New("the cable was pulled")
		ctx, cancel := context.WithTimeoutCause(bg, time.Microsecond, cause)
		defer cancel()
		err := s.waitContext(ctx, 0)
		wantErr(t, "WaitContext", err, context.DeadlineExceeded)
		wantErr(t, "WaitContext", err, cause)
		want(t, "woken afterwards", s.all(), 0)
	})
}

// What cannot be read in one step panics, rather than to read something else.
func TestMisalignedPanics(t *testing.T) {
	b := new([16]byte)
	const text = "parkinglot: misaligned address"
	if raceEnabled {
		t.Skip("making such a pointer is an error of its own here (checkptr)")
	}
	wantPanic(t, text, func() { parkinglot.Wait((*uint16)(unsafe.Pointer(&b[3])), 1) })
	wantPanic(t, text, func() { parkinglot.WaitFor((*uint32)(unsafe.Pointer(&b[2])), 1, 0) })
	wantPanic(t, text, func() { parkinglot.WaitContext(bg, (*uint64)(unsafe.Pointer(&b[4])), 1) })
}

// A byte is told from the others of its word, on both byte orders.
func TestEachByteOfAWord(t *testing.T) {
	w := new(struct {
		_ [0]uint32
		b [8]parkinglot.Uint8
	})
	for i := range w.b {
		w.b[i].Store(uint8(i + 1))
	}
	for i := range w.b {
		want(t, "the byte", w.b[i].Load(), uint8(i+1))
		want(t, "WaitFor on its value", parkinglot.WaitFor(w.b[i].Addr(), uint8(i+1), 0), false)
		want(t, "WaitFor on another", parkinglot.WaitFor(w.b[i].Addr(), uint8(i), 0), true)
	}
	h := (*[4]uint16)(unsafe.Pointer(&w.b))
	for i := range h {
		want(t, "WaitFor on its value", parkinglot.WaitFor(&h[i], h[i], 0), false)
		want(t, "WaitFor on another", parkinglot.WaitFor(&h[i], ^h[i], 0), true)
	}
}

// The two sides of the race, as often as may be: who waits for a value that changed sleeps no
// more.
func TestAnnounceThenLookAgain(t *testing.T) {
	watch(t, nil)
	var w uint32
	n := uint32(rounds(100000))
	over := make(chan struct{})
	go func() {
		defer close(over)
		for i := range n {
			for atomic.LoadUint32(&w) == i {
				parkinglot.Wait(&w, i)
			}
		}
	}()
	for range n {
		atomic.AddUint32(&w, 1)
		parkinglot.NotifyOne(&w)
	}
	<-over
}

// Many goroutines on many words, some with timeouts that come to nothing: nobody is forgotten.
func TestHammerOfManyWords(t *testing.T) {
	watch(t, nil)
	const waiters, words = 6, 3
	var ws [words]parkinglot.Uint16
	var wg, notifiers sync.WaitGroup
	stop := make(chan struct{})
	for i := range waiters {
		wg.Go(func() {
			for r := range rounds(20000) {
				w := &ws[(r+i)%words]
				if v := w.Load(); i == 0 {
					parkinglot.WaitFor(w.Addr(), v, time.Duration(r%50)*time.Microsecond)
				} else {
					parkinglot.Wait(w.Addr(), v)
				}
			}
		})
	}
	for i := range 2 {
		notifiers.Go(func() {
			for r := i; ; r++ {
				select {
				case <-stop:
					return
				default:
				}
				w := &ws[r%words]
				w.Add(1)
				switch r % 4 {
				case 0:
					parkinglot.NotifyAll(w.Addr())
				case 1:
					parkinglot.Notify(w.Addr(), 2)
				default:
					parkinglot.NotifyOne(w.Addr())
				}
				yield()
			}
		})
	}
	wg.Wait()
	close(stop)
	notifiers.Wait()
}
