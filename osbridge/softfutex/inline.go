package softfutex

// Nothing here is used by name. The generic code of internal/lot is compiled here, and the compiler
// inlines atomics only in packages that import them themselves: see internal/lot.
import _ "sync/atomic"
