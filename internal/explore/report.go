//go:build explore

package explore

import (
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/rouse-go/rouse/internal/atom"
)

// A report is what is noted of an execution that is traced.
type report struct {
	tracing  bool
	trace    []Step
	asleep   []*Thread // at the end
	labels   []label
	pointers []reflect.Value
	nameless int
}

// A Step is one step of a traced execution; or, at its end, one that is blocked: a thread sleeps.
type Step struct {
	Thread, Op, Object, Before, After, At string
	Asleep                                bool `json:",omitempty"`
}

// label is a name that the scenario gave.
type label struct {
	key  any
	name string
	show func(any) string
}

func (x *execution) traceBefore(t *Thread, r *request, choice int) {
	l := Step{Thread: t.name, Op: string(r.op), At: where(r.pc)}
	if o := r.on[choice&1]; o != nil && r.op != opChoice {
		l.Object, l.Before = x.nameOf(o), x.show(o)
	} else if r.op == opChoice {
		l.After = strconv.Itoa(choice)
	}
	x.trace = append(x.trace, l)
}

func (x *execution) traceAfter(e *event) {
	l := &x.trace[len(x.trace)-1]
	switch {
	case e.op == atom.Yield:
		for _, a := range e.acc {
			l.Object += " " + x.nameOf(a.obj)
		}
		l.Object = "saw a change of" + l.Object
	case len(e.acc) > 0:
		k := 0
		if e.op == atom.Select && len(e.acc) == 2 {
			k = e.choice
		}
		if l.After = x.show(e.acc[k].obj); e.op == atom.CAS && !e.acc[k].wrote {
			l.After = "failed"
		}
	}
}

// show returns what an object holds.
func (x *execution) show(o *object) string {
	v, ok := o.key.(interface{ Peek() any })
	if !ok {
		return map[level]string{low: "empty", high: "token", over: "closed"}[o.now.level]
	}
	for _, l := range x.labels {
		if l.key == o.key && l.show != nil {
			if s := l.show(v.Peek()); s != "" {
				return s
			}
		}
	}
	switch v := v.Peek().(type) {
	case uint32, uint64:
		return fmt.Sprintf("%#x", v)
	case bool:
		if _, ok := o.key.(*atom.Mutex); ok {
			return map[bool]string{false: "free", true: "locked"}[v]
		}
		return fmt.Sprint(v)
	default:
		if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer {
			return x.pointer(r)
		}
		return fmt.Sprint(v)
	}
}

// pointer returns a name for what is pointed to: the n-th of its type.
func (x *execution) pointer(r reflect.Value) string {
	if r.IsNil() {
		return "nil"
	}
	n := 1
	for _, p := range x.pointers {
		if p.Type() == r.Type() {
			if p.Pointer() == r.Pointer() {
				return fmt.Sprintf("%s%d", r.Type().Elem().Name(), n)
			}
			n++
		}
	}
	x.pointers = append(x.pointers, r)
	name := fmt.Sprintf("%s%d", r.Type().Elem().Name(), n)
	if r.Elem().Kind() == reflect.Struct {
		x.nameAll(name, r.Elem(), nil)
	}
	return name
}

func (x *execution) nameOf(o *object) string {
	if o.name == "" {
		for _, l := range x.labels {
			if l.key == o.key {
				return l.name
			}
		}
		x.nameless++
		o.name = fmt.Sprintf("%s#%d", kind(o.key), x.nameless)
	}
	return o.name
}

func kind(key any) string {
	switch key.(type) {
	case <-chan struct{}:
		return "channel"
	case *atom.Mutex:
		return "mutex"
	case interface{ Peek() any }:
		return "variable"
	}
	return "timer"
}

