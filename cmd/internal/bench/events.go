package bench

import "sync"

// events is where many post and one takes.
type events struct {
	post func(n int) // posts n events, one by one
	take func() int  // waits, and says how many there were, perhaps none
	over func()      // may be nil
}

// fanIn has b.N events posted by some goroutines and accounted for by one.
func fanIn(make func() events, producers int) func(*B) {
	if make == nil {
		return nil
	}
	return func(b *B) {
		e := make()
		if e.over != nil {
			defer e.over()
		}
		var wg sync.WaitGroup
		b.Start()
		for i := range producers {
			n := b.N / producers
			if i < b.N%producers {
				n++
			}
			wg.Go(func() { e.post(n) })
		}
		got := 0
		for got < b.N {
			got += e.take()
		}
		b.Stop()
		wg.Wait()
		b.Expect("events", got, b.N)
	}
}
