package uring

import "iter"

// Next takes one completion; false: none is there.
func (r *Ring) Next() (Completion, bool) {
	head := r.cqHead.Load()
	if head == r.cqTail.Load() {
		return Completion{}, false
	}
	c := r.cqes[head&uint32(len(r.cqes)-1)]
	r.cqHead.Store(head + 1) // after the copy: from here on the kernel may reuse the entry
	return c, true
}

// Completions takes completions until none is there. Those kept back by the
// kernel (see Overflowed) are not among them.
func (r *Ring) Completions() iter.Seq[Completion] {
	return func(yield func(Completion) bool) {
		for {
			c, ok := r.Next()
			if !ok || !yield(c) {
				return
			}
		}
	}
}

// Overflowed reports whether the kernel keeps completions back, for it found
// the queue full. They are not lost: take what is there, then Flush.
func (r *Ring) Overflowed() bool { return r.sqFlags.Load()&sqCQOverflow != 0 }

// Flush makes the kernel post the completions that it kept back, as many as
// the queue has room for. It submits nothing.
func (r *Ring) Flush() error {
	_, err := r.enter(0, 0)
	return err
}
