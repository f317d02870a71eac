// Package explore runs a structure of yours, built on rouse, under every interleaving of
// a small program.
//
// A [Scenario] is a few goroutines that use the structure, and a check of what
// came of it. With the build tag `explore`
//
//	go test -tags explore ./...
//
// [Run] visits every order of their steps that can make a difference, and no enabled
// goroutine while one is unfinished is reported as a LOST WAKEUP, with the schedule step by step
// and a line that replays it. That is a proof for this program, not a sample. Without the
// tag it runs the same scenario as a stress, some thousand times on real threads inside a
// [testing/synctest] bubble: a sample, but one that the race detector can watch, and in which a
// lost wakeup is found too, as a goroutine that sleeps for good.
//
// The structure takes its atomics and its mutex from the package atom beside this one, and
// sleeps in rouse's primitives. docs/tutorial-explore.md in the repository builds a bounded
// queue with a bug in it and finds that; the code is in rapidtests/bounded.
//
// # What it does not see
//
//   - Atomics and locks that do not come from package atom, channels of your own, maps,
//     plain fields: they run as part of the step before them. A step on which another
//     thread would have to wait (a receive from a channel of yours, sync.RWMutex, a
//     select on a subscription's channel) stops the search for good; use [Env.Receive]
//     for a subscription's channel, and subscribe.Any for a select.
//   - Goroutines started with go by the scenario or the structure. Use [Env.Go].
//   - Random numbers, the order of maps, the time. A scenario must do the same each time it is
//     built; [Env.Choose] is for choices.
//   - Data races on fields that are not atom.Guarded: run the same tests under -race
//     without the tag.
//   - The runtime itself, which is taken as correct, and the kernel.
//   - More threads, operations or values than the scenario has. Three threads with two
//     or three operations each find nearly all that there is to find; what needs a fourth is missed.
//
// Go's atomics are sequentially consistent, so there is nothing else to an execution than the
// order of its steps.
//
// The number of executions grows with the steps that touch the same things. Begin with two threads;
// a scenario of three on a structure with one mutex takes seconds, four can take hours.
package explore
