// Package explore runs a small concurrent scenario under every interleaving.
//
// It exists with the build tag `explore` only. The tag swaps internal/atom and the
// channel operations of internal/park for versions that announce every step
// before they take it; so the source that is driven here is the production
// source, and a scenario is a few goroutines that call it:
//
//	explore.Run(t, explore.Scenario{
//		Name:  "wake-wait",
//		Legal: []string{"woken", "stored"},
//		Build: func(e *explore.Env) {
//			var c waitcell.Cell
//			var woke bool
//			e.Go("waiter", func() {
//				if err := c.Wait(context.Background()); err != nil {
//					e.Errorf("Wait: %v", err)
//				}
//			})
//			e.Go("waker", func() { woke = c.Wake() })
//			e.Check(func() {
//				if woke {
//					e.Outcome("woken")
//				} else {
//					e.Outcome("stored")
//				}
//			})
//		},
//	})
//
// # What a step is
//
// An atomic operation, an access to an atom.Guarded field, Lock and Unlock, a
// token left or taken at a sleeper, a cancellation, the firing of a timer, what happens to an atom.Foreign. Between two
// steps a thread touches nothing that others touch, so it is enough to decide,
// at each step, whose turn it is. Go's atomics are sequentially consistent:
// every behaviour of the program is one order of its steps, and if no order fails,
// none can. A plain field is the exception; for those there are vector
// clocks (clock.go), which find two accesses that no synchronization orders.
//
// # Not visiting the same thing twice
//
// Two steps depend on each other if they are about the same object and one
// of them changes it. Exchanging neighbours that do not depend on each other leads to
// the same state, so executions fall into classes (Mazurkiewicz traces), and one of each
// class is enough. The search is source-DPOR with sleep sets, algorithm 1 of
//
//	P. Abdulla, S. Aronis, B. Jonsson, K. Sagonas:
//	Optimal Dynamic Partial Order Reduction, POPL 2014;
//	and, for steps that can block, Source Sets, J. ACM 64(4), 2017.
//
// It runs an execution to its end, looks for races in it, that is for pairs of
// dependent steps of two threads that nothing else orders, and for each sees to it that
// the execution with the two the other way round is visited too (dpor.go). Nothing is
// stored but the current path: every execution starts anew ("stateless").
//
// The races of a step that is blocked are looked for as well, at the end: where it was
// enabled once, somebody else took what it waits for.
//
// A failed compare-and-swap, a kick that finds a token, a drain that finds none change
// nothing and count as reads. This is sound because dependence is asked about steps as they
// were taken, in their place: as long as only independent steps are exchanged,
// nobody writes the object between, and the same attempt fails again.
//
// # Spinning
//
// A thread that yields waits until something that it read, since its last change or
// yield, has been changed by another. A round that would read the same again leads to the
// state where it began; leaving it out leaves nothing out. If nobody ever
// changes it, that is a deadlock, and reported as one.
//
// # What it does not see
//
//   - what does not go through internal/atom and internal/park: other atomics (package
//     cause has one), maps, and variables shared by scenario code. Those run as part of
//     the step before them. A channel operation of other code that blocks, blocks the
//     search; for a sleeper's channel there is Env.Receive;
//   - goroutines that a scenario or the code under it starts with go. The exception
//     is a callback of context.AfterFunc on a [Context], of one step;
//   - choices by random numbers, map order or a select of the code's own. They must not
//     change the steps, or must be made by Env.Choose;
//   - the memory model's weaker promises: plain memory that is not atom.Guarded is
//     taken to be as the last writer left it;
//   - what time is: a timer may fire at any moment after it was made, in any order;
//   - more threads and operations than the scenario has.
package explore
