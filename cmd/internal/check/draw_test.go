package check

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A drawing is XML, has a box for each step in its thread's lane, says who sleeps, and takes
// no name for markup.
func TestDrawing(t *testing.T) {
	var b strings.Builder
	err := Draw(&b, "a <b> & c", &Failure{Kind: "LOST WAKEUP", What: "nobody can take a step", Steps: []Step{
		{Thread: "get", Op: "load", Object: "q.Queue.closed", Before: "false", After: "false", At: "bounded/bounded.go:59"},
		{Thread: "close", Op: "store", Object: "q.Queue.closed", Before: "false", After: "true", At: "bounded/bounded.go:99"},
		{Thread: "get", Op: "cas", Object: "word", Before: "0x0", After: "<&>", At: "waitqueue/node.go:72"},
		{Thread: "get", Op: "receive", Object: "channel#1", After: "sleeps", Asleep: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	s := b.String()
	d := xml.NewDecoder(strings.NewReader(s))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, s)
		}
	}
	for want, n := range map[string]int{
		"<rect ":                      4,
		`<rect class="sleeps"`:        1,
		`<rect class="changes"`:       2,
		`class="lane"`:                2,
		`<line class="asleep"`:        1,
		`<path class="turn"`:          2,
		"a &lt;b&gt; &amp; c</text>":  1,
		"store Queue.closed → true":   1,
		"prefers-color-scheme: dark":  1,
		`x="56" y="97" width="288"`:   1, // the first step, in the first lane
		`x="356" y="121" width="288"`: 1, // the second, in the second
	} {
		if got := strings.Count(s, want); got != n {
			t.Errorf("%d times %s, want %d:\n%s", got, want, n, s)
		}
	}
}

func TestShort(t *testing.T) {
	for in, want := range map[string]string{"": "", "abcd": "abcd", "abcde": "abc…", "ααααα": "ααα…"} {
		if got := short(in, 4); got != want {
			t.Errorf("short(%q) = %q, want %q", in, got, want)
		}
	}
}
