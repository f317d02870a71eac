package osbridge

import "runtime/debug"

// live is the life of the goroutine.
func (t *Thread) live() {
	t.id.Store(callerID())
	defer t.gone.Close()
	t.serve()
}

// serve runs calls until the line has ended.
func (t *Thread) serve() {
	for {
		for t.batch != nil {
			c := t.batch
			t.batch = c.next.Get()
			t.run(c)
		}
		if t.ended {
			return
		}
		// [P1] Wait, then take. A caller pushes, then wakes [P2]. If we take before its push, its wake is still to come, and
		// ends the next wait.
		if t.batch, t.ended = t.line.take(); t.batch == nil && !t.ended {
			t.cell.rest(t.policy)
		}
	}
}

func (t *Thread) run(c *call) {
	if !c.begin() {
		t.spare.put(c)
		return
	}
	left := true
	defer func() {
		if left {
			t.leave(c, recover())
		}
	}()
	t.try(c)
	left = false
	t.answer(c)
}

// try calls the function. If somebody waits for it, its panic ends here.
func (t *Thread) try(c *call) {
	j := c.job.Get()
	waits := !j.detached
	defer func() {
		if !waits {
			return
		}
		if v := recover(); v != nil { // else runtime.Goexit
			c.outcome.Set(outcome{panicked: &PanicError{v, debug.Stack()}})
		}
	}()
	j.f()
	waits = false
}

// leave is deferred. It is called when the goroutine is leaving: by a panic that nobody waits for, or by runtime.Goexit,
// which goes on even if a panic came on its way and was recovered.
func (t *Thread) leave(c *call, v any) {
	if v != nil {
		panic(v) // from here the program's last words still show where it came from
	}
	if c.outcome.Get().panicked == nil {
		c.outcome.Set(outcome{exited: true})
	}
	t.answer(c)
	// With the goroutine the OS thread would go. But it goes only when its deferred functions have returned,
	// and this is one: the rest of its life is spent here.
	t.serve()
}

// answer is the last that happens to a call on the thread.
func (t *Thread) answer(c *call) {
	if c.job.Get().detached {
		t.spare.put(c) // (C1)
		return
	}
	c.end()
}
