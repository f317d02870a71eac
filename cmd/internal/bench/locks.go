package bench

import (
	"sync"

	"github.com/rouse-go/rouse/cmd/internal/bytelock"
)

// mutex is the standard library's.
func mutex() primitive {
	return primitive{
		name: "sync.Mutex",
		lockAlone: func(b *B) {
			var mu sync.Mutex
			count := 0
			b.Start()
			for range b.N {
				mu.Lock()
				count++
				mu.Unlock()
			}
			b.Stop()
			b.Expect("counted", count, b.N)
		},
		lock: func() sync.Locker { return new(sync.Mutex) },
	}
}

// byteMutex is a byte on a parking lot.
func byteMutex() primitive {
	return primitive{
		name: "byte mutex",
		ours: true,
		lockAlone: func(b *B) {
			var mu bytelock.Mutex
			count := 0
			b.Start()
			for range b.N {
				mu.Lock()
				count++
				mu.Unlock()
			}
			b.Stop()
			b.Expect("counted", count, b.N)
		},
		lock: func() sync.Locker { return new(bytelock.Mutex) },
	}
}

// crowded has b.N increments done under a lock that some goroutines want all the time.
func crowded(make func() sync.Locker, goroutines int) func(*B) {
	if make == nil {
		return nil
	}
	return func(b *B) {
		mu, count := make(), 0
		var wg sync.WaitGroup
		b.Start()
		for i := range goroutines {
			n := b.N / goroutines
			if i < b.N%goroutines {
				n++
			}
			wg.Go(func() {
				for range n {
					mu.Lock()
					for range 20 { // something is done while it is held
						count++
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		b.Stop()
		b.Expect("counted", count, 20*b.N)
	}
}
