package waitaddr_test

import (
	"errors"
	"math"
	"runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/rouse-go/rouse/osbridge/waitaddr"
)

// These tests are the contract, the same on every backend. That a waiter sleeps
// is known only from a wake that counted it, so they wake until the count says
// so, and never sleep themselves. Where the system does not count, the tests
// that need it say so and are skipped.

func needOneCounted(t *testing.T) {
	t.Helper()
	if b := Backend(); b != "futex" && b != "ulock" && b != "portable" {
		t.Skip(b + " does not tell whether WakeOne woke anybody")
	}
}

// needAllCounted also means: no wait of this backend ends for no reason.
func needAllCounted(t *testing.T) {
	t.Helper()
	if b := Backend(); b != "futex" && b != "portable" {
		t.Skip(b + " does not tell how many were woken")
	}
}

func skipUnsupported(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
}

// wakeSleeper returns when it has woken exactly one thread.
func wakeSleeper(addr *uint32) {
	for WakeOne(addr) != 1 {
		runtime.Gosched()
	}
}

// A form is one of the ways to wait, as a wait with a timeout.
type form struct {
	name string
	wait func(addr *uint32, expected uint32, d time.Duration) error
}

var timedForms = []form{
	{"WaitTimeout", WaitTimeout},
	{"WaitUntil", func(addr *uint32, expected uint32, d time.Duration) error {
		return WaitUntil(addr, expected, time.Now().Add(d))
	}},
	{"WaitUntil/wallclock", func(addr *uint32, expected uint32, d time.Duration) error {
		return WaitUntil(addr, expected, time.Now().Add(d).Round(0))
	}},
	{"WaitAny", func(addr *uint32, expected uint32, d time.Duration) error {
		_, err := WaitAny([]Word{{addr, expected}}, time.Now().Add(d))
		return err
	}},
	{"Shared.WaitTimeout", Shared.WaitTimeout},
	{"Shared.WaitUntil", func(addr *uint32, expected uint32, d time.Duration) error {
		return Shared.WaitUntil(addr, expected, time.Now().Add(d))
	}},
	{"Shared.WaitAny", func(addr *uint32, expected uint32, d time.Duration) error {
		_, err := Shared.WaitAny([]Word{{addr, expected}}, time.Now().Add(d))
		return err
	}},
}

var forms = append([]form{
	{"Wait", func(addr *uint32, expected uint32, _ time.Duration) error { return Wait(addr, expected) }},
	{"Shared.Wait", func(addr *uint32, expected uint32, _ time.Duration) error { return Shared.Wait(addr, expected) }},
}, timedForms...)

func eachForm(t *testing.T, forms []form, test func(t *testing.T, f form)) {
	for _, f := range forms {
		t.Run(f.name, func(t *testing.T) {
			skipUnsupported(t, f.wait(new(uint32), 1, 0))
			test(t, f)
		})
	}
}

// ends waits until the wait says why it ended: it may also end for no reason.
func (f form) ends(addr *uint32, expected uint32, d time.Duration) error {
	for {
		if err := f.wait(addr, expected, d); err != nil {
			return err
		}
	}
}

func TestMismatchIsTold(t *testing.T) {
	eachForm(t, forms, func(t *testing.T, f form) {
		word := new(uint32)
		*word = 1 << 31
		for _, d := range []time.Duration{math.MinInt64, -1, 0, 1, time.Hour, math.MaxInt64} {
			if err := f.wait(word, 0, d); !errors.Is(err, ErrMismatch) {
				t.Errorf("timeout %v: %v, want ErrMismatch", d, err)
			}
		}
		if *word != 1<<31 {
			t.Errorf("the word changed to %#x", *word)
		}
	})
}

func TestTimeoutIsNeverEarly(t *testing.T) {
	eachForm(t, timedForms, func(t *testing.T, f form) {
		for _, d := range []time.Duration{1, time.Microsecond, 70 * time.Microsecond, time.Millisecond,
			1234567, 5 * time.Millisecond, 20 * time.Millisecond} {
			for range 3 {
				start := time.Now()
				err := f.ends(new(uint32), 0, d)
				if elapsed := time.Since(start); !errors.Is(err, ErrTimeout) || elapsed < d {
					t.Fatalf("%v after %v of %v", err, elapsed, d)
				}
			}
		}
	})
}

