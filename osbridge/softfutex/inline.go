package softfutex

// Nothing here is used by name. The compiler (Go 1.26) rates the call of a method of another
// package as a real call in a package that does not import that one itself, also where both stand in
// what is inlined; the fast paths of package lot are then too dear to inline.
import (
	_ "sync/atomic"

	_ "github.com/rouse-go/rouse/internal/latch"
)
