//go:build !explore

package osbridge

import (
	"context"

	"github.com/rouse-go/rouse/internal/park"
	"github.com/rouse-go/rouse/waitcell"
)

// A bed is where a Thread waits for calls, and a caller for the end of one.
type bed struct{ waitcell.Cell }

// lies reports whether the Thread sleeps as a goroutine: whoever wakes it then has it in a run queue.
func (b *bed) lies() bool { return park.Lies(&b.Cell) }

// Wait is the caller's.
func (b *bed) Wait(ctx context.Context) error { return lie(ctx, &b.Cell) }

// rest is Wait of the Thread.
func (b *bed) rest(p Policy) { p.Wait(context.Background(), &b.Cell) }
