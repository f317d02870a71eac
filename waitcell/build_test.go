package waitcell_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"

	"github.com/rouse-go/rouse/waitcell"
)

// A Cell is small, and its word is where an OS thread can sleep on it: at the beginning.
func TestSize(t *testing.T) {
	if size := unsafe.Sizeof(waitcell.Cell{}); size > 32 {
		t.Errorf("a Cell takes %d bytes, promised are 32", size)
	}
	if waitcell.WordOffset != 0 {
		t.Errorf("the word stands at offset %d, want 0", waitcell.WordOffset)
	}
}

// goTool runs the go command, and skips where there is none.
func goTool(t *testing.T, args ...string) (output string, err error) {
	t.Helper()
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("skipped: there is no go command to ask")
	}
	out, err := exec.Command(tool, args...).CombinedOutput()
	return string(out), err
}

// A copied cell is told of by go vet: a package that copies one, written for the purpose, is vetted.
func TestVetSeesCopies(t *testing.T) {
	dir, err := os.MkdirTemp(".", "_vet") // inside the module, so that it can import us
	if err != nil {
		t.Skip("skipped: the module cannot be written to: ", err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	for _, r := range []struct{ name, code, want string }{
		{"assignment", "func f() { var c waitcell.Cell; d := c; d.Wake() }", "assignment copies lock value"},
		{"parameter", "func f(c waitcell.Cell) { c.Wake() }", "passes lock by value"},
		{"in a struct", "type s struct{ c waitcell.Cell }\nfunc f(p *s) { q := *p; q.c.Wake() }", "assignment copies lock value"},
		{"pointer", "func f(c *waitcell.Cell) { d := c; d.Wake() }", ""},
	} {
		t.Run(r.name, func(t *testing.T) {
			source := "package p\n\nimport \"github.com/rouse-go/rouse/waitcell\"\n\n" + r.code + "\n\nvar _ = f\n"
			if err := os.WriteFile(filepath.Join(dir, "p.go"), []byte(source), 0o666); err != nil {
				t.Fatal(err)
			}
			out, err := goTool(t, "vet", "-copylocks", "./"+dir)
			if told := err != nil; told != (r.want != "") || !strings.Contains(out, r.want) {
				t.Errorf("go vet says %q (%v), want %q", out, err, r.want)
			}
		})
	}
}
