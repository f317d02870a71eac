package mutants

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// root is the root module, as seen from here.
const root = "../../.."

// Every mutant still fits the source: its old text occurs once. (Whether it is caught, `make
// mutants` says.)
func TestMutantsFitTheSource(t *testing.T) {
	ms, err := Load(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range ms {
		if _, err := m.Overlay(root, t.TempDir()); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
		if _, err := os.Stat(filepath.Join(root, m.Package)); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
	}
}

// module writes a module with one function, and a test of it.
func module(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.org/m\n\ngo 1.26\n",
		"a.go":   "package m\n\nfunc next(n int) int {\n\treturn n + 1\n}\n\nfunc other(n int) int {\n\treturn n * 1\n}\n\n// same\n// same\n",
		"a_test.go": `package m

import "testing"

func TestNext(t *testing.T) {
	t.Run("of 1", func(t *testing.T) {
		if next(1) != 2 {
			t.Error("wrong")
		}
	})
}
func TestOther(t *testing.T)  { other(1) }
func TestBroken(t *testing.T) { t.Error("always") }
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GOWORK", "off")
	return dir
}

// The verdicts: only a test that fails because of the mutant is a catch.
func TestVerdicts(t *testing.T) {
	r, err := NewRunner(module(t))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, c := range []struct {
		name, run, old, new string
		killed              bool
		by                  string // its beginning
	}{
		{"caught", "^TestNext$", "\treturn n + 1\n", "\treturn n + 2\n", true, "TestNext/of_1"},
		{"hangs", "^TestNext$", "\treturn n + 1\n", "\tselect {}\n", true, "TestNext/of_1: hangs"},
		{"panics", "^TestNext$", "\treturn n + 1\n", "\tpanic(n)\n", true, "TestNext/of_1"},
		{"survives", "^TestOther$", "\treturn n * 1\n", "\treturn n * 2\n", false, "no test failed"},
		{"another test's", "^TestOther$", "\treturn n + 1\n", "\treturn n + 2\n", false, "no test failed"},
		{"no Go", "^TestNext$", "\treturn n + 1\n", "\treturn m + 1\n", false, "it does not build"},
		{"gone", "^TestNext$", "\treturn n - 1\n", "", false, "the old text occurs 0 times"},
		{"twice", "^TestNext$", "// same\n", "", false, "the old text occurs 2 times"},
		{"no test", "^TestNone$", "\treturn n + 1\n", "\treturn n + 2\n", false, "no test matches"},
		{"fails anyway", "^TestBroken$", "\treturn n + 1\n", "\treturn n + 2\n", false, "without it, too: TestBroken"},
	} {
		v := r.Run(context.Background(), &Mutant{Name: "m", File: "a.go", Old: c.old, New: c.new,
			Test: Test{Package: ".", Run: c.run, Timeout: 2 * time.Second}})
		if v.Killed != c.killed || !strings.HasPrefix(v.By, c.by) {
			t.Errorf("%s: caught %v by %q, want %v, %q", c.name, v.Killed, v.By, c.killed, c.by)
		}
	}
}

// What is wrong with a file is told, with its name.
func TestFilesAreChecked(t *testing.T) {
	const good = "Why.\n\nfile: a.go\nlayer: tables\npackage: .\n-- old --\na\n-- new --\nb\n"
	for _, c := range []struct{ old, new, want string }{
		{"", "", ""},
		{"-- new --\nb\n", "", "two sections"},
		{"file: a.go\n", "", "wants a reason"},
		{"layer: ", "lair: ", "unknown line"},
		{"package: .\n", "package: .\ntimeout: soon\n", "duration"},
		{"\nb\n", "\na\n", "changes nothing"},
	} {
		dir := t.TempDir()
		os.MkdirAll(filepath.Join(dir, Dir), 0o700)
		if err := os.WriteFile(filepath.Join(dir, Dir, "m.txt"), []byte(strings.Replace(good, c.old, c.new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		ms, err := Load(dir)
		if c.want == "" {
			if err != nil || ms[0].Name != "m" || ms[0].Why != "Why." || ms[0].Old != "a\n" || ms[0].Timeout != time.Minute {
				t.Errorf("%+v, %v", ms, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "m.txt") {
			t.Errorf("%q for %q: %v", c.new, c.old, err)
		}
	}
	if _, err := Load(t.TempDir()); err == nil {
		t.Error("no mutants, and no error")
	}
}
