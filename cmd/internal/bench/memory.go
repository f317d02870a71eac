package bench

import (
	"io"
	"runtime"
	"sync"
)

// weigh measures the heap that an object takes.
func weigh(p primitive, slept bool) func(*B) {
	if p.object == nil {
		return nil
	}
	return func(b *B) {
		n := 1000
		if p.most > 0 {
			n = min(n, p.most)
		}
		objects := make([]any, n)
		before := heap()
		b.Start()
		for i := range objects {
			objects[i] = p.object(slept)
		}
		b.Stop()
		b.Share(n)
		b.Report(weightOf(heap()-before, n))
		for _, o := range objects {
			if c, ok := o.(io.Closer); ok {
				c.Close()
			}
		}
		runtime.KeepAlive(objects)
	}
}

// weighParked measures what each of many who wait takes, with its goroutine.
func weighParked(p primitive, waiters int) func(*B) {
	if p.meeting == nil || p.most > 0 && p.most < waiters {
		return nil
	}
	return func(b *B) {
		var (
			wg    sync.WaitGroup
			lobby lobby
		)
		before := heap() + stacks()
		b.Start()
		m := p.meeting(waiters, lobby.pass)
		for i := range waiters {
			wg.Go(func() { m.wait(i, 0) })
		}
		lobby.await(waiters)
		b.Stop()
		b.Share(waiters)
		b.Report(weightOf(heap()+stacks()-before, waiters))
		m.tell(0)
		wg.Wait()
	}
}

// weightOf is the share of each of n. Less than nothing is what the collector found elsewhere.
func weightOf(bytes uint64, n int) float64 { return max(0, float64(int64(bytes))/float64(n)) }

func heap() uint64 {
	runtime.GC()
	runtime.GC() // what the first one finalized
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func stacks() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.StackInuse
}
