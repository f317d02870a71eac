//go:build explore

package atom

import "sync"

// A Foreign is a model of a thing outside of Go's memory model, such as a file in the kernel. What happens to it
// happens in steps that come one after another, as under the lock that the original has. But they order
// nothing else: whether two plain accesses are a race is asked without them.
type Foreign[T any] struct {
	mu sync.Mutex // where nobody listens; else it goes with the step
	v  T
}

// Touch has f look at the thing, and change it perhaps, which it tells.
func (x *Foreign[T]) Touch(f func(*T) (changed bool)) {
	Step(Touch, x, nil)
	x.mu.Lock()
	defer x.mu.Unlock()
	Changed(f(&x.v))
}

// Set changes the thing before anybody else knows it, and is no step.
func (x *Foreign[T]) Set(v T) { x.v = v }

// Get returns the thing, and is no step: for who makes it and for reports.
func (x *Foreign[T]) Get() T { return x.v }

// Peek does the same.
func (x *Foreign[T]) Peek() any { return x.v }
