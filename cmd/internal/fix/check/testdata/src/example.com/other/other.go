package other

import "sync"

func F() {}

func Share() *sync.Cond { return nil }
