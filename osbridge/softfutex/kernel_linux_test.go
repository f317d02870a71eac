package softfutex_test

import (
	"fmt"
	"math"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"unsafe"

	. "github.com/rouse-go/rouse/osbridge/softfutex"
	"golang.org/x/sys/unix"
)

// What it takes to run a program on Linux's own futexes, one step at a time, and without
// any sleep: a crew of threads, and memory of the kinds that the kernel tells apart.
//
// That a thread sleeps in the kernel is seen from the kernel's own answer: FUTEX_REQUEUE of nobody
// to wake and any number to move, from a word to the same word, answers with the number of those who
// wait there and changes nothing.

const (
	fWait = iota
	fWake
	_
	fRequeue
	fCmpRequeue
	fWakeOp
	fLockPI
	fUnlockPI
	fTryLockPI
	fWaitBitset
	fWakeBitset

	fPrivate = 128
)

const (
	cells  = 6 // addresses 0, 4, ... 20: two anonymous words, two of a file, and these two once more
	hole   = Addr(4 * cells)
	nrAddr = cells + 1
)

// A kernel is the memory, and the system call.
type kernel struct {
	pages [4]unsafe.Pointer // anonymous, of a file, the same file, forbidden
	place [cells]uintptr    // of the words in their pages
}

func newKernel(t testing.TB) *kernel {
	size := os.Getpagesize()
	file, err := unix.MemfdCreate("words", 0)
	if err != nil {
		t.Skip("no memfd: ", err)
	}
	defer unix.Close(file)
	if err := unix.Ftruncate(file, int64(size)); err != nil {
		t.Fatal(err)
	}
	k := new(kernel)
	for i, m := range []struct{ fd, prot, flags int }{
		{-1, unix.PROT_READ | unix.PROT_WRITE, unix.MAP_PRIVATE | unix.MAP_ANON},
		{file, unix.PROT_READ | unix.PROT_WRITE, unix.MAP_SHARED},
		{file, unix.PROT_READ | unix.PROT_WRITE, unix.MAP_SHARED},
		{-1, unix.PROT_NONE, unix.MAP_PRIVATE | unix.MAP_ANON},
	} {
		page, err := unix.Mmap(m.fd, 0, size, m.prot, m.flags)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { unix.Munmap(page) })
		k.pages[i] = unsafe.Pointer(unsafe.SliceData(page))
	}
	return k
}

// ptr returns where addr is.
func (k *kernel) ptr(addr Addr) unsafe.Pointer {
	if addr >= hole {
		return unsafe.Add(k.pages[3], addr-hole)
	}
	return unsafe.Add(k.pages[addr/8], k.place[addr/4]+uintptr(addr%4))
}

func (k *kernel) call(addr Addr, op int, private bool, val uint32, ts *unix.Timespec, val2 uintptr, addr2 Addr, val3 uint32) (int, error) {
	if private {
		op |= fPrivate
	}
	fourth := uintptr(unsafe.Pointer(ts))
	if ts == nil {
		fourth = val2
	}
	n, _, e := unix.Syscall6(unix.SYS_FUTEX, uintptr(k.ptr(addr)), uintptr(op), uintptr(val),
		fourth, uintptr(k.ptr(addr2)), uintptr(val3))
	runtime.KeepAlive(ts)
	if e != 0 {
		return 0, e
	}
	return int(int32(n)), nil
}

// far is a timeout that does not come: a wait that has one is ended by a signal.
var far = unix.Timespec{Sec: 1 << 30}

func (k *kernel) wait(h *hand, addr Addr, private bool, val, mask uint32) error {
	_, err := k.call(addr, fWaitBitset, private, val, &far, 0, addr, mask)
	return err
}

func (k *kernel) waitTimedOut(addr Addr, private bool, val, mask uint32) error {
	_, err := k.call(addr, fWaitBitset, private, val, &unix.Timespec{}, 0, addr, mask)
	return err
}

func (k *kernel) interrupt(h *hand) { unix.Tgkill(os.Getpid(), h.tid, unix.SIGUSR1) }

func (k *kernel) wake(addr Addr, private bool, mask uint32, n int) (int, error) {
	if mask == MatchAny {
		return k.call(addr, fWake, private, uint32(n), nil, 0, addr, 0)
	}
	return k.call(addr, fWakeBitset, private, uint32(n), nil, 0, addr, mask)
}

func (k *kernel) wakeOp(a, b Addr, private bool, n1, n2 int, op uint32) (int, error) {
	return k.call(a, fWakeOp, private, uint32(n1), nil, uintptr(uint32(n2)), b, op)
}

func (k *kernel) requeue(a, b Addr, private bool, nwake, nreq int) (int, error) {
	return k.call(a, fRequeue, private, uint32(nwake), nil, uintptr(uint32(nreq)), b, 0)
}

func (k *kernel) requeueCmp(a, b Addr, private bool, val uint32, nwake, nreq int) (int, error) {
	return k.call(a, fCmpRequeue, private, uint32(nwake), nil, uintptr(uint32(nreq)), b, val)
}

func (k *kernel) lockPI(h *hand, addr Addr, private bool) error {
	_, err := k.call(addr, fLockPI, private, 0, nil, 0, addr, 0)
	return err
}

