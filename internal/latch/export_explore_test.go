//go:build explore

package latch

// The scenarios of this package look inside a Lock.
func init() { Whole = false }

// SetPatience is for scenarios, which set it first.
func SetPatience(n int) { patience = n }

// ShowWord is for reports.
func ShowWord(v any) string {
	if w, ok := v.(uint32); ok {
		return name(w)
	}
	return ""
}
