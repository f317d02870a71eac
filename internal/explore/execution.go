//go:build explore

package explore

import (
	"fmt"
	"slices"

	"github.com/rouse-go/rouse/internal/atom"
)

// An event is a step that was taken.
type event struct {
	thread *Thread
	n      int32 // which of its thread's
	op     Op
	choice int
	acc    []access
	order  clock // what it depends on, itself included
}

// An access is an event's part in one object.
type access struct {
	obj   *object
	wrote bool
	after state
}

// follows reports whether e depends on f, by way of others maybe.
func (e *event) follows(f *event) bool { return e.order[f.thread.id] >= f.n }

// took reports whether e received from its k-th object.
func (e *event) took(k int) bool {
	return e.op == atom.Receive || e.op == atom.Select && e.choice == k
}

// An execution is one run of a scenario from its start. It is used again for the next
// one: what it is made of is kept.
type execution struct {
	threads   []*Thread
	objects   []*object
	events    []event
	accesses  []access // the events'
	current   *Thread
	expected  *callback
	unwinding bool
	failure   *Failure
	outcome   string
	parts     []part
	check     func()
	report    // of one that is traced

	kept struct {
		threads    []*Thread
		objects    []*object
		coroutines []*coroutine // those not in use
	}
}

// reset makes x ready for another run.
func (x *execution) reset() {
	kept := x.kept
	*x = execution{
		threads:  x.threads[:0],
		objects:  x.objects[:0],
		events:   x.events[:0],
		accesses: x.accesses[:0],
		parts:    x.parts[:0],
		report:   report{tracing: x.tracing},
	}
	x.kept = kept
}

// newThread adds a thread, made by the one that runs.
func (x *execution) newThread(name string) *Thread {
	n := len(x.threads)
	if n == maxThreads {
		panic(fmt.Sprintf("explore: more than %d threads", maxThreads))
	}
	if n == len(x.kept.threads) {
		x.kept.threads = append(x.kept.threads, new(Thread))
	}
	t := x.kept.threads[n]
	*t = Thread{id: n, name: name, seen: t.seen[:0]}
	x.threads = append(x.threads, t)
	return t
}

// start runs the new threads, those from the i-th on, to their first steps. What their
// maker did comes before what they do.
func (x *execution) start(i int, maker *Thread) {
	for ; i < len(x.threads); i++ {
		t := x.threads[i]
		if maker != nil {
			t.order, t.sync = maker.order, maker.sync
		}
		if t.run != nil {
			x.current = t
			t.resume()
		}
	}
	x.current = nil
}

// ready returns the threads that can take their next step.
func (x *execution) ready() (s set) {
	for _, t := range x.threads {
		if !t.over && t.next.options(now{}) != 0 {
			s = s.with(t.id)
		}
	}
	return s
}

// step lets t take its next step, and returns the event.
func (x *execution) step(t *Thread, choice int) *event {
	r := t.next
	wrote := r.writes(choice)
	if x.tracing {
		x.traceBefore(t, &r, choice)
	}
	t.steps++
	t.choice, t.changed = choice, true
	threads := len(x.threads)
	x.current = t
	t.resume()
	x.current = nil
	if mayFail(r.op) && !t.changed {
		wrote = 0
	}

	x.events = append(x.events, event{thread: t, n: t.steps, op: r.op, choice: choice})
	e := &x.events[len(x.events)-1]
	e.acc = x.accessesOf(&r, wrote)
	t.order[t.id] = e.n
	e.order = t.order
	for _, a := range e.acc {
		e.order.join(&a.obj.written)
		if a.wrote {
			e.order.join(&a.obj.read)
		}
	}
	t.order = e.order
	for k := range e.acc {
		a := &e.acc[k]
		o := a.obj
		if a.wrote {
			o.now = state{o.now.version + 1, o.after(r.op)}
			o.written, o.read = e.order, clock{}
		} else {
			o.read.join(&e.order)
		}
		a.after = o.now
		o.events = append(o.events, int32(len(x.events)-1))
	}
	t.look(e)
	if other, race := synchronize(e); race {
		x.fail("data race", fmt.Sprintf("step %d (%s by %s) and step %d (%s by %s) touch the same plain field, and nothing orders them",
			x.find(other), x.events[x.find(other)-1].op, x.threads[other.thread].name, len(x.events), e.op, t.name))
	}
	if x.tracing {
		x.traceAfter(e)
	}
	x.start(threads, t)
	return e
}

// accessesOf returns the objects of r, and which of them it changes.
func (x *execution) accessesOf(r *request, wrote set) []access {
	n := len(x.accesses)
	for k, o := range r.on {
		if o != nil {
			x.accesses = append(x.accesses, access{obj: o, wrote: wrote.has(k)})
		}
	}
	for _, s := range r.seen {
		x.accesses = append(x.accesses, access{obj: s.obj})
	}
	return x.accesses[n:len(x.accesses):len(x.accesses)]
}

// look remembers what t has read since it last changed something or yielded, and if t is
// about to yield, that is what it waits to see changed.
func (t *Thread) look(e *event) {
	t.remember(e)
	if !t.over && t.next.op == atom.Yield {
		t.next.seen = slices.Clone(t.seen)
	}
}

func (t *Thread) remember(e *event) {
	for _, a := range e.acc {
		if a.wrote || e.op == atom.Yield {
			t.seen = t.seen[:0]
			return
		}
	}
next:
	for _, a := range e.acc {
		for i := range t.seen {
			if t.seen[i].obj == a.obj {
				t.seen[i].version = a.after.version
				continue next
			}
		}
		t.seen = append(t.seen, sight{a.obj, a.after.version})
	}
}

// find returns the number, from 1, of a step.
func (x *execution) find(s stamp) int {
	for i, e := range x.events {
		if e.thread.id == s.thread && e.n == s.n {
			return i + 1
		}
	}
	return 0
}

// fail notes the first thing that went wrong.
func (x *execution) fail(kind, what string) {
	if x.failure == nil {
		x.failure = &Failure{Kind: kind, What: what}
	}
}

// finish is called when no thread can take a step any more.
func (x *execution) finish(legal []string) {
	what := ""
	for _, t := range x.threads {
		if t.over || t.daemon {
			continue
		}
		x.asleep = append(x.asleep, t)
		if !t.maySleep {
			what += fmt.Sprintf(" %s (at its %s)", t.name, t.next.op)
		}
	}
	if what != "" {
		x.fail("LOST WAKEUP", "nobody can take a step, and these have not ended:"+what)
		return
	}
	for _, p := range x.parts {
		if x.outcome != "" {
			x.outcome += " "
		}
		x.outcome += fmt.Sprintf("%s=%v", p.name, p.f())
	}
	if x.check != nil {
		x.check()
	}
	if legal != nil && !slices.Contains(legal, x.outcome) {
		x.fail("illegal outcome", x.outcome)
	}
}

// unwind ends the threads that have not ended.
func (x *execution) unwind() {
	x.unwinding = true
	for _, t := range x.threads {
		x.current = t
		switch {
		case t.over || t.do != nil:
		case t.call != nil:
			t.call.resumed <- false
		default:
			for !t.run.resume() {
			}
		}
		if t.run != nil && !t.run.gone {
			x.kept.coroutines = append(x.kept.coroutines, t.run)
		}
	}
	x.current = nil
}

// stop ends the goroutines that were kept.
func (x *execution) stop() {
	for _, co := range x.kept.coroutines {
		co.stop()
	}
}
