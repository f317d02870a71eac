package rivals

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rouse-go/rouse/osbridge/softfutex"
	"github.com/rouse-go/rouse/osbridge/waitaddr"
	"gvisor.dev/gvisor/pkg/context"
	"gvisor.dev/gvisor/pkg/hostarch"
	"gvisor.dev/gvisor/pkg/sentry/kernel/futex"
)

// softfutex beside gVisor's futex.Manager, which it is compared with, and where one thread
// can do the same, beside the kernel.

// memory is words, as the target of both.
type memory [nrWords]atomic.Uint32

const nrWords = 64 * 16

func (m *memory) SwapUint32(addr softfutex.Addr, new uint32) (uint32, error) {
	return m[addr/4].Swap(new), nil
}

func (m *memory) CompareAndSwapUint32(addr softfutex.Addr, old, new uint32) (uint32, error) {
	if m[addr/4].CompareAndSwap(old, new) {
		return old, nil
	}
	return m[addr/4].Load(), nil
}

func (m *memory) LoadUint32(addr softfutex.Addr) (uint32, error) { return m[addr/4].Load(), nil }

func (m *memory) GetSharedKey(addr softfutex.Addr) (softfutex.Key, error) {
	return softfutex.Key{Kind: softfutex.KindSharedMappable, Offset: uint64(addr)}, nil
}

// gvisorMemory is the same.
type gvisorMemory struct {
	context.Context
	*memory
}

func (m *gvisorMemory) SwapUint32(addr hostarch.Addr, new uint32) (uint32, error) {
	return m.memory.SwapUint32(softfutex.Addr(addr), new)
}

func (m *gvisorMemory) CompareAndSwapUint32(addr hostarch.Addr, old, new uint32) (uint32, error) {
	return m.memory.CompareAndSwapUint32(softfutex.Addr(addr), old, new)
}

func (m *gvisorMemory) LoadUint32(addr hostarch.Addr) (uint32, error) {
	return m.memory.LoadUint32(softfutex.Addr(addr))
}

func (m *gvisorMemory) GetSharedKey(addr hostarch.Addr) (futex.Key, error) {
	return futex.Key{Kind: futex.KindSharedMappable, Offset: uint64(addr)}, nil
}

// A party is one goroutine's hold on a manager: closures, so that both pay the same for
// being called. prepare reports whether it is registered.
type party struct {
	prepare  func(addr int, val uint32) bool
	sleep    func()
	complete func()
	wake     func(addr, n int) int
	requeue  func(from, to, nwake, nreq int) int
	wakeOp   func(a, b int) int
}

// An implementation makes parties that share a manager and its words.
type implementation struct {
	name string
	make func(private bool) (words *memory, join func() party)
}

var implementations = []implementation{
	{"gvisor", func(private bool) (*memory, func() party) {
		m, t := futex.NewManager(), &gvisorMemory{context.Background(), new(memory)}
		return t.memory, func() party {
			w := futex.NewWaiter()
			return party{
				func(addr int, val uint32) bool {
					return m.WaitPrepare(w, t, hostarch.Addr(addr), private, val, ^uint32(0)) == nil
				},
				func() { <-w.C },
				func() { m.WaitComplete(w, t) },
				func(addr, n int) int { n, _ = m.Wake(t, hostarch.Addr(addr), private, ^uint32(0), n); return n },
				func(from, to, nwake, nreq int) int {
					n, _ := m.Requeue(t, hostarch.Addr(from), hostarch.Addr(to), private, nwake, nreq)
					return n
				},
				func(a, b int) int {
					n, _ := m.WakeOp(t, hostarch.Addr(a), hostarch.Addr(b), private, 1, 1, 0)
					return n
				},
			}
		}
	}},
	{"softfutex", func(private bool) (*memory, func() party) {
		m, t := softfutex.NewManager(), new(memory)
		return t, func() party {
			w := softfutex.NewWaiter()
			return party{
				func(addr int, val uint32) bool {
					return m.WaitPrepare(w, t, softfutex.Addr(addr), private, val, ^uint32(0)) == nil
				},
				func() { <-w.C },
				func() { m.WaitComplete(w, t) },
				func(addr, n int) int { n, _ = m.Wake(t, softfutex.Addr(addr), private, ^uint32(0), n); return n },
				func(from, to, nwake, nreq int) int {
					n, _ := m.Requeue(t, softfutex.Addr(from), softfutex.Addr(to), private, nwake, nreq)
					return n
				},
				func(a, b int) int {
					n, _ := m.WakeOp(t, softfutex.Addr(a), softfutex.Addr(b), private, 1, 1, 0)
					return n
				},
			}
		}
	}},
}

// alone runs f b.N times for each implementation, on one goroutine.
func alone(b *testing.B, f func(p party)) {
	for _, kind := range []string{"private", "shared"} {
		for _, im := range implementations {
			b.Run(fmt.Sprintf("kind=%s/impl=%s", kind, im.name), func(b *testing.B) {
				b.ReportAllocs()
				_, join := im.make(kind == "private")
				p := join()
				for b.Loop() {
					f(p)
				}
			})
		}
	}
}

