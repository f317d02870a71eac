//go:build explore

package lot

// Fairness says whether wakes are fair ones: a search needs the same answer every time.
var Fairness = func() bool { return false }

type fairness struct{}

func (*fairness) due() bool { return Fairness() }
