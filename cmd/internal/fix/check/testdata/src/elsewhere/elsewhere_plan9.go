package elsewhere

import "sync"

var d = sync.NewCond(&sync.Mutex{})
