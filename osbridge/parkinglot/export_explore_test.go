//go:build explore

package parkinglot

import "github.com/rouse-go/rouse/internal/lot"

// ResetProcess gives the functions on addresses a new lot, with a table: a search needs the same
// state every time.
func ResetProcess() {
	process = lot.Lot[Key]{}
	var w uint32
	WaitFor(&w, 0, 1)
}
