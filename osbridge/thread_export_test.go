package osbridge

// ThreadID is what tells threads apart; 0 where nothing does.
func ThreadID() uint64 { return threadID() }

// NewThreadUnserved returns a thread that runs nothing until Serve is called, which returns when the
// thread is closed. It belongs to no OS thread.
func NewThreadUnserved() *Thread { return newThread(nil) }

func (t *Thread) Serve() {
	defer t.gone.Close()
	t.serve()
}

// InLine reports whether a call is in line, and not taken yet.
func (t *Thread) InLine() bool {
	h := t.line.head.Load()
	return h != nil && h != &t.line.last
}

// Spare returns how many calls are kept.
func (t *Thread) Spare() (n int) {
	if c := t.spare.last.Swap(nil); c != nil {
		n++
		t.spare.put(c)
	}
	t.spare.mu.Lock()
	defer t.spare.mu.Unlock()
	for c := t.spare.rest; c != nil; c = c.next.Get() {
		n++
		if woken, _ := c.cell.Poll(); woken {
			panic("a spare call's cell holds a wake")
		}
	}
	if n > maxSpare+1 || t.spare.n > maxSpare {
		panic("too many spare calls")
	}
	return n
}

// Newest returns what tells one newest call in line from another: nil if nobody is in line.
func (t *Thread) Newest() any { return t.line.head.Load() }

// Finish is Close that does not wait.
func (t *Thread) Finish() { t.end() }
