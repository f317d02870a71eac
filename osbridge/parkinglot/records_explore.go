//go:build explore

package parkinglot

import "github.com/rouse-go/rouse/internal/lot"

// A search needs the same record every time, so here each wait has a new one.

func takeOut() *lot.Waiter[Key] { return new(lot.Waiter[Key]) }
func putAway(*lot.Waiter[Key])  {}

type records struct{}

func (*records) get() *lot.Waiter[Key] { return new(lot.Waiter[Key]) }
func (*records) put(*lot.Waiter[Key])  {}
