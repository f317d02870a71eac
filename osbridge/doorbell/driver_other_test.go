//go:build !linux

package doorbell_test

import (
	"context"
	"sync"

	"github.com/rouse-go/rouse/waitcell"
)

// connect has the device call Wake itself.
func connect(_ context.Context, dev *device, irq *waitcell.Cell, _ *sync.WaitGroup) (disconnect func()) {
	dev.interrupt = func() { irq.Wake() }
	return func() {}
}
