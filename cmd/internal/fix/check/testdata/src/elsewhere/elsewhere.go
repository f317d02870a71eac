package elsewhere

import "sync"

var c sync.Cond // want `not replaced: elsewhere_plan9.go, which this build leaves out, has one too`
