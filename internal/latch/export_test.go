package latch

// For the tests of this package.

// State names the word's state.
func (l *Latch) State() string { return name(l.word.Load()) }

func name(word uint32) string {
	switch word {
	case Free:
		return "free"
	case Marked:
		return "marked"
	case held:
		return "held"
	case held | wanted:
		return "wanted"
	case held | wanted | owed:
		return "owed"
	case retired:
		return "retired"
	}
	return "none of the table"
}

// LockTired is Lock, of one who was overtaken so often as it bears.
func (l *Latch) LockTired() bool { return l.wait(patience) }