// nameAll names a variable, or those in a struct.
func (x *execution) nameAll(name string, v reflect.Value, show func(any) string) {
	p := reflect.NewAt(v.Type(), v.Addr().UnsafePointer())
	if _, ok := p.Interface().(interface{ Peek() any }); ok {
		key := p.Interface()
		if v.Kind() == reflect.Struct && v.NumField() == 1 && v.Type().Field(0).Anonymous {
			f := v.Field(0) // of a Number it is the Value that steps are about
			key = reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Interface()
		}
		x.labels = append(x.labels, label{key, name, show})
		return
	}
	switch v.Kind() {
	case reflect.Chan:
		c := reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem().Interface()
		if c, ok := c.(chan struct{}); ok && c != nil {
			x.labels = append(x.labels, label{(<-chan struct{})(c), name, nil})
		}
	case reflect.Struct:
		for i := range v.NumField() {
			x.nameAll(name+"."+v.Type().Field(i).Name, v.Field(i), show)
		}
	}
}

// caller returns where a step is taken.
func caller() []uintptr {
	pc := make([]uintptr, 24)
	return pc[:runtime.Callers(3, pc)]
}

// where is the innermost place outside of this package, atom and park; or within.
func where(pc []uintptr) string {
	var inner string
	frames := runtime.CallersFrames(pc)
	for more := len(pc) > 0; more; {
		var f runtime.Frame
		f, more = frames.Next()
		dir, file := filepath.Split(f.File)
		dir = filepath.Base(dir)
		at := fmt.Sprintf("%s/%s:%d", dir, file, f.Line)
		switch dir {
		case "atom", "runtime", "iter":
		case "park", "explore":
			if strings.HasSuffix(file, "_test.go") {
				return at
			}
			if inner == "" {
				inner = at
			}
		default:
			return at
		}
	}
	return inner
}

// steps returns a traced execution, and who sleeps at its end.
func (x *execution) steps() []Step {
	steps := x.trace[:len(x.trace):len(x.trace)]
	for _, t := range x.asleep {
		r := &t.next
		var on []string
		for _, o := range r.on {
			if o != nil {
				on = append(on, x.nameOf(o))
			}
		}
		for _, s := range r.seen {
			on = append(on, x.nameOf(s.obj))
		}
		steps = append(steps, Step{t.name, string(r.op), strings.Join(on, " "), "", "sleeps", where(r.pc), true})
	}
	return steps
}

// table returns the same for people.
func (x *execution) table() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "step\tthread\toperation\tobject\tbefore\tafter\tat")
	steps := x.steps()
	for i, s := range steps {
		if i >= 100 && i < len(x.trace)-200 {
			continue // one that has no end
		}
		n := strconv.Itoa(i + 1)
		if s.Asleep {
			n = "-"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", n, s.Thread, s.Op, s.Object, s.Before, s.After, s.At)
	}
	w.Flush()
	return b.String()
}

// encode writes a path down: a letter for each step's thread, a digit after it where
// the step was not taken in its first way, and *n for n such steps in a row.
func encode(path []node) string {
	var b strings.Builder
	for i := 0; i < len(path); {
		j := i
		for ; j < len(path) && path[j].thread == path[i].thread && path[j].choice == path[i].choice; j++ {
		}
		b.WriteByte('a' + byte(path[i].thread))
		if c := path[i].choice; c > 0 {
			fmt.Fprint(&b, c)
		}
		if j-i > 1 {
			fmt.Fprintf(&b, "*%d.", j-i)
		}
		i = j
	}
	return b.String()
}

// decode is encode's inverse.
func decode(schedule string) (path []node) {
	number := func(i int) (n, next int) {
		for ; i < len(schedule) && '0' <= schedule[i] && schedule[i] <= '9'; i++ {
			n = 10*n + int(schedule[i]-'0')
		}
		return n, i
	}
	for i := 0; i < len(schedule); {
		n := node{thread: int(schedule[i] - 'a')}
		times := 1
		n.choice, i = number(i + 1)
		if i < len(schedule) && schedule[i] == '*' {
			times, i = number(i + 1)
			i++ // the dot
		}
		for range times {
			path = append(path, n)
		}
	}
	return path
}

// replay runs one schedule again, and traces it.
func replay(scenario *Scenario, schedule string) *execution {
	s := newSearch(scenario)
	s.full, s.path, s.x.tracing = true, decode(schedule), true
	defer s.x.stop()
	s.execute()
	return s.x
}
