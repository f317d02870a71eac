package dma

import (
	"io"
	"sync"
)

// threads is the engine for every system: as many goroutines as there may be
// requests, each of which blocks its thread in a pread.
type threads struct {
	requests chan *request
	workers  sync.WaitGroup
}

func newThreads(depth int) *threads {
	e := &threads{requests: make(chan *request, depth)}
	for range depth {
		e.workers.Go(e.work)
	}
	return e
}

func (e *threads) name() string { return "threads" }

// start does not block: there is room for every slot's one request.
func (e *threads) start(r *request) { e.requests <- r }

func (e *threads) work() {
	for r := range e.requests {
		n, err := r.file.ReadAt(r.buf, r.off)
		// ReadAt goes on after a short read, and there O_DIRECT may refuse an
		// offset that is no multiple of a sector. What did arrive counts.
		if n > 0 || err == io.EOF {
			err = nil
		}
		r.complete(n, err)
	}
}

func (e *threads) close() error {
	close(e.requests)
	e.workers.Wait()
	return nil
}
