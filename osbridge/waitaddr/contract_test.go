package waitaddr_test

import (
	"errors"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rouse-go/rouse/osbridge/waitaddr"
)

// These tests are the contract, the same on every backend. That a waiter sleeps
// is known only from a wake that counted it, so they wake until the count says
// so, and never sleep themselves. Where the system does not count, the tests
// that need it say so and are skipped.

func needOneCounted(t *testing.T) {
	t.Helper()
	if b := waitaddr.Backend(); b != "futex" && b != "ulock" && b != "portable" {
		t.Skip(b + " does not tell whether WakeOne woke anybody")
	}
}

// needAllCounted also means: no wait of this backend ends for no reason.
func needAllCounted(t testing.TB) {
	t.Helper()
	if b := waitaddr.Backend(); b != "futex" && b != "portable" {
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
	for waitaddr.WakeOne(addr) != 1 {
		runtime.Gosched()
	}
}

// A form is one of the ways to wait, as a wait with a timeout.
type form struct {
	name string
	wait func(addr *uint32, expected uint32, d time.Duration) error
}

var timedForms = []form{
	{"WaitTimeout", waitaddr.WaitTimeout},
	{"WaitUntil", func(addr *uint32, expected uint32, d time.Duration) error {
		return waitaddr.WaitUntil(addr, expected, time.Now().Add(d))
	}},
	{"WaitUntil/wallclock", func(addr *uint32, expected uint32, d time.Duration) error {
		return waitaddr.WaitUntil(addr, expected, time.Now().Add(d).Round(0))
	}},
	{"WaitAny", func(addr *uint32, expected uint32, d time.Duration) error {
		_, err := waitaddr.WaitAny([]waitaddr.Word{{addr, expected}}, time.Now().Add(d))
		return err
	}},
	{"Shared.WaitTimeout", waitaddr.Shared.WaitTimeout},
	{"Shared.WaitUntil", func(addr *uint32, expected uint32, d time.Duration) error {
		return waitaddr.Shared.WaitUntil(addr, expected, time.Now().Add(d))
	}},
	{"Shared.WaitAny", func(addr *uint32, expected uint32, d time.Duration) error {
		_, err := waitaddr.Shared.WaitAny([]waitaddr.Word{{addr, expected}}, time.Now().Add(d))
		return err
	}},
}

var forms = append([]form{
	{"Wait", func(addr *uint32, expected uint32, _ time.Duration) error { return waitaddr.Wait(addr, expected) }},
	{"Shared.Wait", func(addr *uint32, expected uint32, _ time.Duration) error {
		return waitaddr.Shared.Wait(addr, expected)
	}},
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
			if err := f.wait(word, 0, d); !errors.Is(err, waitaddr.ErrMismatch) {
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
				if elapsed := time.Since(start); !errors.Is(err, waitaddr.ErrTimeout) || elapsed < d {
					t.Fatalf("%v after %v of %v", err, elapsed, d)
				}
			}
		}
	})
}

func TestNoTimeLeftIsATimeout(t *testing.T) {
	eachForm(t, timedForms, func(t *testing.T, f form) {
		for _, d := range []time.Duration{0, -1, -time.Hour, math.MinInt64} {
			if err := f.ends(new(uint32), 0, d); !errors.Is(err, waitaddr.ErrTimeout) {
				t.Errorf("timeout %v: %v, want ErrTimeout", d, err)
			}
		}
	})
	if err := waitaddr.WaitUntil(new(uint32), 0, time.Unix(0, 0)); !errors.Is(err, waitaddr.ErrTimeout) {
		t.Errorf("deadline in 1970: %v, want ErrTimeout", err)
	}
}

