package softfutex_test

import (
	"fmt"
	"math"
	"sync/atomic"
	"testing"

	. "github.com/rouse-go/rouse/osbridge/softfutex"
	"pgregory.net/rapid"
)

// Random programs of several threads, all at once, on the kernel and on a Manager. Their order is
// left to chance, so what must agree is what holds in every order: each wait that returned
// was counted by one waker, nobody was counted who did not return, the words are those that any
// order of the operations makes, and calls that cannot succeed say why.

// An act is one step of one thread.
type act struct {
	kind     int
	a, b     Addr
	private  bool
	mask     uint32
	n1, n2   int
	expected uint32
}

var someActs = rapid.Custom(func(t *rapid.T) act {
	return act{
		kind: rapid.IntRange(0, 6).Draw(t, "kind"),
		a:    4 * Addr(rapid.IntRange(0, cells-1).Draw(t, "a")), b: 4 * Addr(rapid.IntRange(0, cells-1).Draw(t, "b")),
		private: rapid.Bool().Draw(t, "private"), mask: rapid.SampledFrom([]uint32{MatchAny, 1, 2, 0}).Draw(t, "mask"),
		n1: rapid.IntRange(0, 2).Draw(t, "n1"), n2: rapid.IntRange(0, 3).Draw(t, "n2"),
		expected: rapid.Uint32Range(0, 1).Draw(t, "expected"),
	}
})

// A total is what all threads saw together.
type total struct{ counted, woken atomic.Int64 }

func (s side) perform(h *hand, x act, sum *total) error {
	count := func(n, most int, err error) error {
		sum.counted.Add(int64(min(n, most)))
		return err
	}
	switch x.kind {
	case 0, 1, 2:
		err := s.wait(h, x.a, x.private, x.expected, x.mask)
		if err == nil {
			sum.woken.Add(1)
		}
		return err
	case 3:
		n, err := s.wake(x.a, x.private, x.mask, x.n1)
		return count(n, n, err)
	case 4:
		n, err := s.requeue(x.a, x.b, x.private, x.n1, x.n2)
		return count(n, x.n1, err) // the first are woken, the others moved
	case 5:
		n, err := s.requeueCmp(x.a, x.b, x.private, x.expected, x.n1, x.n2)
		return count(n, x.n1, err)
	default: // nobody else writes, so the order does not matter
		n, err := s.wakeOp(x.a, x.b, x.private, x.n1, x.n2, EncodeOp(OpXor, 1, CmpEq, 0))
		return count(n, n, err)
	}
}

// impossible is what a step must answer in every order, or "" if that depends.
func impossible(x act, err error) string {
	switch {
	case x.kind <= 3 && x.mask == 0:
		return show(err) // EINVAL on both sides
	case x.kind == 3 || x.kind == 4 || x.kind == 6:
		return show(err)
	}
	return ""
}

func TestThreadsConserveWakesAsTheKernel(t *testing.T) {
	const threads = 4
	k := newKernel(t)
	k.place = [cells]uintptr{0, 4, 8, 12, 8, 12}
	crews := [2]*crew{newCrew(t, threads), newCrew(t, threads)}
	watch(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		var programs [threads][]act
		for i := range programs {
			programs[i] = rapid.SliceOfN(someActs, 1, 8).Draw(t, fmt.Sprint("thread ", i))
		}
		for i := range cells {
			k.set(Addr(4*i), 0)
		}
		var said [2]string
		var words [2][cells]uint32
		for i, s := range []side{{k, crews[0]}, {newSoft(), crews[1]}} {
			var sum total
			answers := make([]string, threads)
			var running atomic.Int32
			running.Store(threads)
			for j, h := range s.hands {
				h.start(func() (int, error) {
					for _, x := range programs[j] {
						answers[j] += impossible(x, s.perform(h, x, &sum)) + ";"
					}
					running.Add(-1)
					return 0, nil
				})
			}
			for running.Load() > 0 { // whoever is left asleep is woken, and counted too
				for a := Addr(0); a < hole; a += 4 {
					for _, private := range []bool{false, true} {
						n, _ := s.wake(a, private, MatchAny, math.MaxInt32)
						sum.counted.Add(int64(n))
					}
				}
			}
			for _, h := range s.hands {
				<-h.out
			}
			if w, c := sum.woken.Load(), sum.counted.Load(); w != c {
				t.Fatalf("%T: %d woken, %d counted", s.machine, w, c)
			}
			said[i] = fmt.Sprint(answers)
			for c := range cells {
				words[i][c] = s.get(Addr(4 * c))
			}
		}
		if said[0] != said[1] || words[0] != words[1] {
			t.Fatalf("\nthe kernel  %s %v\nthe Manager %s %v", said[0], words[0], said[1], words[1])
		}
	})
}
