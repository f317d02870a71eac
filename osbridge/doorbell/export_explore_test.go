//go:build explore

package doorbell

// Rings returns how many are in the bell's counter. It is no step.
func (d *Doorbell) Rings() uint64 { return d.bell.r.Get().count }

// Prefill puts rings into the counter, which has room for so many.
func (d *Doorbell) Prefill(rings, room uint64) {
	d.change(func(c *counter) { c.count, c.full = rings, room })
}

// Break makes every write to the descriptor fail.
func (d *Doorbell) Break(err error) { d.change(func(c *counter) { c.broken = err }) }

func (d *Doorbell) change(f func(*counter)) {
	c := d.bell.r.Get()
	f(&c)
	d.bell.r.Set(c)
}

// Signal has f decide, at each call of the kernel that is about the descriptor, whether a signal interrupts it.
func (d *Doorbell) Signal(f func() bool) { d.bell.r.signalled = f }

// Stir wakes who sleeps in the netpoller for nothing.
func (d *Doorbell) Stir() {
	d.bell.r.poller.Touch(func(p *poller) bool { p.stirred++; return true })
}

// Parts are what the steps are about, by name.
func (d *Doorbell) Parts() map[string]any {
	return map[string]any{
		"word":    &d.word,
		"closed":  &d.cause.said,
		"loop":    &d.loop,
		"counter": &d.bell.r.Foreign,
		"reader":  &d.bell.r.users,
		"writer":  &d.bell.w.users,
		"poller":  &d.bell.r.poller,
	}
}

// Watches reports the watch that Await keeps from call to call.
func (d *Doorbell) Watches() bool { return d.unwatch != nil }

// A Poll is a multishot poll of the kernel's, as io_uring has it: it is woken when a ring is added, and looks whether
// there is something to read. What it finds it says in the completion queue.
type Poll struct {
	k     *description
	armed bool
	woken bool   // an addition came, and nobody has looked yet
	queue []bool // completions, each with its MORE flag

	// At once says that a completion is there as soon as the ring is; else when the loop
	// enters the kernel. Both happen: the work is done on the thread of the loop, when that gets to it.
	AtOnce bool
	// Last counts the completions until the poll ends, without MORE. Zero: it does not end.
	Last int
}

// Submit gives the poll a number. If that was given up meanwhile, it is somebody else's by now, who never rings.
func (p *Poll) Submit(fd int) {
	f := lookup(uintptr(fd))
	first := p.k == nil
	p.k = f.description
	f.Touch(func(c *counter) bool {
		if !f.open {
			return false
		}
		if first {
			c.watchers = append(c.watchers, p.wake)
		}
		p.armed, p.woken = true, false
		p.look(c)
		return true
	})
}

// wake is a part of the step that adds.
func (p *Poll) wake(c *counter) {
	p.woken = true
	if p.AtOnce {
		p.look(c)
	}
}

func (p *Poll) look(c *counter) {
	if !p.armed || c.count == 0 {
		return
	}
	p.Last--
	p.armed = p.Last != 0
	p.queue = append(p.queue, p.armed)
}

// Next takes a completion. It does not block.
func (p *Poll) Next() (more, ok bool) {
	p.k.Touch(func(c *counter) (changed bool) {
		if p.woken && !p.AtOnce {
			p.look(c)
		}
		changed = p.woken
		p.woken = false
		if len(p.queue) > 0 {
			more, p.queue, ok = p.queue[0], p.queue[1:], true
		}
		return changed || ok
	})
	return more, ok
}
