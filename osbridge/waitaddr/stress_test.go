package waitaddr_test

import (
	"errors"
	"runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rouse-go/rouse/osbridge/waitaddr"
)

// A mutex is the classic one: 0 free, 1 held, 2 held and somebody may sleep.
type mutex struct{ word uint32 }

func (m *mutex) Lock() {
	if atomic.CompareAndSwapUint32(&m.word, 0, 1) {
		return
	}
	for atomic.SwapUint32(&m.word, 2) != 0 {
		waitaddr.Wait(&m.word, 2)
	}
}

func (m *mutex) Unlock() {
	if atomic.SwapUint32(&m.word, 0) == 2 {
		waitaddr.WakeOne(&m.word)
	}
}

// A lost wake hangs; a wait that lets two in loses counts, and the race
// detector sees them.
func TestMutexHammer(t *testing.T) {
	const users = 8
	rounds := 5_000
	if testing.Short() {
		rounds = 1_000
	}
	m := new(mutex)
	counter := 0
	var all sync.WaitGroup
	for range users {
		all.Go(func() {
			for range rounds {
				m.Lock()
				now := counter
				for range 100 { // hold it until somebody else wants it
					if atomic.LoadUint32(&m.word) == 2 {
						break
					}
					runtime.Gosched()
				}
				counter = now + 1
				m.Unlock()
			}
		})
	}
	all.Wait()
	if counter != users*rounds {
		t.Errorf("counter %d, want %d", counter, users*rounds)
	}
}

// One thread makes the word odd and the other makes it even, for the plain
// variable beside it is theirs in turn.
func TestProducerAndConsumer(t *testing.T) {
	rounds := uint32(5_000)
	if testing.Short() {
		rounds = 1_000
	}
	word, goods, sum := new(uint32), uint32(0), uint32(0)
	var consumer sync.WaitGroup
	consumer.Go(func() {
		for i := range rounds {
			await(word, 2*i+1)
			sum += goods
			atomic.StoreUint32(word, 2*i+2)
			waitaddr.WakeOne(word)
		}
	})
	for i := range rounds {
		goods = i
		atomic.StoreUint32(word, 2*i+1)
		waitaddr.WakeOne(word)
		await(word, 2*i+2)
	}
	consumer.Wait()
	if want := rounds * (rounds - 1) / 2; sum != want {
		t.Errorf("sum %d, want %d", sum, want)
	}
}

func await(word *uint32, value uint32) {
	for {
		now := atomic.LoadUint32(word)
		if now == value {
			return
		}
		waitaddr.Wait(word, now)
	}
}

// The answer comes from a thread that does not sleep, and the asking thread
// looks at the word and falls asleep a little earlier or later each time. If the
// look and the falling asleep were two steps, one answer would come between them
// and be lost.
func TestWakeAtTheMomentOfFallingAsleep(t *testing.T) {
	if runtime.GOMAXPROCS(0) == 1 {
		t.Skip("with one P nothing happens at the same moment")
	}
	rounds := uint32(10_000)
	if testing.Short() {
		rounds = 3_000
	}
	word, pause := new(uint32), new(uint32)
	var spinner sync.WaitGroup
	spinner.Go(func() {
		for i := range rounds {
			for spins := 0; atomic.LoadUint32(word) != 2*i+1; spins++ {
				if spins%1000 == 999 {
					runtime.Gosched() // there may be fewer CPUs than that
				}
			}
			atomic.StoreUint32(word, 2*i+2)
			waitaddr.WakeOne(word)
		}
	})
	for i := range rounds {
		atomic.StoreUint32(word, 2*i+1)
		for range i % 1024 {
			atomic.LoadUint32(pause)
		}
		await(word, 2*i+2)
	}
	spinner.Wait()
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
				switch err := waitaddr.WaitTimeout(word, 0, time.Duration((i+j)%100)*time.Microsecond); {
				case err == nil:
					returned.Add(1)
				case !errors.Is(err, waitaddr.ErrTimeout):
					t.Error(err)
				}
			}
		}()
	}
	var counted int64
	for waiting.Load() > 0 {
		counted += int64(waitaddr.Wake(word, 2))
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
