// Package linear has tests only. They record what real threads under stress did with a structure, when
// each call began and ended and what it returned, and look for an order of the operations in which a
// model of one thread returns the same: linearizability. The search is porcupine's.
//
// A call that blocks is two operations, entering the line and leaving it, each somewhere
// between the call and its return. A history is short, for the search grows with what
// overlaps; there are many of them. What has keys is checked by key.
package linear
