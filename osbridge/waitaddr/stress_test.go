package waitaddr_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	. "github.com/rouse-go/rouse/osbridge/waitaddr"
)

// A mutex is the classic one: 0 free, 1 held, 2 held and somebody may sleep.
type mutex struct{ word uint32 }

func (m *mutex) Lock() {
	if atomic.CompareAndSwapUint32(&m.word, 0, 1) {
		return
	}
	for atomic.SwapUint32(&m.word, 2) != 0 {
		Wait(&m.word, 2)
	}
}

func (m *mutex) Unlock() {
	if atomic.SwapUint32(&m.word, 0) == 2 {
		WakeOne(&m.word)
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
			WakeOne(word)
		}
	})
	for i := range rounds {
		goods = i
		atomic.StoreUint32(word, 2*i+1)
		WakeOne(word)
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
		Wait(word, now)
	}
}

// The answer comes from a thread that does not sleep, and the asking thread
// looks at the word and falls asleep a little earlier or later each time. If the
// look and the falling asleep were two steps, one answer would come between them
// and be lost.
func TestWakeAtTheMomentOfFallingAsleep(t *testing.T) {
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
					runtime.Gosched() // with one CPU
				}
			}
			atomic.StoreUint32(word, 2*i+2)
			WakeOne(word)
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
