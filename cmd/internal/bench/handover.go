package bench

import "sync"

// handover wakes one of many who wait, which answers by the same kind of primitive.
func handover(p primitive, waiters int) func(*B) {
	if p.crowd == nil || p.most > 0 && p.most < waiters {
		return nil
	}
	return func(b *B) {
		work, answer := p.crowd(), p.crowd()
		defer work.end()
		defer answer.end()
		served, over := 0, false // ordered by the wakes
		var (
			lobby lobby
			wg    sync.WaitGroup
		)
		for range waiters {
			wg.Go(func() {
				lobby.pass()
				for {
					work.wait()
					last := over
					if !last {
						served++
					}
					answer.wake()
					if last {
						return
					}
				}
			})
		}
		lobby.await(waiters)
		b.Start()
		for range b.N {
			work.wake()
			answer.wait()
		}
		b.Stop()
		over = true
		for range waiters {
			work.wake()
			answer.wait()
		}
		wg.Wait()
		b.Expect("wakes that reached a waiter", served, b.N)
	}
}
