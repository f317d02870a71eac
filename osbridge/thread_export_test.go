package osbridge

// ThreadID is what tells threads apart; 0 where nothing does.
func ThreadID() uint64 { return threadID() }

// NewThreadUnserved returns a thread that runs nothing until Live is called, which returns when the
// thread is closed.
func NewThreadUnserved(opts ...Option) *Thread { return newThread(opts) }

func (t *Thread) Live() { t.live() }

// Serve is Live of a thread that the system has no name for.
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
func (t *Thread) Spare() int {
	all := t.spares()
	for _, c := range all {
		if woken, _ := c.cell.Poll(); woken {
			panic("a spare call's cell holds a wake")
		}
	}
	if len(all) > maxSpare+1 || t.spare.n.Get() > maxSpare {
		panic("too many spare calls")
	}
	return len(all)
}

// spares returns the calls that are kept.
func (t *Thread) spares() (all []*call) {
	if c := t.spare.last.Load(); c != nil {
		all = append(all, c)
	}
	t.spare.mu.Lock()
	defer t.spare.mu.Unlock()
	for c := t.spare.rest.Get(); c != nil && len(all) < maxSpare+2; c = c.next.Get() { // twice in it, a call is its own next
		all = append(all, c)
	}
	return all
}

// Newest returns what tells one newest call in line from another: nil if nobody is in line.
func (t *Thread) Newest() any { return t.line.head.Load() }

// Finish is Close that does not wait.
func (t *Thread) Finish() { t.end() }
