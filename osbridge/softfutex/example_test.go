package softfutex_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/rouse-go/rouse/osbridge/softfutex"
)

// A guest is a program that a kernel in Go runs: its memory, and its futexes.
type guest struct {
	ram     [16]atomic.Uint32
	futexes softfutex.Manager
}

func (g *guest) LoadUint32(addr softfutex.Addr) (uint32, error) {
	if int(addr) >= 4*len(g.ram) {
		return 0, syscall.EFAULT
	}
	return g.ram[addr/4].Load(), nil
}

func (g *guest) SwapUint32(addr softfutex.Addr, new uint32) (uint32, error) {
	if int(addr) >= 4*len(g.ram) {
		return 0, syscall.EFAULT
	}
	return g.ram[addr/4].Swap(new), nil
}

func (g *guest) CompareAndSwapUint32(addr softfutex.Addr, old, new uint32) (uint32, error) {
	for {
		was, err := g.LoadUint32(addr)
		if err != nil || was != old || g.ram[addr/4].CompareAndSwap(old, new) {
			return was, err
		}
	}
}

func (g *guest) GetSharedKey(addr softfutex.Addr) (softfutex.Key, error) {
	return softfutex.Key{Kind: softfutex.KindSharedPrivate, Offset: uint64(addr)}, nil
}

const (
	opWait    = 0
	opWake    = 1
	opPrivate = 128
)

// futex is the guest's system call. What it returns goes into the guest's register.
func (g *guest) futex(addr softfutex.Addr, op, val uint32, timeout time.Duration) int {
	private := op&opPrivate != 0
	switch op &^ opPrivate {
	case opWait:
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()
		err := g.futexes.Wait(ctx, g, addr, private, val, softfutex.MatchAny)
		switch errno, ok := err.(syscall.Errno); {
		case ok:
			return -int(errno)
		case err != nil:
			return -int(syscall.ETIMEDOUT)
		}
		return 0
	case opWake:
		n, err := g.futexes.Wake(g, addr, private, softfutex.MatchAny, int(int32(val)))
		if err != nil {
			return -int(syscall.EINVAL)
		}
		return n
	}
	return -int(syscall.ENOSYS)
}

// Two threads of the guest, and a word on which one waits for the other.
func Example() {
	g := new(guest)
	const ready = softfutex.Addr(8)
	over := make(chan struct{})
	go func() { // the second thread
		defer close(over)
		for g.ram[ready/4].Load() == 0 {
			g.futex(ready, opWait|opPrivate, 0, time.Minute)
		}
		fmt.Println("ready")
	}()
	g.ram[ready/4].Store(1)
	g.futex(ready, opWake|opPrivate, 1, 0)
	<-over
	fmt.Println("another value:", g.futex(ready, opWait|opPrivate, 0, time.Minute) == -int(syscall.EAGAIN))
	// Output:
	// ready
	// another value: true
}
