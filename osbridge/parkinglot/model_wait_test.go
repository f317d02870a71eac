package parkinglot_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse-go/rouse/osbridge/parkinglot"
	"pgregory.net/rapid"
)

// Random programs of goroutines that wait on integers of all sizes, neighbours among them, in a bubble: values that change,
// notifies, cancellations, and deadlines by the bubble's clock. After each step all is still. Then exactly
// those have returned that were told to, or never had to sleep, and no count of a notify was wrong.

func TestWaitsOnAddressesFollowTheirModel(t *testing.T) { rapid.Check(t, waitsInBubble) }
func FuzzWaits(f *testing.F)                            { f.Fuzz(rapid.MakeFuzz(waitsInBubble)) }

func waitsInBubble(t *rapid.T) { rapid.SyncTest(t, waitsProgram) }

// A spot is an integer that can be waited on, whatever its size, and the model's line there.
type spot struct {
	value uint8
	line  []*onSpot

	store  func(uint8)
	wait   func(way string, expected uint8, ctx context.Context, d time.Duration) error
	notify func(n int) int
	one    func() int
	all    func() int
}

// One who waits on a spot.
type onSpot struct {
	cancel   context.CancelFunc
	deadline time.Time // zero: none
	patient  bool      // Wait has no context
	result   chan error
	over     bool // the model says that it has returned
	want     error
}

// spotOf returns the spot at addr, of so many bits. Its values differ in the uppermost eight.
func spotOf[T parkinglot.Value](addr *T, bits int, store func(T)) *spot {
	wide := func(v uint8) T { return T(v) << (bits - 8) }
	return &spot{
		store: func(v uint8) { store(wide(v)) },
		wait: func(way string, expected uint8, ctx context.Context, d time.Duration) error {
			v, woken := wide(expected), true
			switch way {
			case "Wait":
				parkinglot.Wait(addr, v)
			case "WaitContext":
				return parkinglot.WaitContext(ctx, addr, v)
			case "WaitFor":
				woken = parkinglot.WaitFor(addr, v, d)
			case "WaitUntil":
				woken = parkinglot.WaitUntil(addr, v, time.Now().Add(d))
			}
			if !woken {
				return context.DeadlineExceeded
			}
			return nil
		},
		notify: func(n int) int { return parkinglot.Notify(addr, n) },
		one:    func() int { return parkinglot.NotifyOne(addr) },
		all:    func() int { return parkinglot.NotifyAll(addr) },
	}
}

// leaves takes w out of the line.
func (s *spot) leaves(w *onSpot, err error) {
	s.line = slices.DeleteFunc(s.line, func(v *onSpot) bool { return v == w })
	w.over, w.want = true, err
}

// woken takes the first n out of the line, and says how many there were.
func (s *spot) woken(n int) int {
	n = max(0, min(n, len(s.line)))
	for range n {
		s.leaves(s.line[0], nil)
	}
	return n
}

func waitsProgram(t *rapid.T) {
	a := new(struct {
		v    uint64 // the first, for 32-bit systems
		u    uint32
		x, y parkinglot.Uint8 // in one word
		z    parkinglot.Uint16
	})
	spots := []*spot{
		spotOf(a.x.Addr(), 8, a.x.Store),
		spotOf(a.y.Addr(), 8, a.y.Store),
		spotOf(a.z.Addr(), 16, a.z.Store),
		spotOf(&a.u, 32, func(v uint32) { a.u = v }), // all is still when it is called
		spotOf(&a.v, 64, func(v uint64) { a.v = v }),
	}
	var all []*onSpot
	defer func() { // also when the fuzzer's input ends in the middle: nobody may be left in the bubble
		for _, s := range spots {
			s.all()
		}
	}()
	pick := func(t *rapid.T) *spot { return spots[rapid.IntRange(0, len(spots)-1).Draw(t, "spot")] }
	t.Repeat(map[string]func(*rapid.T){
		"wait": func(t *rapid.T) {
			s := pick(t)
			way := rapid.SampledFrom([]string{"Wait", "WaitContext", "WaitFor", "WaitUntil"}).Draw(t, "way")
			d := time.Duration(rapid.IntRange(-1, 4).Draw(t, "minutes")) * time.Minute
			expected := s.value
			if rapid.IntRange(0, 4).Draw(t, "another at 0") == 0 {
				expected++
			}
			w := &onSpot{patient: way == "Wait", result: make(chan error, 1)}
			var ctx context.Context
			ctx, w.cancel = context.WithCancel(bg)
			if way == "WaitFor" || way == "WaitUntil" {
				w.deadline = time.Now().Add(d)
			}
			go func() { w.result <- s.wait(way, expected, ctx, d) }()
			all = append(all, w)
			switch s.line = append(s.line, w); {
			case expected != s.value:
				s.leaves(w, nil)
			case !w.deadline.IsZero() && d <= 0:
				s.leaves(w, context.DeadlineExceeded)
			}
		},
		"store": func(t *rapid.T) { // nobody is told
			s := pick(t)
			s.value = uint8(rapid.IntRange(0, 3).Draw(t, "value"))
			s.store(s.value)
		},
		"NotifyOne": func(t *rapid.T) { s := pick(t); want(t, "NotifyOne", s.one(), s.woken(1)) },
		"NotifyAll": func(t *rapid.T) { s := pick(t); want(t, "NotifyAll", s.all(), s.woken(len(s.line))) },
		"Notify": func(t *rapid.T) {
			s, n := pick(t), rapid.IntRange(0, 3).Draw(t, "n")
			want(t, "Notify", s.notify(n), s.woken(n))
		},
		"cancel": func(t *rapid.T) {
			s := pick(t)
			if len(s.line) == 0 {
				return // nobody
			}
			w := rapid.SampledFrom(s.line).Draw(t, "who")
			w.cancel()
			if !w.patient && w.deadline.IsZero() {
				s.leaves(w, context.Canceled)
			}
		},
		"notify, and cancel at once": func(t *rapid.T) { // the notify wins
			if s := pick(t); len(s.line) > 0 {
				w := s.line[0]
				want(t, "NotifyOne", s.one(), s.woken(1))
				w.cancel()
			}
		},
		"time passes": func(t *rapid.T) {
			time.Sleep(time.Duration(rapid.IntRange(1, 2).Draw(t, "minutes")) * time.Minute)
			for _, s := range spots {
				for _, w := range slices.Clone(s.line) {
					if !w.deadline.IsZero() && !time.Now().Before(w.deadline) {
						s.leaves(w, context.DeadlineExceeded)
					}
				}
			}
		},
		"": func(t *rapid.T) {
			synctest.Wait()
			all = slices.DeleteFunc(all, func(w *onSpot) bool {
				select {
				case got := <-w.result:
					if !w.over {
						t.Fatalf("a wait returned %v, the model says that it sleeps", got)
					}
					wantErr(t, "a wait", got, w.want)
					w.cancel()
				default:
					if w.over {
						t.Fatalf("a wait sleeps, the model says that it returns %v", w.want)
					}
				}
				return w.over
			})
		},
	})
	for _, s := range spots {
		want(t, "left in the end", s.all(), s.woken(len(s.line)))
	}
}