func TestNoTimeLeftIsATimeout(t *testing.T) {
	eachForm(t, timedForms, func(t *testing.T, f form) {
		for _, d := range []time.Duration{0, -1, -time.Hour, math.MinInt64} {
			if err := f.ends(new(uint32), 0, d); !errors.Is(err, ErrTimeout) {
				t.Errorf("timeout %v: %v, want ErrTimeout", d, err)
			}
		}
	})
	if err := WaitUntil(new(uint32), 0, time.Unix(0, 0)); !errors.Is(err, ErrTimeout) {
		t.Errorf("deadline in 1970: %v, want ErrTimeout", err)
	}
}

// A limit too far away to be told from none must not turn into one in the past.
// Only a change of the word ends these waits.
func TestFarDeadlinesSleep(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for name, wait := range map[string]func(*uint32) error{
		"none":      func(w *uint32) error { return Wait(w, 0) },
		"zero Time": func(w *uint32) error { return WaitUntil(w, 0, time.Time{}) },
		"29 years":  func(w *uint32) error { return WaitTimeout(w, 0, 29*year) },
		"31 years":  func(w *uint32) error { return WaitTimeout(w, 0, 31*year) },
		"largest":   func(w *uint32) error { return WaitTimeout(w, 0, math.MaxInt64) },
		"year 9999": func(w *uint32) error { return WaitUntil(w, 0, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)) },
	} {
		t.Run(name, func(t *testing.T) {
			word, result := new(uint32), make(chan error, 1)
			go func() {
				var err error
				for err == nil {
					err = wait(word)
				}
				result <- err
			}()
			for range 1000 {
				runtime.Gosched()
			}
			atomic.StoreUint32(word, 1)
			WakeOne(word)
			if err := <-result; !errors.Is(err, ErrMismatch) {
				t.Errorf("%v, want ErrMismatch", err)
			}
		})
	}
}

func TestWakeWithNobodyThereIsNotKept(t *testing.T) {
	needAllCounted(t)
	word := new(uint32)
	for _, n := range []int{WakeOne(word), WakeAll(word), Wake(word, 3), Shared.WakeOne(word), Shared.WakeAll(word)} {
		if n != 0 {
			t.Errorf("woke %d with nobody there", n)
		}
	}
	if err := WaitTimeout(word, 0, time.Millisecond); !errors.Is(err, ErrTimeout) {
		t.Errorf("a wait after the wakes: %v, want ErrTimeout", err)
	}
}

// The waiter sleeps at every successful WakeOne, so it slept, or was just about
// to, at the calls before it.
func TestWakeNoneAndWakeElsewhereLeaveASleeperAlone(t *testing.T) {
	needOneCounted(t)
	words := make([]uint32, 130)
	word := &words[65]
	result := make(chan error)
	for range 50 {
		go func() { result <- Wait(word, 0) }()
		for woken := 0; woken == 0; woken = WakeOne(word) {
			for _, n := range []int{0, -1, math.MinInt32, math.MinInt} {
				if got := Wake(word, n); got != 0 {
					t.Fatalf("Wake(word, %d) = %d", n, got)
				}
			}
			for i := range words {
				if &words[i] == word {
					continue
				}
				if got := WakeAll(&words[i]); got > 0 {
					t.Fatalf("waking word %d woke %d that sleep on word 65", i, got)
				}
			}
		}
		if err := <-result; err != nil {
			t.Fatal(err)
		}
	}
}

// Each waiter waits once. The counts must add up to the number of waiters, and
// at no time may more waiters be awake than were counted.
func TestWakeCounts(t *testing.T) {
	needAllCounted(t)
	const waiters = 12
	for _, n := range []int{1, 3, waiters, math.MaxInt} {
		word := new(uint32)
		var awake atomic.Int32
		var all sync.WaitGroup
		for range waiters {
			all.Go(func() {
				if err := Wait(word, 0); err != nil {
					t.Error(err)
				}
				awake.Add(1)
			})
		}
		for total := 0; total < waiters; runtime.Gosched() {
			woken := Wake(word, n)
			total += woken
			if woken < 0 || woken > n {
				t.Fatalf("Wake(word, %d) = %d", n, woken)
			}
			if awake := int(awake.Load()); awake > total {
				t.Fatalf("n = %d: %d are awake, %d were counted", n, awake, total)
			}
		}
		all.Wait()
		if woken := Wake(word, n); woken != 0 {
			t.Fatalf("Wake(word, %d) = %d after all had gone", n, woken)
		}
	}
}

