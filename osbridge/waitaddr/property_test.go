package waitaddr_test

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rouse-go/rouse/osbridge/waitaddr"
	"pgregory.net/rapid"
)

// Random programs of waits, timed waits and wakes on a few words that stay 0,
// against a model that only counts: for every word, the waits that returned nil
// are the wakes that were counted, no wake counts more than were asked for or
// could be there, and no timeout is early.

func TestRandomPrograms(t *testing.T) { needAllCounted(t); rapid.Check(t, waitsAndWakes) }
func FuzzPrograms(f *testing.F)       { needAllCounted(f); f.Fuzz(rapid.MakeFuzz(waitsAndWakes)) }

func waitsAndWakes(t *rapid.T) {
	words := make([]modelWord, 3)
	defer func() { // also when the fuzzer's input ends in the middle: all threads must end
		for i := range words {
			words[i].finish(t)
		}
	}()
	pick := func(t *rapid.T) *modelWord {
		return &words[rapid.IntRange(0, len(words)-1).Draw(t, "word")]
	}
	t.Repeat(map[string]func(*rapid.T){
		"wait": func(t *rapid.T) {
			w := pick(t)
			w.untimed++
			w.start(func() error { return waitaddr.Wait(&w.word, 0) })
		},
		"wait with timeout": func(t *rapid.T) {
			w := pick(t)
			d := time.Duration(rapid.IntRange(-1, 1000).Draw(t, "microseconds")) * time.Microsecond
			w.start(func() error {
				begin := time.Now()
				err := waitaddr.WaitTimeout(&w.word, 0, d)
				if errors.Is(err, waitaddr.ErrTimeout) && time.Since(begin) < d {
					return errEarly
				}
				return err
			})
		},
		"wait for another value": func(t *rapid.T) {
			w := pick(t)
			d := time.Duration(rapid.IntRange(-1, 1).Draw(t, "hours")) * time.Hour
			if err := waitaddr.WaitTimeout(&w.word, rapid.Uint32Min(1).Draw(t, "expected"), d); !errors.Is(err, waitaddr.ErrMismatch) {
				t.Fatalf("%v, want ErrMismatch", err)
			}
		},
		"wake": func(t *rapid.T) {
			pick(t).wake(t, rapid.IntRange(-2, 4).Draw(t, "n"))
		},
		"wake sleepers": func(t *rapid.T) {
			// Untimed waits that were not counted yet will be there.
			w := pick(t)
			for n := rapid.IntRange(0, max(0, w.untimed-w.counted)).Draw(t, "n"); n > 0; runtime.Gosched() {
				n -= w.wake(t, n)
			}
		},
		"": func(t *rapid.T) {
			for i := range words {
				words[i].check(t)
			}
		},
	})
}

var errEarly = errors.New("timeout came early")

type modelWord struct {
	word                      uint32
	started, untimed, counted int
	all                       sync.WaitGroup
	nils, timeouts            atomic.Int64
	other                     atomic.Value
}

func (w *modelWord) start(wait func() error) {
	w.started++
	w.all.Go(func() {
		switch err := wait(); err {
		case nil:
			w.nils.Add(1)
		case waitaddr.ErrTimeout:
			w.timeouts.Add(1)
		default:
			w.other.Store(err)
		}
	})
}

func (w *modelWord) wake(t *rapid.T, n int) int {
	there := w.started - w.counted - int(w.timeouts.Load())
	woken := waitaddr.Wake(&w.word, n)
	if woken < 0 || woken > max(n, 0) || woken > there {
		t.Fatalf("Wake(word, %d) = %d with at most %d there", n, woken, there)
	}
	w.counted += woken
	return woken
}

func (w *modelWord) check(t *rapid.T) {
	if err := w.other.Load(); err != nil {
		t.Fatal(err)
	}
	if nils := int(w.nils.Load()); nils > w.counted {
		t.Fatalf("%d waits returned nil, %d wakes were counted", nils, w.counted)
	}
}

func (w *modelWord) finish(t *rapid.T) {
	for w.started > int(w.nils.Load()+w.timeouts.Load()) {
		w.wake(t, 1)
		w.check(t)
		runtime.Gosched()
	}
	w.all.Wait()
	if nils := int(w.nils.Load()); nils != w.counted {
		t.Fatalf("%d waits returned nil, %d wakes were counted", nils, w.counted)
	}
}
