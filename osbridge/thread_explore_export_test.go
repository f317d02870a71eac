//go:build explore

package osbridge

import (
	"errors"
	"slices"

	"github.com/rouse-go/rouse/internal/park"
)

// Pretend says whether beds are plain, whether there is one P, and who it is that calls; nil: the system tells.
func Pretend(beds, one bool, caller func() uint64) {
	plain, alone = beds, one
	if callerID = threadID; caller != nil {
		callerID = caller
	}
}

// Warm gives the thread a spare call, and both what a cell has when somebody has slept there. It returns what
// looks, when all calls are over, if that call is kept, and none twice or with a wake in it.
func (t *Thread) Warm() (kept func() error) {
	t.cell.Subscribe().Cancel()
	first := new(call)
	first.cell.Subscribe().Cancel()
	t.spare.put(first)
	return func() error {
		all := t.spares()
		for i, c := range all {
			if slices.Contains(all[:i], c) {
				return errors.New("a call is kept twice")
			}
			if c.cell.left() {
				return errors.New("a call is kept with a wake in it")
			}
		}
		if !slices.Contains(all, first) {
			return errors.New("a call is not kept")
		}
		return nil
	}
}

// left reports whether nobody has taken a wake.
func (b *bed) left() bool {
	if plain {
		return park.Left(b.plainly().C())
	}
	woken, _ := b.Poll()
	return woken
}
