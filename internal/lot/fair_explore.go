//go:build explore

package lot

// Fairness says whether wakes are fair ones: a search needs the same answer every time.
var Fairness = func() bool { return false }

func fair(*fairness) bool { return Fairness() }
