//go:build explore

package explore

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

type tt struct{ msg string }

func (t *tt) Fatalf(f string, a ...any) { panic(fmt.Sprintf(f, a...)) }
func bad(p program) (msg string) {
	defer func() {
		if r := recover(); r != nil {
			msg = fmt.Sprint(r)
		}
	}()
	p.agree(&tt{})
	return ""
}

func shrink(p program) program {
	for again := true; again; {
		again = false
		for i := range p {
			for j := range p[i] {
				q := program{}
				for a := range p {
					var c []instruction
					for b := range p[a] {
						if a != i || b != j {
							c = append(c, p[a][b])
						}
					}
					if len(c) > 0 {
						q = append(q, c)
					}
				}
				if bad(q) != "" {
					p, again = q, true
					break
				}
			}
			if again {
				break
			}
		}
	}
	return p
}

// size bounds the interleavings
func size(p program) int {
	n, r := 0, 1
	for _, c := range p {
		for k := range c {
			n++
			r = r * n / (k + 1)
		}
	}
	return r
}

func TestSoak(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 2))
	sets := [][]string{kinds, {"kick", "receive", "drain", "load", "store"}, {"kick", "receive", "cas", "load"}, {"kick", "select", "cancel", "both", "err", "store", "receive"}, {"load", "store", "spin", "store"},
		{"lock", "unlock", "lock", "unlock", "kick", "receive"}, {"lock", "unlock", "spin", "cas", "store"}, {"kick", "receive", "spin", "cas", "store"}, {"both", "kick", "receive", "spin"}}
	start := time.Now()
	n, full, red := 0, 0, 0
	for time.Since(start) < 8*time.Minute {
		p := random(2+rng.IntN(3), 2+rng.IntN(4), sets[rng.IntN(len(sets))], rng.IntN)
		if size(p) > 3000 {
			continue
		}
		if msg := bad(p); msg != "" {
			q := shrink(p)
			t.Fatal(n, q, bad(q))
		}
		n++
	}
	t.Log(n, full, red)
}
