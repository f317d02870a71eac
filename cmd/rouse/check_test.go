package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The scenarios of a structure, chosen by their operations, with the sum of what was visited.
func TestCheckOfAStructure(t *testing.T) {
	stdout, stderr, code := rouse("check", "bounded", "cancel")
	if code != 0 || stderr != "" || strings.Count(stdout, "\n") != 2 ||
		!strings.Contains(stdout, "get,cancel,get,put") || !strings.Contains(stdout, "1 scenarios, ") ||
		!strings.HasSuffix(stdout, "every interleaving visited, no failure\n") {
		t.Errorf("code %d, stderr %q, stdout:\n%s", code, stderr, stdout)
	}
}

// A mutant: what is changed and why that is wrong, the steps, and a drawing.
func TestCheckOfAMutant(t *testing.T) {
	svg := filepath.Join(t.TempDir(), "m.svg")
	stdout, stderr, code := rouse("check", "-mutant", "park-settle-asks-late", "-svg", svg)
	for _, want := range []string{
		"in internal/park/exposure.go", "- \tover := e.Over(t)", "+ \treturn Drain(c) || e.Over(t)",
		"failed: a token was left behind", "step  thread", "exposure.over", "drawn in " + svg,
	} {
		if code != 0 || stderr != "" || !strings.Contains(stdout, want) {
			t.Errorf("code %d, stderr %q, no %q in:\n%s", code, stderr, want, stdout)
		}
	}
	if drawing, err := os.ReadFile(svg); err != nil || !strings.Contains(string(drawing), "park-settle-asks-late") {
		t.Error(err)
	}
}

func TestCheckTellsWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"check", "teapot"}, `rouse check: "teapot" is neither a structure of the library nor a package: see -list`},
		{[]string{"check", "bounded", "boil"}, "rouse check: no scenario has all of these in its name: bounded boil"},
		{[]string{"check", "-mutant", "none"}, `rouse check: no mutant "none"; there are cell-`},
		{[]string{"check", "-mutant", "cell-closed-by-equality"}, "rouse check: no interleaving shows it: what catches it is the layer"},
	} {
		if _, stderr, code := rouse(c.args...); code != 1 || !strings.HasPrefix(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q: code %d, stderr %q", c.args, code, stderr)
		}
	}
}

// Where there is no source, that is what is said.
func TestCheckWithoutSource(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("GOWORK", "off")
	if _, stderr, code := rouse("check"); code != 1 || !strings.Contains(stderr, "there is none here: run it with Go installed, in a clone of the repository") {
		t.Errorf("code %d, stderr %q", code, stderr)
	}
}

func TestCheckList(t *testing.T) {
	stdout, stderr, code := rouse("check", "-list", "bounded")
	if code != 0 || stderr != "" || !strings.Contains(stdout, "bounded     Interleaving/get,close\n") || !strings.Contains(stdout, "mutant      cell-") {
		t.Errorf("code %d, stderr %q, stdout:\n%s", code, stderr, stdout)
	}
}
