package lot

// Fair reports whether the wake in progress shall be a fair one: one that hands over
// what is waited for, rather than letting others take it first. Ask once, when there is
// somebody to wake.
func (h *Held[K]) Fair() bool { return h.a.fair.due() }
