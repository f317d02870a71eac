package exported

import "sync"

type T struct {
	mu sync.Mutex
	C  *sync.Cond // want `sync.Cond, which is not replaced: it is part of the exported API, by T.C`
}
