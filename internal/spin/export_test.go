package spin

// For the tests of this package.
const (
	Enough   = enough
	Clock    = clock
	Late     = late
	Part     = part
	First    = first
	Patience = patience
	Try      = try
	More     = more
)

var CrowdedOf = crowded

// Unquiet ends the quiet.
func Unquiet() { quiet.Store(0) }
