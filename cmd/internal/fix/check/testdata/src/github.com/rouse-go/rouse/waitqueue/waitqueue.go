// Package waitqueue is the outside of the real one, as far as moving code to it goes. A test
// compares the two.
package waitqueue

import (
	"context"
	"sync"
	"time"

	"github.com/rouse-go/rouse/subscribe"
)

type Cond struct {
	noCopy sync.Mutex
	L      sync.Locker
}

func NewCond(l sync.Locker) *Cond { return &Cond{L: l} }

func (c *Cond) Wait()
func (c *Cond) Signal()
func (c *Cond) Broadcast()
func (c *Cond) WaitContext(ctx context.Context) error
func (c *Cond) WaitTimeout(d time.Duration) error
func (c *Cond) WaitFor(ctx context.Context, cond func() bool) error
func (c *Cond) Subscribe() subscribe.Subscription
func (c *Cond) Close() int
func (c *Cond) CloseWith(cause error) int
