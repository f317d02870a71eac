//go:build !explore

package parkinglot

import (
	"sync"

	"github.com/rouse-go/rouse/internal/lot"
)

// spare are records of the process's lot, without a channel: a channel that was made in a
// testing/synctest bubble must not be met outside of it, and who comes next may be anywhere.
var spare sync.Pool

// takeOut returns a record for one wait in the process's lot.
func takeOut() *lot.Waiter[Key] {
	if w, ok := spare.Get().(*lot.Waiter[Key]); ok {
		return w
	}
	return new(lot.Waiter[Key])
}

// putAway takes back the record of a wait that is over.
func putAway(w *lot.Waiter[Key]) {
	w.Forget()
	spare.Put(w)
}

// records are those of one Lot. They keep their channels: a Lot is used in one bubble only.
type records struct{ pool sync.Pool }

func (r *records) get() *lot.Waiter[Key] {
	if w, ok := r.pool.Get().(*lot.Waiter[Key]); ok {
		return w
	}
	return new(lot.Waiter[Key])
}

func (r *records) put(w *lot.Waiter[Key]) { r.pool.Put(w) }