func BenchmarkFutexPrepareWakeComplete(b *testing.B) {
	alone(b, func(p party) {
		p.prepare(0, 0)
		p.wake(0, 1)
		p.complete()
	})
}

func BenchmarkFutexPrepareWakeReceiveComplete(b *testing.B) {
	alone(b, func(p party) {
		p.prepare(0, 0)
		p.wake(0, 1)
		p.sleep()
		p.complete()
	})
}

func BenchmarkFutexPrepareComplete(b *testing.B) {
	alone(b, func(p party) {
		p.prepare(0, 0)
		p.complete()
	})
}

func BenchmarkFutexMismatch(b *testing.B) { alone(b, func(p party) { p.prepare(0, 1) }) }

func BenchmarkFutexRequeueComplete(b *testing.B) {
	alone(b, func(p party) {
		p.prepare(0, 0)
		p.requeue(0, 64, 0, 1)
		p.complete()
	})
}

func BenchmarkFutexWakeOpNobody(b *testing.B) { alone(b, func(p party) { p.wakeOp(0, 64) }) }

// many runs f on 1 to 64 goroutines, each with its party, on one address or on one each.
func many(b *testing.B, f func(p party, addr int)) {
	for _, on := range []string{"one", "many"} {
		for _, n := range []int{1, 2, 8, 64} {
			for _, im := range implementations {
				b.Run(fmt.Sprintf("on=%s/goroutines=%d/impl=%s", on, n, im.name), func(b *testing.B) {
					b.ReportAllocs()
					_, join := im.make(true)
					var wg sync.WaitGroup
					for g := range n {
						p, addr := join(), 0
						if on == "many" {
							addr = 64 * g
						}
						wg.Go(func() {
							for range b.N / n {
								f(p, addr)
							}
						})
					}
					wg.Wait()
				})
			}
		}
	}
}

func BenchmarkFutexManyWakeNobody(b *testing.B) {
	many(b, func(p party, addr int) { p.wake(addr, 1) })
}

// Whoever wakes may wake another's, who then completes at once; so the calls are the same for both.
func BenchmarkFutexManyPrepareWakeComplete(b *testing.B) {
	many(b, func(p party, addr int) {
		p.prepare(addr, 0)
		p.wake(addr, 1)
		p.complete()
	})
}

// Two goroutines take turns: each sets the other's word and wakes it.
func BenchmarkFutexPingPong(b *testing.B) {
	for _, im := range implementations {
		b.Run("impl="+im.name, func(b *testing.B) {
			b.ReportAllocs()
			words, join := im.make(true)
			pass := func(p party, word int) {
				words[word].Store(1)
				p.wake(4*word, 1)
			}
			await := func(p party, word int) {
				for !words[word].CompareAndSwap(1, 0) {
					if p.prepare(4*word, 0) {
						p.sleep()
						p.complete()
					}
				}
			}
			over, p, q := make(chan struct{}), join(), join()
			n := b.N
			go func() {
				defer close(over)
				for range n {
					await(q, 16)
					pass(q, 32)
				}
			}()
			b.ResetTimer()
			for range n {
				pass(p, 16)
				await(p, 32)
			}
			b.StopTimer()
			<-over
		})
	}
	b.Run("impl=kernel", func(b *testing.B) { // each goroutine is a thread
		var words [2][16]uint32
		pass := func(word *uint32) {
			atomic.StoreUint32(word, 1)
			waitaddr.WakeOne(word)
		}
		await := func(word *uint32) {
			for !atomic.CompareAndSwapUint32(word, 1, 0) {
				waitaddr.Wait(word, 0)
			}
		}
		over, n := make(chan struct{}), b.N
		go func() {
			defer close(over)
			runtime.LockOSThread()
			for range n {
				await(&words[0][0])
				pass(&words[1][0])
			}
		}()
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		b.ResetTimer()
		for range n {
			pass(&words[0][0])
			await(&words[1][0])
		}
		b.StopTimer()
		<-over
	})
}

func BenchmarkFutexWakeNobody(b *testing.B) {
	alone(b, func(p party) { p.wake(0, 1) })
	b.Run("kind=private/impl=kernel", func(b *testing.B) {
		word := new(uint32)
		for b.Loop() {
			waitaddr.WakeOne(word)
		}
	})
}

// A mutex of three states that many goroutines want.
func BenchmarkFutexMutex(b *testing.B) {
	for _, n := range []int{2, 8, 64} {
		for _, im := range implementations {
			b.Run(fmt.Sprintf("goroutines=%d/impl=%s", n, im.name), func(b *testing.B) {
				b.ReportAllocs()
				words, join := im.make(true)
				var wg sync.WaitGroup
				for range n {
					p := join()
					wg.Go(func() {
						for range b.N / n {
							if !words[0].CompareAndSwap(0, 1) {
								for words[0].Swap(2) != 0 {
									if p.prepare(0, 2) {
										p.sleep()
										p.complete()
									}
								}
							}
							if words[0].Swap(0) == 2 {
								p.wake(0, 1)
							}
						}
					})
				}
				wg.Wait()
			})
		}
	}
}
