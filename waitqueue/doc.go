// Package waitqueue is for any number of waiters: [Queue], a line in which one, some or all
// are woken; [Cond], sync.Cond with contexts, timeouts, a place in a select and a close; and
// [Map], one waiter a key, to whom a value is delivered.
//
// What they have in common: waiters are woken in the order in which they came. A wake whose
// waiter gives up at the same moment is handed on, not lost. A broadcast is one atomic event.
// A close is final, and has a cause. Cancelling one of n waiters takes constant time. No
// code of the user's runs under a lock of this package.
//
// For one waiter, waitcell.Cell is smaller and faster.
//
// # Algorithm
//
// Permits, broadcast by generation and hand-on follow what tokio's Notify and maitake-sync's
// WaitQueue and WaitMap (Eliza Weisman) promise; ticket order follows Go's notifyList. The
// mechanism is a list behind a lock, a word in front of it that lets a wake with nobody there
// go without the lock, and cutting the list off for a broadcast. In a Cond, those who can be
// neither cancelled nor selected on sleep in the runtime's own line, and the books say how many
// of them stand between which waiters of the list. docs/proofs/queue.md has the argument.
package waitqueue