// One call must free fifty. The waiters go back to sleep as long as the word is
// 0, so a call that comes before all of them sleep costs only another round,
// with more patience.
func TestWakeAllFreesFifty(t *testing.T) {
	needAllCounted(t)
	const waiters = 50
	for name, wakeAll := range map[string]func(*uint32) int{
		"WakeAll":            WakeAll,
		"Wake(math.MaxInt)":  func(w *uint32) int { return Wake(w, math.MaxInt) },
		"Wake(fifty-one)":    func(w *uint32) int { return Wake(w, waiters+1) },
		"Shared.WakeAll":     Shared.WakeAll,
		"Shared.Wake(large)": func(w *uint32) int { return Shared.Wake(w, math.MaxInt) },
	} {
		t.Run(name, func(t *testing.T) {
			wait := Wait
			if name[0] == 'S' {
				wait = Shared.Wait
				skipUnsupported(t, wait(new(uint32), 1))
			}
			word := new(uint32)
			var waits atomic.Int32
			var all sync.WaitGroup
			for range waiters {
				all.Go(func() {
					for atomic.LoadUint32(word) == 0 {
						waits.Add(1)
						if err := wait(word, 0); err != nil && !errors.Is(err, ErrMismatch) {
							t.Error(err)
							return
						}
					}
				})
			}
			expected := waiters // calls of wait, so far
			best := 0
			for patience := 1; best < waiters && patience < 1<<20; patience *= 2 {
				for int(waits.Load()) < expected {
					runtime.Gosched()
				}
				for range patience {
					runtime.Gosched()
				}
				woken := wakeAll(word)
				expected += woken
				best = max(best, woken)
			}
			if best != waiters {
				t.Errorf("woke %d at most, want %d", best, waiters)
			}
			atomic.StoreUint32(word, 1)
			WakeAll(word)
			Shared.WakeAll(word)
			all.Wait()
		})
	}
}

// What is left of the test above where nobody counts: after the word has
// changed, one call must free all who sleep, or fifty calls one each.
func TestFiftyAreFreedByAChange(t *testing.T) {
	const waiters = 50
	for name, wake := range map[string]func(*uint32){
		"WakeAll": func(w *uint32) { WakeAll(w) },
		"Wake(n)": func(w *uint32) { Wake(w, waiters) },
		"WakeOne": func(w *uint32) {
			for range waiters {
				WakeOne(w)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			word := new(uint32)
			var waits atomic.Int32
			var all sync.WaitGroup
			for range waiters {
				all.Go(func() {
					waits.Add(1)
					for atomic.LoadUint32(word) == 0 {
						Wait(word, 0)
					}
				})
			}
			for waits.Load() < waiters {
				runtime.Gosched()
			}
			for range 1000 {
				runtime.Gosched()
			}
			atomic.StoreUint32(word, 1)
			wake(word)
			all.Wait()
		})
	}
}

// A waiter whose timeout races a wake must not be counted as woken and then say
// that it timed out: its wake would be lost.
func TestEveryCountedWakeReachesAWaiter(t *testing.T) {
	needAllCounted(t)
	word := new(uint32)
	rounds := 3000
	if testing.Short() {
		rounds = 300
	}
	var returned, waiting atomic.Int64
	waiting.Store(4)
	for i := range 4 {
		go func() {
			defer waiting.Add(-1)
			for j := range rounds {
				switch err := WaitTimeout(word, 0, time.Duration((i+j)%100)*time.Microsecond); {
				case err == nil:
					returned.Add(1)
				case !errors.Is(err, ErrTimeout):
					t.Error(err)
				}
			}
		}()
	}
	var counted int64
	for waiting.Load() > 0 {
		counted += int64(Wake(word, 2))
		runtime.Gosched()
	}
	if returned := returned.Load(); counted != returned {
		t.Errorf("%d wakes were counted, %d waits returned nil", counted, returned)
	}
}

// Sleeping threads are used again: many rounds of the same waits need no more
// threads than a few rounds.
func TestThreadsAreReused(t *testing.T) {
	const waiters = 10
	round := func() {
		word := new(uint32)
		var all sync.WaitGroup
		for range waiters {
			all.Go(func() { timedForms[0].ends(word, 0, time.Millisecond) })
		}
		all.Wait()
	}
	threads := pprof.Lookup("threadcreate")
	for range 3 {
		round()
	}
	before := threads.Count()
	for range 30 {
		round()
	}
	if after := threads.Count(); after > before+waiters {
		t.Errorf("%d threads, then %d", before, after)
	}
}
