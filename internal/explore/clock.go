//go:build explore

package explore

import "github.com/rouse-go/rouse/internal/atom"

// maxThreads bounds the threads of one execution, its timers and callbacks included.
const maxThreads = 16

// A clock counts, for each thread, how many of its steps are known of.
//
// Two orders are kept by clocks. The one of the search says which steps may not be exchanged:
// a read before a write of the same object is in it. The other one is the Go memory model's
// "happens before", which a read does not add to; it is what makes a plain field safe.
type clock [maxThreads]int32

// join makes c know what d knows.
func (c *clock) join(d *clock) {
	for i, n := range d {
		c[i] = max(c[i], n)
	}
}

// A stamp is one step: the n-th of its thread.
type stamp struct {
	thread int
	n      int32
}

// knows reports whether the step is known of. The zero stamp is before all steps.
func (c *clock) knows(s stamp) bool { return c[s.thread] >= s.n }

// synced is what an object carries from those who wrote it to those who read it.
type synced struct {
	released clock // all that happened before the write that is there to be read

	wrote stamp             // of a plain field: the last write,
	read  [maxThreads]stamp // and each thread's last read
}

// synchronize applies step e to the clock of its thread and to the objects it is about. For an
// access to a plain field that is ordered with another by nothing it returns that other one.
func synchronize(e *event) (other stamp, race bool) {
	t := e.thread
	t.sync[t.id] = e.n
	for k := range e.acc {
		a := &e.acc[k]
		s := &a.obj.synced
		switch e.op {
		case atom.Read, atom.Write:
			return s.plain(e)
		case atom.Store, atom.Unlock:
			s.released = t.sync
		case atom.Load, atom.Lock:
			t.sync.join(&s.released)
		case atom.CAS:
			t.sync.join(&s.released)
			if a.wrote {
				s.released = t.sync
			}
		case atom.TryLock:
			if a.wrote { // one that fails synchronizes with nothing
				t.sync.join(&s.released)
			}
		case opClose, opFire:
			s.released.join(&t.sync)
		case atom.Swap, atom.Add, atom.And, atom.Or:
			t.sync.join(&s.released)
			s.released = t.sync
		case atom.Kick, atom.Drain, atom.Receive, atom.Select:
			// A token carries its sender's clock to the receiver; and as the channel has room for
			// one, a receive happens before the next send is done. What failed carries nothing.
			if a.wrote {
				t.sync.join(&s.released)
				s.released = t.sync
			} else if e.took(k) {
				t.sync.join(&s.released) // of a closed channel
			}
		}
	}
	return stamp{}, false
}

// plain is an access to a plain field.
func (s *synced) plain(e *event) (other stamp, race bool) {
	c := &e.thread.sync
	if !c.knows(s.wrote) {
		return s.wrote, true
	}
	me := stamp{e.thread.id, e.n}
	if e.op == atom.Read {
		s.read[me.thread] = me
		return stamp{}, false
	}
	for _, r := range s.read {
		if !c.knows(r) {
			return r, true
		}
	}
	s.wrote = me
	return stamp{}, false
}
