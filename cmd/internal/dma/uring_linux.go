package dma

import (
	"errors"
	"os"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/rouse-go/rouse/internal/uring"
	"golang.org/x/sys/unix"
)

// uringEngine reads by io_uring. Two goroutines serve it: one submits, one
// sleeps in the netpoller on an eventfd that the kernel rings at completions.
type uringEngine struct {
	ring     *uring.Ring
	event    *os.File
	requests chan *request
	inflight []atomic.Pointer[request] // by slot, the user data of its read
	servers  sync.WaitGroup
}

func newUring(depth int) (engine, error) {
	// The completion queue is twice as deep as requests can be in flight: it
	// never overflows.
	ring, err := uring.New(depth, uring.Options{})
	if err != nil {
		return nil, err
	}
	// Non-blocking, which is what brings it to the netpoller.
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, errors.Join(os.NewSyscallError("eventfd2", err), ring.Close())
	}
	event := os.NewFile(uintptr(fd), "eventfd")
	if err := ring.RegisterEventfd(fd); err != nil {
		return nil, errors.Join(err, event.Close(), ring.Close())
	}
	e := &uringEngine{
		ring:     ring,
		event:    event,
		requests: make(chan *request, depth),
		inflight: make([]atomic.Pointer[request], depth),
	}
	e.servers.Go(e.submitLoop)
	e.servers.Go(e.completeLoop)
	return e, nil
}

func (e *uringEngine) name() string { return "io_uring" }

// start does not block: there is room for every slot's one request.
func (e *uringEngine) start(r *request) { e.requests <- r }

// submitLoop is locked to one thread for as long as the ring lives. The kernel
// ties requests to the thread that submitted them: a direct read is out of its
// hands once submitted, but one that was passed to the kernel's worker threads
// is cancelled when that thread exits. Slots come and go on any thread, so
// they hand their requests over; what is ready together is submitted together.
func (e *uringEngine) submitLoop() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	var failed error
	for r := range e.requests {
		batch := []*request{r}
		for range len(e.requests) { // only we receive: they are there
			batch = append(batch, <-e.requests)
		}
		if failed == nil {
			for _, r := range batch {
				e.prepare(r)
			}
			var n int
			n, failed = e.ring.Submit()
			batch = batch[n:]
		}
		// What the kernel did not take stays queued, with the addresses of its
		// buffers. So nothing is submitted ever again, and these can go back.
		if failed != nil {
			for _, r := range batch {
				r.complete(0, failed)
			}
		}
	}
}

// prepare queues r. The store comes last, when r has been looked at for the
// last time: with the load in completeLoop it hands r over. The kernel orders
// the two loops as well, but the memory model knows nothing of the kernel.
func (e *uringEngine) prepare(r *request) {
	if err := e.ring.Read(int(r.file.Fd()), r.buf, r.off, uint64(r.slot)); err != nil {
		panic(err) // one request a slot, one entry a slot: it cannot be full
	}
	e.inflight[r.slot].Store(r)
}

// completeLoop wakes those whose reads are complete. No completion is slept
// over: the kernel posts, then rings; we take the rings, then all that is
// posted. What is posted after our look rings after our taking.
func (e *uringEngine) completeLoop() {
	count := make([]byte, 8)
	for {
		if _, err := e.event.Read(count); err != nil {
			if errors.Is(err, os.ErrClosed) {
				return
			}
			panic(err) // nobody else reads or closes it
		}
		for c := range e.ring.Completions() {
			r := e.inflight[c.UserData].Load()
			if err := c.Err(); err != nil {
				r.complete(0, err)
			} else {
				r.complete(int(c.Res), nil)
			}
		}
	}
}

func (e *uringEngine) close() error {
	close(e.requests)
	err := e.event.Close() // wakes completeLoop
	e.servers.Wait()
	return errors.Join(err, e.ring.Close())
}
