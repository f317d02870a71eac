package bench

import (
	"context"

	"github.com/rouse-go/rouse/osbridge"
	"github.com/rouse-go/rouse/osbridge/waitaddr"
	"github.com/rouse-go/rouse/waitcell"
)

// bridges are the waits of package osbridge, which are for goroutines that are locked to their threads, and
// so have only the rows of those: as they are, and always asleep in the kernel.
func bridges() []primitive {
	skip := ""
	if waitaddr.Backend() == "portable" {
		skip = "no thread can sleep on an address here"
	}
	bridge := func(name string, p osbridge.Policy) primitive {
		return primitive{
			name:       name,
			ours:       true,
			skip:       skip,
			lockedPair: func(ctx context.Context) pair { return bridgePair(ctx, p) },
			lockedSignal: func() signal {
				c := new(waitcell.Cell)
				return signal{wake: func() { c.Wake() }, wait: func() { p.Wait(background, c) }}
			},
		}
	}
	return []primitive{
		bridge("osbridge.Wait", osbridge.Policy{}),
		bridge("osbridge.Wait, kernel only", osbridge.Policy{Spin: -1, Kernel: osbridge.Forever}),
	}
}

func bridgePair(ctx context.Context, p osbridge.Policy) pair {
	var (
		x, y waitcell.Cell
		ball ball
	)
	return pair{
		ping: func(n int) (bad int) {
			for range n {
				ball++
				x.Wake()
				if p.Wait(ctx, &y) != nil {
					bad++
				}
				bad += int(ball & 1)
			}
			return bad
		},
		pong: func(n int) (bad int) {
			for range n {
				if p.Wait(ctx, &x) != nil {
					bad++
				}
				ball++
				bad += int(ball & 1)
				y.Wake()
			}
			return bad
		},
	}
}
