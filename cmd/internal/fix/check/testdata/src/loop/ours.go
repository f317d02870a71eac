package loop

import (
	"context"
	"sync"
	"time"

	"github.com/rouse-go/rouse/waitqueue"
)

func ours(ctx context.Context, mu *sync.Mutex, c *waitqueue.Cond, ready *bool) error {
	mu.Lock()
	defer mu.Unlock()
	c.WaitTimeout(time.Second)                            // want `WaitTimeout outside a loop`
	if err := c.WaitContext(ctx); err != nil || !*ready { // want `WaitContext outside a loop`
		return err
	}
	return c.WaitFor(ctx, func() bool { return *ready }) // it is a loop
}