func (k *kernel) lockPITimedOut(h *hand, addr Addr, private bool) error {
	_, err := k.call(addr, fLockPI, private, 0, &unix.Timespec{Sec: 1}, 0, addr, 0)
	return err
}

func (k *kernel) tryLockPI(h *hand, addr Addr, private bool) error {
	_, err := k.call(addr, fTryLockPI, private, 0, nil, 0, addr, 0)
	return err
}

func (k *kernel) unlockPI(h *hand, addr Addr, private bool) error {
	_, err := k.call(addr, fUnlockPI, private, 0, nil, 0, addr, 0)
	return err
}

func (k *kernel) set(addr Addr, val uint32) { atomic.StoreUint32((*uint32)(k.ptr(addr)), val) }
func (k *kernel) get(addr Addr) uint32      { return atomic.LoadUint32((*uint32)(k.ptr(addr))) }

// settle chooses words whose hashes do not collide: where two do, the kernel leaves a waiter
// that is moved from one to the other in its place instead of putting it last.
func (k *kernel) settle(t testing.TB, c *crew) {
	step := uintptr(os.Getpagesize() / 64)
	for try := range uintptr(1000) {
		for i := range k.place {
			// The two views of the file have the same offsets.
			k.place[i] = (try*28 + uintptr(i%4)*44 + step*uintptr(i%2)) % uintptr(os.Getpagesize()-4) &^ 3
		}
		k.place[4], k.place[5] = k.place[2], k.place[3]
		if k.place[0] != k.place[1] && k.place[2] != k.place[3] && !k.collide(c) {
			return
		}
	}
	t.Skip("no words were found whose hashes do not collide")
}

func (k *kernel) collide(c *crew) bool {
	for a := Addr(0); a < hole; a += 4 {
		for b := Addr(0); b < a; b += 4 {
			for _, private := range []bool{false, true} {
				if !private && (a >= 16 || b >= 16) {
					continue // the same futexes as 8 and 12
				}
				first, second := c.hands[0], c.hands[1]
				for i, h := range []*hand{first, second} {
					at := []Addr{a, b}[i]
					k.set(at, 0)
					h.start(func() (int, error) { return 0, k.wait(h, at, private, 0, MatchAny) })
					count(k, at, private, 1)
				}
				k.requeue(a, b, private, 0, 1)
				k.wake(b, private, MatchAny, 1)
				collided := false
				select {
				case <-first.out:
					collided = true
				case <-second.out:
				}
				k.wake(b, private, MatchAny, 1)
				if collided {
					<-second.out
					return true
				}
				<-first.out
			}
		}
	}
	return false
}

// count returns when n wait at addr.
func count(k machine, addr Addr, private bool, n int) {
	for {
		if got, _ := k.requeue(addr, addr, private, 0, math.MaxInt32); got >= n {
			return
		}
		runtime.Gosched()
	}
}

// A crew is threads that do as they are told.
type crew struct{ hands []*hand }

type hand struct {
	tid  int
	do   chan func() (int, error)
	out  chan result
	busy bool
	wait atomic.Bool // of a Manager's: it waits for a lock
}

type result struct {
	n   int
	err error
}

func (h *hand) start(f func() (int, error)) { h.do <- f }

// newCrew starts n threads. Of all signals they hear only one, which interrupts; others would
// put a waiter out of its place in the line.
func newCrew(t testing.TB, n int) *crew {
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, unix.SIGUSR1)
	t.Cleanup(func() { signal.Stop(heard) })
	c := new(crew)
	for range n {
		h := &hand{do: make(chan func() (int, error)), out: make(chan result, 1)}
		c.hands = append(c.hands, h)
		ready := make(chan error)
		go func() {
			runtime.LockOSThread() // for good: the thread ends with the goroutine
			var all unix.Sigset_t
			for i := range all.Val {
				all.Val[i] = ^all.Val[i]
			}
			bits := int(unsafe.Sizeof(all.Val[0])) * 8
			all.Val[(int(unix.SIGUSR1)-1)/bits] &^= 1 << ((int(unix.SIGUSR1) - 1) % bits)
			h.tid = unix.Gettid()
			ready <- unix.PthreadSigmask(unix.SIG_SETMASK, &all, nil)
			for f := range h.do {
				n, err := f()
				h.out <- result{n, err}
			}
		}()
		if err := <-ready; err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { close(h.do) })
	}
	return c
}

// queued reports whether h sleeps until it gets the lock at addr, by what the kernel says of the thread.
func (k *kernel) queued(t skipper, h *hand, addr Addr, private bool) bool {
	dir := fmt.Sprintf("/proc/self/task/%d/", h.tid)
	stat, err := os.ReadFile(dir + "stat")
	if err != nil {
		t.Skip("the states of threads are not to be seen: ", err)
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	in, err := os.ReadFile(dir + "syscall")
	if err != nil {
		t.Skip("the system calls of threads are not to be seen: ", err)
	}
	op := fLockPI
	if private {
		op |= fPrivate
	}
	return state[0] == 'S' && strings.HasPrefix(string(in), fmt.Sprintf("%d %#x %#x ", unix.SYS_FUTEX, k.ptr(addr), op))
}

type skipper interface{ Skip(args ...any) }
