package signal

import "sync"

type buffer struct {
	mu     sync.Mutex
	cond   *sync.Cond // for both: that is the hazard
	items  []int
	room   int
	closed bool

	notFull, notEmpty *sync.Cond // and these are how it should be
	idle              *sync.Cond
}

func (b *buffer) put(x int) {
	b.mu.Lock()
	for len(b.items) == b.room && !b.closed {
		b.cond.Wait()
	}
	b.items = append(b.items, x)
	b.cond.Signal() // want `Signal wakes one waiter, and those of cond wait for different things \(len\(b.items\) == b.room && !b.closed on line 18, len\(c.items\) == 0 && !c.closed on line 29\)`
	b.mu.Unlock()
}

func (c *buffer) get() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.items) == 0 && !c.closed {
		c.cond.Wait()
	}
	x := c.items[0]
	c.items = c.items[1:]
	cond := c.cond
	cond.Signal() // want `Signal wakes one waiter`
	return x
}

func (b *buffer) close() {
	b.cond.Broadcast()
}

func (b *buffer) putWell(x int) {
	b.mu.Lock()
	for len(b.items) == b.room {
		b.notFull.Wait()
	}
	b.items = append(b.items, x)
	b.notEmpty.Signal()
	b.mu.Unlock()
}

func (b *buffer) getWell() {
	b.mu.Lock()
	for len(b.items) == 0 {
		b.notEmpty.Wait()
	}
	b.items = b.items[1:]
	b.notFull.Signal()
	b.mu.Unlock()
}

// The same condition under another receiver's name, and one that asks for less.
func (other *buffer) getToo() {
	other.mu.Lock()
	for len(other.items) == 0 {
		other.notEmpty.Wait()
	}
	other.mu.Unlock()
}

func (other *buffer) getOrClosed() {
	other.mu.Lock()
	for len(other.items) == 0 && !other.closed {
		other.notEmpty.Wait()
	}
	other.mu.Unlock()
}

// Where the loop's head says nothing, neither do we.
func (b *buffer) unclear() {
	b.mu.Lock()
	for {
		if b.closed {
			break
		}
		b.idle.Wait()
	}
	for b.room > 0 {
		b.idle.Wait()
	}
	b.idle.Signal()
	b.mu.Unlock()
}
