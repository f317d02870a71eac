package clash

import (
	"io"
	"sync"
)

type conn struct {
	io.Closer
	*sync.Cond // want `type conn embeds it, and has another Close`
}
