package linear

import (
	"context"
	"errors"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/rouse-go/rouse/waitqueue"
)

// The model of a Map is that of one key: whose it is, and what was delivered to whom.

// A keyOp is an operation on a key. id is the registration's number within the history, and value
// what is delivered.
type keyOp struct {
	kind       string
	key        int
	id, values int
}

type keyState struct {
	owner     int // the registration that has the key, +1
	delivered [most]int
}

var keyModel = porcupine.Model{
	Partition: func(ops []porcupine.Operation) [][]porcupine.Operation {
		var byKey [keys][]porcupine.Operation
		for _, o := range ops {
			k := o.Input.(keyOp).key
			byKey[k] = append(byKey[k], o)
		}
		return byKey[:]
	},
	Init: func() any { return keyState{} },
	Step: func(state, input, output any) (bool, any) {
		s, o := state.(keyState), input.(keyOp)
		switch o.kind {
		case "register":
			if output == "duplicate" {
				return s.owner != 0, s
			}
			free := s.owner == 0
			s.owner = o.id + 1
			return free, s
		case "wake":
			if output == false {
				return s.owner == 0, s
			}
			if s.owner == 0 {
				return false, s
			}
			s.delivered[s.owner-1], s.owner = o.values, 0
			return true, s
		case "wait": // its output: the value, or 0 if it was cancelled first
			if output == 0 {
				mine := s.owner == o.id+1
				s.owner = 0
				return mine, s
			}
			return output == s.delivered[o.id], s
		}
		panic(o.kind)
	},
}

const keys = 3

// A mapped is a Map, or one that is wrong.
type mapped interface {
	Register(int) (*waitqueue.Ticket[int, int], error)
	Wake(int, int) bool
}

// recordMap lets three register keys and wait for them, and two deliver.
func recordMap(m mapped, seed uint64) *history {
	h := newHistory(seed)
	for i := range 3 {
		h.actor(i, func(a *actor) {
			for n := range 6 {
				o := keyOp{kind: "register", key: a.IntN(keys), id: i*6 + n}
				var ticket *waitqueue.Ticket[int, int]
				if a.call(o, func() any {
					t, err := m.Register(o.key)
					if errors.Is(err, waitqueue.ErrDuplicate) {
						return "duplicate"
					}
					ticket = t
					return "mine"
				}) == "duplicate" {
					continue
				}
				o.kind = "wait"
				a.call(o, func() any {
					ctx, cancel := context.WithCancel(context.Background())
					if a.IntN(2) == 0 {
						cancel()
					} else {
						go cancel() // it comes beside the delivery
					}
					v, _ := ticket.Wait(ctx)
					return v
				})
			}
		})
	}
	for i := range 2 {
		h.actor(3+i, func(a *actor) {
			for n := range 10 {
				o := keyOp{kind: "wake", key: a.IntN(keys), values: 100*(i+1) + n}
				a.call(o, func() any { return m.Wake(o.key, o.values) })
			}
		})
	}
	h.run()
	return h
}

func TestMapIsLinearizable(t *testing.T) {
	accept(t, keyModel, func(seed uint64) *history { return recordMap(new(waitqueue.Map[int, int]), seed) })
}

// wrongMap delivers to the wrong one if the key is even, or says that it delivered when it did not.
type wrongMap struct {
	waitqueue.Map[int, int]
	boasts bool
}

func (m *wrongMap) Wake(key, v int) bool {
	if m.boasts {
		m.Map.Wake(key, v)
		return true
	}
	return m.Map.Wake(key, v&^1)
}

func TestWrongMapsAreCaught(t *testing.T) {
	for name, boasts := range map[string]bool{"changes the value": false, "boasts": true} {
		t.Run(name, func(t *testing.T) {
			refute(t, keyModel, func(seed uint64) *history { return recordMap(&wrongMap{boasts: boasts}, seed) })
		})
	}
}

func TestForgedMapHistoriesAreRefuted(t *testing.T) {
	refuteForged(t, keyModel, func(seed uint64) *history { return recordMap(new(waitqueue.Map[int, int]), seed) },
		func(o porcupine.Operation) (porcupine.Operation, string) {
			switch out := o.Output.(type) {
			case bool:
				if out {
					o.Output = false
					return o, "a wake that delivered"
				}
			case int:
				if out != 0 {
					o.Output = out + 1000
					return o, "a value"
				}
			}
			return o, ""
		})
}