// A limit too far away to be told from none must not turn into one in the past.
// Only a change of the word ends these waits.
func TestFarDeadlinesSleep(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for name, wait := range map[string]func(*uint32) error{
		"none":      func(w *uint32) error { return waitaddr.Wait(w, 0) },
		"zero Time": func(w *uint32) error { return waitaddr.WaitUntil(w, 0, time.Time{}) },
		"29 years":  func(w *uint32) error { return waitaddr.WaitTimeout(w, 0, 29*year) },
		"31 years":  func(w *uint32) error { return waitaddr.WaitTimeout(w, 0, 31*year) },
		"largest":   func(w *uint32) error { return waitaddr.WaitTimeout(w, 0, math.MaxInt64) },
		"year 9999": func(w *uint32) error { return waitaddr.WaitUntil(w, 0, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)) },
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
			waitaddr.WakeOne(word)
			if err := <-result; !errors.Is(err, waitaddr.ErrMismatch) {
				t.Errorf("%v, want ErrMismatch", err)
			}
		})
	}
}

func TestWakeWithNobodyThereIsNotKept(t *testing.T) {
	needAllCounted(t)
	word := new(uint32)
	for _, n := range []int{waitaddr.WakeOne(word), waitaddr.WakeAll(word), waitaddr.Wake(word, 3), waitaddr.Shared.WakeOne(word), waitaddr.Shared.WakeAll(word)} {
		if n != 0 {
			t.Errorf("woke %d with nobody there", n)
		}
	}
	if err := waitaddr.WaitTimeout(word, 0, time.Millisecond); !errors.Is(err, waitaddr.ErrTimeout) {
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
		go func() { result <- waitaddr.Wait(word, 0) }()
		for woken := 0; woken == 0; woken = waitaddr.WakeOne(word) {
			for i := range words {
				if &words[i] == word {
					continue
				}
				if got := waitaddr.WakeAll(&words[i]); got > 0 {
					t.Fatalf("waking word %d woke %d that sleep on word 65", i, got)
				}
			}
			for _, n := range []int{0, -1, math.MinInt32, math.MinInt} {
				if got := waitaddr.Wake(word, n); got != 0 {
					t.Fatalf("Wake(word, %d) = %d", n, got)
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
				if err := waitaddr.Wait(word, 0); err != nil {
					t.Error(err)
				}
				awake.Add(1)
			})
		}
		for total := 0; total < waiters; runtime.Gosched() {
			woken := waitaddr.Wake(word, n)
			total += woken
			if woken < 0 || woken > n {
				t.Fatalf("Wake(word, %d) = %d", n, woken)
			}
			if awake := int(awake.Load()); awake > total {
				t.Fatalf("n = %d: %d are awake, %d were counted", n, awake, total)
			}
		}
		all.Wait()
		if woken := waitaddr.Wake(word, n); woken != 0 {
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
		"WakeAll":            waitaddr.WakeAll,
		"Wake(math.MaxInt)":  func(w *uint32) int { return waitaddr.Wake(w, math.MaxInt) },
		"Wake(fifty-one)":    func(w *uint32) int { return waitaddr.Wake(w, waiters+1) },
		"Shared.WakeAll":     waitaddr.Shared.WakeAll,
		"Shared.Wake(large)": func(w *uint32) int { return waitaddr.Shared.Wake(w, math.MaxInt) },
	} {
		t.Run(name, func(t *testing.T) {
			wait := waitaddr.Wait
			if name[0] == 'S' {
				wait = waitaddr.Shared.Wait
				skipUnsupported(t, wait(new(uint32), 1))
			}
			word := new(uint32)
			var waits atomic.Int32
			var all sync.WaitGroup
			for range waiters {
				all.Go(func() {
					for atomic.LoadUint32(word) == 0 {
						waits.Add(1)
						if err := wait(word, 0); err != nil && !errors.Is(err, waitaddr.ErrMismatch) {
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
			waitaddr.WakeAll(word)
			waitaddr.Shared.WakeAll(word)
			all.Wait()
		})
	}
}

// What is left of the test above where nobody counts: after the word has
// changed, one call must free all who sleep, or fifty calls one each.
func TestFiftyAreFreedByAChange(t *testing.T) {
	const waiters = 50
	for name, wake := range map[string]func(*uint32){
		"WakeAll": func(w *uint32) { waitaddr.WakeAll(w) },
		"Wake(n)": func(w *uint32) { waitaddr.Wake(w, waiters) },
		"WakeOne": func(w *uint32) {
			for range waiters {
				waitaddr.WakeOne(w)
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
						waitaddr.Wait(word, 0)
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
