package bench

import "context"

// keys is where a goroutine waits for the value of a key, and another delivers it. It returns how
// many values were right: key+1.
type keys struct {
	alone  func(n int) (right int)                      // registers key i, delivers, receives
	client func(n int, requests chan<- int) (right int) // registers key i, asks for it, receives
	answer func(key, value int) bool                    // delivers
}

// deliver does all of it on one goroutine.
func deliver(make func(context.Context) keys) func(*B) {
	if make == nil {
		return nil
	}
	return func(b *B) {
		k := make(b.ctx)
		b.Start()
		right := k.alone(b.N)
		b.Stop()
		b.Expect("values received", right, b.N)
	}
}

// ask has b.N requests answered by another goroutine. They go there by a channel, whatever
// the answers come back by.
func ask(newKeys func(context.Context) keys) func(*B) {
	if newKeys == nil {
		return nil
	}
	return func(b *B) {
		k := newKeys(b.ctx)
		requests := make(chan int, 1)
		delivered := 0
		other := join(func() {
			for key := range requests {
				if k.answer(key, key+1) {
					delivered++
				}
			}
		})
		b.Start()
		right := k.client(b.N, requests)
		b.Stop()
		close(requests)
		other()
		b.Expect("answers delivered", delivered, b.N)
		b.Expect("answers that are right", right, b.N)
	}
}
