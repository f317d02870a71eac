package uring

import "unsafe"

// What x/sys does not have of the kernel's include/uapi/linux/io_uring.h.
const (
	opNop     = 0
	opPollAdd = 6
	opRead    = 22

	pollAddMulti = 1 << 0 // in an sqe's len

	setupCQSize = 1 << 3

	featSingleMmap = 1 << 0 // one mapping holds both rings
	featNoDrop     = 1 << 1 // completions that find the queue full are kept
	featRWCurPos   = 1 << 3 // came with 5.6, as did opRead

	enterGetEvents = 1 << 0

	sqCQOverflow = 1 << 1 // in the submission ring's flags: completions are kept back

	registerEventfd   = 4
	unregisterEventfd = 5

	offsetRings = 0
	offsetSQEs  = 0x10000000
)

// sqe is struct io_uring_sqe.
type sqe struct {
	opcode uint8
	flags  uint8
	ioprio uint16
	fd     int32
	off    uint64
	addr   uint64
	len    uint32
	// The kernel has one word of flags here, and on big-endian machines swaps
	// the halves of a poll's: the first half is the mask everywhere.
	pollEvents uint16
	_          uint16
	userData   uint64
	_          [3]uint64
}

// params is struct io_uring_params.
type params struct {
	sqEntries    uint32
	cqEntries    uint32
	flags        uint32
	sqThreadCPU  uint32
	sqThreadIdle uint32
	features     uint32
	wqFD         uint32
	_            [3]uint32
	sq           sqOffsets
	cq           cqOffsets
}

// sqOffsets is struct io_sqring_offsets: where its fields lie in the mapping.
type sqOffsets struct {
	head, tail, ringMask, ringEntries, flags, dropped, array, _ uint32
	_                                                           uint64
}

// cqOffsets is struct io_cqring_offsets.
type cqOffsets struct {
	head, tail, ringMask, ringEntries, overflow, cqes, flags, _ uint32
	_                                                           uint64
}

// The kernel's sizes, 386 included, where a uint64 is aligned to 4 bytes.
// A Completion is read from the ring as it lies there.
var (
	_ [64]struct{}  = [unsafe.Sizeof(sqe{})]struct{}{}
	_ [16]struct{}  = [unsafe.Sizeof(Completion{})]struct{}{}
	_ [120]struct{} = [unsafe.Sizeof(params{})]struct{}{}
)
