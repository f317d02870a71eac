package dma

import (
	"os"
	"sync/atomic"
	"time"

	"github.com/rouse-go/rouse/waitcell"
)

// request is one read, used again and again by the slot that owns it.
//
// Who may touch it, its buffer included:
//
//	the slot               until engine.start
//	the engine, the kernel until complete's Wake
//	the slot               once it has taken that wake
//
// start hands it over, Wake hands it back: a wake synchronizes before the wait
// that takes it. There is no third way back, cancellation least of all: a
// read in flight writes into its buffer whether or not anybody still waits.
type request struct {
	slot int // the only one in flight with this number
	file *os.File
	buf  []byte
	off  int64

	n    int
	err  error
	seen time.Time // when the engine saw the completion

	cell        waitcell.Cell // the slot awaits it here
	completions *atomic.Int64
}

// complete is the engine's last act on r.
func (r *request) complete(n int, err error) {
	r.n, r.err = n, err
	r.completions.Add(1)
	r.seen = time.Now()
	r.cell.Wake()
}
