package move

import (
	"sort"
	s "sync"

	"example.com/other"
)

type embeds struct {
	*s.Cond // want `sync.Cond`
	done    bool
}

func newEmbeds(l s.Locker) embeds {
	sort.Ints(nil)
	other.F()
	return embeds{Cond: s.NewCond(l)} // want `sync.NewCond`
}
