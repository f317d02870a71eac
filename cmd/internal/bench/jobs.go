package bench

import (
	"context"
	"fmt"
)

// A job is a row of the table of what is measured. It becomes a Scenario when it is known
// with how many Ps, and which primitives do it.
type job struct {
	name string
	what string
	base string // the primitive that the others are compared with
	unit string // "" is "ns"
	each bool   // with each GOMAXPROCS; else with the last of them
	huge bool   // so many goroutines that the collector is slower ever after
	way  func(primitive) func(*B)
}

// jobs is what is measured, in order.
func jobs() []job {
	all := []job{
		{name: "wake/stored", base: "chan (cap 1)",
			what: "a wake, while one is stored already and nobody waits",
			way:  func(p primitive) func(*B) { return p.stored }},
		{name: "wake/nobody", base: "sync.Cond",
			what: "a wake that is not stored, while nobody waits",
			way:  func(p primitive) func(*B) { return p.nobody }},
		{name: "wake/wait", base: "chan (cap 1)",
			what: "one goroutine wakes, then waits",
			way:  func(p primitive) func(*B) { return p.wakeWait }},
		{name: "roundtrip/plain", base: "chan (cap 1)", each: true,
			what: "two goroutines take turns; no wait can be cancelled",
			way:  func(p primitive) func(*B) { return turns(p.pair, plain) }},
		{name: "roundtrip/context", base: "chan (cap 1)", each: true,
			what: "two goroutines take turns; every wait can be cancelled",
			way:  func(p primitive) func(*B) { return turns(p.pairContext, cancellable) }},
		{name: "roundtrip/locked", base: "chan (cap 1)", each: true,
			what: "two goroutines locked to their threads take turns",
			way:  func(p primitive) func(*B) { return turns(p.onThreads().pair, locked) }},
		{name: "latency", base: "chan (cap 1)", unit: "ns p50",
			what: "from before the wake until the waiter runs",
			way:  func(p primitive) func(*B) { return latency(p.signal, plain) }},
		{name: "latency/locked", base: "chan (cap 1)", unit: "ns p50",
			what: "from before the wake until the waiter runs, both on threads of their own",
			way:  func(p primitive) func(*B) { return latency(p.onThreads().signal, locked) }},
		{name: "handover/waiters=100", base: "chan (cap 0)",
			what: "one goroutine wakes one of 100 that wait; that one answers, and waits again",
			way:  func(p primitive) func(*B) { return handover(p, 100) }},
		{name: "events/producers=1", base: "chan (cap 1)",
			what: "one event: a goroutine posts, another accounts for it",
			way:  func(p primitive) func(*B) { return fanIn(p.events, 1) }},
		{name: "events/producers=8", base: "chan (cap 1)",
			what: "one event: any of 8 goroutines posts, another accounts for it",
			way:  func(p primitive) func(*B) { return fanIn(p.events, 8) }},
		{name: "keys/deliver", base: "chan in a map",
			what: "one goroutine registers a key, delivers its value and receives it",
			way:  func(p primitive) func(*B) { return deliver(p.keys) }},
		{name: "keys/roundtrip", base: "chan in a map", each: true,
			what: "a goroutine registers a key and asks, another one answers it by its key",
			way:  func(p primitive) func(*B) { return ask(p.keys) }},
		{name: "call/callers=1", base: "thunks by chan", each: true,
			what: "a goroutine has a function run on a thread, and waits for its end",
			way:  func(p primitive) func(*B) { return calls(p.caller, 1) }},
		{name: "call/callers=8", base: "thunks by chan", each: true,
			what: "any of 8 goroutines has a function run on a thread, and waits for its end",
			way:  func(p primitive) func(*B) { return calls(p.caller, 8) }},
		{name: "lock/alone", base: "sync.Mutex",
			what: "a lock and an unlock, of a mutex that nobody else wants",
			way:  func(p primitive) func(*B) { return p.lockAlone }},
		{name: "lock/goroutines=8", base: "sync.Mutex", each: true,
			what: "a lock and an unlock, of a mutex that 8 goroutines want all the time; 20 additions while it is held",
			way:  func(p primitive) func(*B) { return crowded(p.lock, 8) }},
	}
	for n := 1; n <= 100_000; n *= 10 {
		all = append(all, job{name: fmt.Sprintf("broadcast/waiters=%d", n), base: "close(chan)", huge: n > 1000,
			what: fmt.Sprintf("%d waiters are woken at once, and wait again", n),
			way:  func(p primitive) func(*B) { return broadcast(p, n) }})
	}
	return append(all,
		job{name: "cancel/timeout", base: "chan (cap 1)",
			what: "a wait that times out after a nanosecond",
			way:  func(p primitive) func(*B) { return p.timeout }},
		job{name: "cancel/storm=10", base: "chan (cap 1)",
			what: "10 waiters are cancelled at once; until the last has returned",
			way:  func(p primitive) func(*B) { return storm(p.storm, 10) }},
		job{name: "cancel/storm=10000", base: "chan (cap 1)", huge: true,
			what: "10,000 waiters are cancelled at once; until the last has returned",
			way:  func(p primitive) func(*B) { return storm(p.storm, 10_000) }},
		job{name: "memory/fresh", base: "chan (cap 1)", unit: "B",
			what: "the heap that an object takes which nobody has waited on yet",
			way:  func(p primitive) func(*B) { return weigh(p, false) }},
		job{name: "memory/used", base: "chan (cap 1)", unit: "B",
			what: "the heap that an object takes which somebody has slept on",
			way:  func(p primitive) func(*B) { return weigh(p, true) }},
		job{name: "memory/parked", base: "close(chan)", unit: "B", huge: true,
			what: "heap and stack, the goroutine's own too, of each of 10,000 that wait",
			way:  func(p primitive) func(*B) { return weighParked(p, 10_000) }},
	)
}

// Scenarios are all jobs, with GOMAXPROCS as given: round trips with each, the rest with the last.
func Scenarios(cpus []int) []*Scenario {
	var all []*Scenario
	prims := primitives()
	for _, j := range jobs() {
		procs := cpus[len(cpus)-1:]
		if j.each {
			procs = cpus
		}
		for _, cpu := range procs {
			s := &Scenario{Name: j.name, What: j.what, Unit: j.unit, CPU: cpu, Huge: j.huge}
			if j.each {
				s.Name += fmt.Sprintf("/P=%d", cpu)
			}
			if s.Unit == "" {
				s.Unit = "ns"
			}
			for _, p := range prims {
				run := j.way(p)
				if run == nil {
					continue
				}
				w := Way{Name: p.name, Ours: p.ours, Skip: p.skip, Run: run}
				if p.name == j.base {
					s.Ways = append([]Way{w}, s.Ways...)
				} else {
					s.Ways = append(s.Ways, w)
				}
			}
			all = append(all, s)
		}
	}
	return all
}

// mode is what kind of goroutine waits, and how.
type mode int

const (
	plain mode = iota
	cancellable
	locked
)

// context is what a wait gets in this mode.
func (m mode) context(b *B) context.Context {
	if m == cancellable {
		return b.ctx
	}
	return context.Background()
}
