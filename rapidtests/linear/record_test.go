package linear

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A history is what several goroutines did. Its clock counts beginnings and ends of calls.
type history struct {
	clock atomic.Int64
	mu    sync.Mutex
	ops   []porcupine.Operation
	wg    sync.WaitGroup
	start chan struct{}
	seed  uint64
}

func newHistory(seed uint64) *history { return &history{start: make(chan struct{}), seed: seed} }

// An actor is one of the goroutines.
type actor struct {
	*history
	*rand.Rand
	id  int
	ops []porcupine.Operation
}

// actor starts a goroutine; all begin at once, by run.
func (h *history) actor(id int, f func(*actor)) {
	h.wg.Go(func() {
		a := &actor{history: h, Rand: rand.New(rand.NewPCG(h.seed, uint64(id))), id: id}
		<-h.start
		f(a)
		h.mu.Lock()
		h.ops = append(h.ops, a.ops...)
		h.mu.Unlock()
	})
}

func (h *history) run() {
	close(h.start)
	h.wg.Wait()
}

// call notes one operation that f carries out, and returns its output.
func (a *actor) call(input any, f func() any) any {
	if a.IntN(3) == 0 {
		runtime.Gosched() // so that short histories are mixed on few processors, too
	}
	began := a.clock.Add(1)
	output := f()
	a.note(input, output, began, a.clock.Add(1))
	return output
}

func (a *actor) note(input, output any, began, ended int64) {
	a.ops = append(a.ops, porcupine.Operation{ClientId: a.id, Input: input, Output: output, Call: began, Return: ended})
}

// linearizable reports whether there is an order that explains the history.
func (h *history) linearizable(t *testing.T, m porcupine.Model) bool {
	t.Helper()
	switch porcupine.CheckOperationsTimeout(m, h.ops, time.Minute) {
	case porcupine.Ok:
		return true
	case porcupine.Unknown:
		t.Fatalf("a history of %d operations that is too long to check", len(h.ops))
	}
	return false
}

// String lists the operations in the order in which they began.
func (h *history) String() string {
	ops := slices.SortedFunc(slices.Values(h.ops), func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	var b strings.Builder
	for _, o := range ops {
		fmt.Fprintf(&b, "%4d-%-4d goroutine %d: %+v = %v\n", o.Call, o.Return, o.ClientId, o.Input, o.Output)
	}
	return b.String()
}

// rounds is how many histories are recorded of a structure that is believed to be right.
func rounds(t *testing.T) uint64 {
	if testing.Short() {
		return 500
	}
	return 5000
}

// enough is how many are recorded of a broken one before it counts as not caught.
const enough = 20000

// accept records and checks histories.
func accept(t *testing.T, m porcupine.Model, record func(seed uint64) *history) {
	t.Helper()
	n := 0
	for seed := range rounds(t) {
		h := record(seed)
		if n += len(h.ops); !h.linearizable(t, m) {
			t.Fatalf("round %d is not linearizable:\n%v", seed, h)
		}
	}
	t.Logf("%d histories, %d operations", rounds(t), n)
}

// refute records until a history is not linearizable.
func refute(t *testing.T, m porcupine.Model, record func(seed uint64) *history) {
	t.Helper()
	for seed := range uint64(enough) {
		if h := record(seed); !h.linearizable(t, m) {
			t.Logf("caught in history %d", seed+1)
			return
		}
	}
	t.Error("not caught")
}

// refuteForged changes outputs of right histories, one at a time, and wants most of those that forge changes
// to be refuted, and of each kind one at least. (Some changes give another history that could be.)
func refuteForged(t *testing.T, m porcupine.Model, record func(seed uint64) *history, forge func(porcupine.Operation) (forged porcupine.Operation, kind string)) {
	t.Helper()
	forged, refuted := map[string]int{}, map[string]int{}
	for seed := range uint64(20) {
		h := record(seed)
		for i, was := range h.ops {
			o, kind := forge(was)
			if kind == "" {
				continue
			}
			h.ops[i] = o
			forged[kind]++
			if !h.linearizable(t, m) {
				refuted[kind]++
			}
			h.ops[i] = was
		}
	}
	t.Logf("forged %v, refuted %v", forged, refuted)
	for kind, n := range forged {
		if refuted[kind]*2 < n {
			t.Errorf("%s: %d forged histories, %d refuted", kind, n, refuted[kind])
		}
	}
	if len(forged) == 0 {
		t.Error("nothing was forged")
	}
}
