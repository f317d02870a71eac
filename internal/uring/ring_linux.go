package uring

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"github.com/rouse-go/rouse/internal/atom"
	"golang.org/x/sys/unix"
)

// Ring is one io_uring. The package comment says who may call what at once.
type Ring struct {
	fd    int
	rings []byte // both rings, shared with the kernel
	table []byte // the submission entries, shared with the kernel

	// Submission. The kernel moves head as it takes entries, we move tail.
	sqes   []sqe
	sqHead *atom.Uint32
	sqTail *atom.Uint32
	queued uint32 // where tail goes at the next Submit

	// Completion. The kernel moves tail as it posts, we move head.
	cqes   []Completion
	cqHead *atom.Uint32
	cqTail *atom.Uint32

	sqFlags *atom.Uint32 // the kernel's messages, for both halves
}

// New makes a ring that takes entries requests between two Submits; the kernel
// rounds up to a power of two. Where io_uring is refused the error names the
// system call and wraps its errno: ENOSYS, EPERM, ENOMEM.
func New(entries int, opts Options) (*Ring, error) {
	var p params
	if opts.CQEntries > 0 {
		p.flags |= setupCQSize
		p.cqEntries = uint32(opts.CQEntries)
	}
	fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, uintptr(entries), uintptr(unsafe.Pointer(&p)), 0)
	if errno != 0 {
		return nil, os.NewSyscallError("io_uring_setup", errno)
	}
	r := &Ring{fd: int(fd)}
	if err := r.mapRings(&p); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (r *Ring) mapRings(p *params) (err error) {
	const need = featSingleMmap | featNoDrop | featRWCurPos
	if missing := need &^ p.features; missing != 0 {
		return os.NewSyscallError("io_uring_setup",
			fmt.Errorf("kernel older than 5.6 (features %#x missing): %w", missing, errors.ErrUnsupported))
	}
	size := max(
		int(p.sq.array)+int(p.sqEntries)*4,
		int(p.cq.cqes)+int(p.cqEntries)*int(unsafe.Sizeof(Completion{})),
	)
	if r.rings, err = r.mmap(offsetRings, size); err != nil {
		return err
	}
	if r.table, err = r.mmap(offsetSQEs, int(p.sqEntries)*int(unsafe.Sizeof(sqe{}))); err != nil {
		return err
	}

	word := func(off uint32) *atom.Uint32 { return (*atom.Uint32)(unsafe.Pointer(&r.rings[off])) }
	r.sqHead, r.sqTail, r.sqFlags = word(p.sq.head), word(p.sq.tail), word(p.sq.flags)
	r.cqHead, r.cqTail = word(p.cq.head), word(p.cq.tail)
	r.sqes = unsafe.Slice((*sqe)(unsafe.Pointer(&r.table[0])), p.sqEntries)
	r.cqes = unsafe.Slice((*Completion)(unsafe.Pointer(&r.rings[p.cq.cqes])), p.cqEntries)

	// The kernel looks entries up through an array of indices. We use them in
	// order, so the array says i = i for good.
	index := unsafe.Slice((*uint32)(unsafe.Pointer(&r.rings[p.sq.array])), p.sqEntries)
	for i := range index {
		index[i] = uint32(i)
	}
	return nil
}

func (r *Ring) mmap(offset int64, size int) ([]byte, error) {
	b, err := unix.Mmap(r.fd, offset, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE)
	return b, os.NewSyscallError("mmap", err)
}

// FD is the ring's own descriptor; it polls readable while completions wait.
func (r *Ring) FD() int { return r.fd }

// Close gives the ring back. It does not wait for what is in flight: memory
// that a read may still fill must stay as it is until that read's completion
// was taken, so take them first.
func (r *Ring) Close() error {
	var errs []error
	for _, b := range [][]byte{r.rings, r.table} {
		if b != nil {
			errs = append(errs, os.NewSyscallError("munmap", unix.Munmap(b)))
		}
	}
	errs = append(errs, os.NewSyscallError("close", unix.Close(r.fd)))
	*r = Ring{fd: -1} // whoever comes late meets a nil pointer, not somebody else's memory
	return errors.Join(errs...)
}

// RegisterEventfd has the kernel add to the eventfd fd whenever it posts
// completions. Several may share one signal: on each, take all there are.
func (r *Ring) RegisterEventfd(fd int) error {
	fd32 := int32(fd)
	return r.register(registerEventfd, &fd32, 1)
}

// UnregisterEventfd ends what RegisterEventfd began.
func (r *Ring) UnregisterEventfd() error { return r.register(unregisterEventfd, nil, 0) }

func (r *Ring) register(op uintptr, arg *int32, n uintptr) error {
	for {
		_, _, errno := unix.Syscall6(unix.SYS_IO_URING_REGISTER, uintptr(r.fd), op, uintptr(unsafe.Pointer(arg)), n, 0, 0)
		switch errno {
		case 0:
			return nil
		case syscall.EINTR:
		default:
			return os.NewSyscallError("io_uring_register", errno)
		}
	}
}
