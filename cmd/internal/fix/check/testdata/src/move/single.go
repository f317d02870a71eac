package move

import "sync"

var conds = map[string]*sync.Cond{} // want `sync.Cond`

func lookup(waitqueue string) *sync.Cond { // want `sync.Cond`
	return conds[waitqueue]
}
