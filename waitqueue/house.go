package waitqueue

import (
	"math/bits"
	"sync"

	"github.com/rouse-go/rouse/internal/atom"
	"github.com/rouse-go/rouse/internal/park"
)

const keep = 64 // nodes that stay; when more are needed, they are left to the garbage collector's mercy

// A house is the nodes of a queue: keep of them that stay, and a pool for more.
//
// Each of the first has a bit in two words. It is spare if they agree, and serves if
// they do not. Who takes it turns its bit in out, with the lock held. Who gives it back turns
// its bit in back, in one step and without the lock: by adding the bit, and next time by
// taking it away again, for nobody else touches that bit meanwhile.
type house struct {
	nodes []*node     // (I1) by the number of their bit
	out   uint64      // (I1)
	back  atom.Uint64 // changed by who holds a node that serves, in its bit only (I9)
	pool  *sync.Pool  // of this queue: a node never meets another one. Written once, with the lock held
}

// take returns a spare node, or nil. The lock is held.
func (h *house) take() *node {
	i := bits.TrailingZeros64(^(h.out ^ h.back.Load())) // the lowest: its caches are warm
	if i >= len(h.nodes) {
		return nil
	}
	n := h.nodes[i]
	h.out ^= n.bit // spare -> serves
	n.turn = -n.turn
	return n
}

// another makes a node when none is spare. The lock is held.
func (h *house) another(q *Queue) *node {
	if i := len(h.nodes); i < keep {
		n := newNode(q)
		n.bit, n.turn = 1<<i, 1<<i
		h.nodes = append(h.nodes, n)
		h.out |= n.bit // serves
		return n
	}
	if h.pool == nil {
		h.pool = new(sync.Pool)
	}
	if n, _ := h.pool.Get().(*node); n != nil {
		return n
	}
	return newNode(q)
}

// giveBack makes n, which serves, a spare node. Its registration is over, and so is its kick.
// It needs no lock: who comes by the lock to take n finds the bit, and with it all that
// was done to n before. (I9)
func (h *house) giveBack(n *node) {
	n.next, n.prev = nil, nil // what they point to is not ours to keep
	if n.bit != 0 {
		h.back.Add(n.turn) // serves -> spare
		return
	}
	h.pool.Put(n)
}

// lose gives up n, and puts another in its place. The lock is held.
func (h *house) lose(n *node) {
	if n.bit != 0 {
		m := newNode(n.q)
		m.bit, m.turn = n.bit, n.turn
		h.nodes[bits.TrailingZeros64(n.bit)] = m
		h.giveBack(m) // serves -> spare
	}
}

func newNode(q *Queue) *node {
	s := park.NewSleeper()
	return &node{q: q, sleeper: s, to: s}
}
