package doorbell

// Nothing here is used by name: atomics come from internal/atom. But the
// compiler (Go 1.26) rates a call of a method of sync/atomic as a real call in a
// package that does not import sync/atomic itself, and Publish is then too dear to inline.
// TestPublishInlines sees it.
import _ "sync/atomic"
