package dma

import (
	"context"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
)

// transfer takes one file through the slots:
//
//	slot 0   block 0   block n     block 2n  ...  \
//	slot 1   block 1   block n+1   ...             > in file order to one writer
//	slot n-1 ...                                  /
//
// Which slot reads which block is fixed, so order needs no sorting: the
// writer visits the slots in turn. A slot reads its next block when its last
// one was written, so n reads are in flight and n buffers are all there is.
type transfer struct {
	src    *source
	engine engine
	config Config
	blocks int64

	completions atomic.Int64 // what the engine reported
	wakes       wakeLog      // what the slots got
}

func newTransfer(src *source, e engine, c Config) *transfer {
	blocks := src.size / int64(c.Block)
	if src.size%int64(c.Block) != 0 {
		blocks++
	}
	return &transfer{src: src, engine: e, config: c, blocks: blocks}
}

// run writes the file to w. When it returns, no read is in flight, all its
// goroutines have ended, and the buffers are nobody's.
func (t *transfer) run(ctx context.Context, w io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	var pins runtime.Pinner // the kernel writes to the buffers behind the collector's back
	defer func() {
		stop()
		running.Wait()
		pins.Unpin()
	}()

	slots := make([]*slot, min(int64(t.config.Depth), t.blocks))
	for i := range slots {
		s := &slot{
			transfer: t,
			request:  request{slot: i, completions: &t.completions},
			buf:      alignedBuffer(t.src.roundUp(t.config.Block), t.src.align),
			filled:   make(chan filled, 1),
			emptied:  make(chan struct{}, 1),
		}
		pins.Pin(&s.buf[0])
		slots[i] = s
		running.Go(func() { s.run(ctx, int64(i), int64(len(slots))) })
	}
	for i := range t.blocks {
		s := slots[i%int64(len(slots))]
		select {
		case f := <-s.filled:
			if f.err != nil {
				return f.err
			}
			if _, err := w.Write(f.block); err != nil {
				return err
			}
			s.emptied <- struct{}{}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
