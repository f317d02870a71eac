package dma

import (
	"context"
	"errors"
	"syscall"
	"time"
)

// slot is one place in the queue: a goroutine, a buffer, a request.
//
// The buffer is the slot's (or, while a read is in flight, the engine's) until
// the slot sends on filled; then it is the writer's until emptied answers.
type slot struct {
	*transfer
	request request
	buf     []byte
	filled  chan filled   // neither ever blocks its sender: there is room
	emptied chan struct{} // for one, and they take turns
}

// filled is one block of the file in the slot's buffer, or why there is none.
type filled struct {
	block []byte
	err   error
}

// run reads blocks first, first+step, ... until the file ends, a read fails or
// ctx is done. When it returns, no read of it is in flight.
func (s *slot) run(ctx context.Context, first, step int64) {
	for i := first; i < s.blocks; i += step {
		block, err := s.fill(ctx, i)
		s.filled <- filled{block, err}
		if err != nil {
			return
		}
		select {
		case <-s.emptied:
		case <-ctx.Done():
			return
		}
	}
}

// fill reads the i-th block, in several reads if they come short.
func (s *slot) fill(ctx context.Context, i int64) ([]byte, error) {
	begin := i * int64(s.config.Block)
	block := s.buf[:min(int64(s.config.Block), s.src.size-begin)]
	for got := 0; got < len(block); {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		r := &s.request
		r.off = begin + int64(got)
		r.file, r.buf = s.src.at(r.off, s.buf[got:], len(block)-got)
		if err := s.await(ctx); err != nil {
			return nil, err
		}
		switch {
		case errors.Is(r.err, syscall.EINTR), errors.Is(r.err, syscall.EAGAIN):
			// The kernel's way to say "again".
		case r.err != nil:
			return nil, r.err
		case r.n == 0:
			return nil, s.src.shrank(r.off)
		default:
			got += r.n // may pass the block's end, where the file has grown meanwhile
		}
	}
	return block, nil
}

// await starts the request and sleeps until it is complete. It subscribes
// first, so that even a completion that comes before the sleep is a wake of its own.
//
// If ctx ends first, the wait is given up but the read is not: the engine may
// be writing into the buffer. So wait again, for as long as it takes. A
// wake that comes between the two waits is stored in the cell.
func (s *slot) await(ctx context.Context) error {
	sub := s.request.cell.Subscribe()
	s.engine.start(&s.request)
	err := sub.Wait(ctx)
	if err != nil {
		if err := s.request.cell.Wait(context.Background()); err != nil {
			panic(err) // the cell is never closed and has no other waiter
		}
	}
	s.wakes.record(time.Since(s.request.seen))
	return err
}
