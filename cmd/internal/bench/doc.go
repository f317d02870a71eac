// Package bench measures every primitive of rouse beside what one would use
// instead, all in one interleaved run.
//
// A [Scenario] is a job with several ways to do it, the first of which is what the
// others are compared with. In every round each way runs for a short while, soon after the
// one before it, and the ratio is taken within the round: a machine that is slower in
// one second than in the next does not bend it.
//
// Where things are:
//
//	bench.go     Scenario, Way, and B, which a way is handed
//	run.go       the rounds
//	report.go    what a run found, and its JSON; header.go: on which machine
//	table.go     the report for a terminal; compare.go: beside an older one; list.go
//	html.go      the report as a page; chart.go: its pictures
//	jobs.go      the table of jobs; a harness each: turns.go, handover.go, events.go, keys.go,
//	             broadcast.go, storm.go, latency.go, memory.go,
//	             locks.go, calls.go
//	ways.go      the table of primitives; a file each: channel.go, cell.go, queue.go,
//	             bridge.go, parkinglot.go ...
//
// To add a primitive, write a file like cell.go, and name its function in ways.go.
package bench
