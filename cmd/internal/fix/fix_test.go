package fix

import (
	"bytes"
	"context"
	"encoding/json"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/txtar"
)

// module lays out an archive's files, as they are without "want/" before their names, as the current directory.
func module(t *testing.T, archive *txtar.Archive) (dir string) {
	t.Helper()
	t.Setenv("GOFLAGS", "-mod=mod")
	t.Setenv("GOWORK", "off")
	t.Setenv("GOPROXY", "off")
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for _, f := range archive.Files {
		if f.Name == "findings" || f.Name == "patterns" || strings.HasPrefix(f.Name, "want/") {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(f.Name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f.Name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Whole modules: what is told, and what the files are afterwards.
func TestModules(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			dir := module(t, archive)
			patterns := []string{"./..."}
			if archive.Files[0].Name == "patterns" {
				patterns = strings.Fields(string(archive.Files[0].Data))
			}
			r, err := Run(t.Context(), Config{Tests: true, Fix: true}, patterns)
			if err != nil {
				t.Fatal(err)
			}
			var text bytes.Buffer
			if err := r.WriteText(&text); err != nil {
				t.Fatal(err)
			}
			got := filepath.ToSlash(strings.ReplaceAll(text.String(), dir, "DIR"))
			for _, f := range archive.Files {
				want := string(f.Data)
				if f.Name == "findings" && got != want {
					t.Errorf("told:\n%s\nwant:\n%s", got, want)
				}
				if name, ok := strings.CutPrefix(f.Name, "want/"); ok {
					if got, err := os.ReadFile(name); err != nil || string(got) != want {
						t.Errorf("%s is (%v)\n%s\nwant:\n%s", name, err, got, want)
					}
				}
			}
			if left, _ := filepath.Glob("*/.rouse-fix-*"); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

func small(t *testing.T) *Result {
	t.Helper()
	module(t, txtar.Parse([]byte(`
-- go.mod --
module example.com/m

go 1.26
-- p.go --
package p

import "sync"

func f(mu *sync.Mutex, ü *sync.Cond) {
	mu.Lock(); /* über 𝄞 */ ü.Wait()
}
`)))
	r, err := Run(t.Context(), Config{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The JSON is vet's: packages, checks, findings with the file's full name.
func TestJSON(t *testing.T) {
	var out bytes.Buffer
	if err := small(t).WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	var tree map[string]map[string][]struct {
		Posn, Message string
		Fixes         []struct {
			Message string
			Edits   []struct {
				Filename   string
				Start, End int
				New        string
			}
		} `json:"suggested_fixes"`
	}
	if err := json.Unmarshal(out.Bytes(), &tree); err != nil {
		t.Fatal(err)
	}
	loop, use := tree["example.com/m"]["condloop"], tree["example.com/m"]["conduse"]
	if len(loop) != 1 || !strings.HasSuffix(loop[0].Posn, "p.go:6:30") || !filepath.IsAbs(loop[0].Posn) {
		t.Errorf("condloop: %+v", loop)
	}
	if len(use) != 1 || len(use[0].Fixes) != 1 || len(use[0].Fixes[0].Edits) != 3 {
		t.Errorf("conduse: %+v", use)
	}
}

// The log follows the schema, names files below the current directory relative to it, and counts columns in
// UTF-16 units.
func TestSARIF(t *testing.T) {
	log := small(t).SARIF()
	if err := log.Validate(); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if len(run.Results) != 2 {
		t.Fatalf("%d results", len(run.Results))
	}
	loop := run.Results[1]
	where := loop.Locations[0].PhysicalLocation
	if *loop.RuleID != "condloop" || loop.Level != "warning" || *where.ArtifactLocation.URI != "p.go" ||
		*where.Region.StartLine != 6 || *where.Region.StartColumn != 27 {
		t.Errorf("%s %s at %s:%d:%d", *loop.RuleID, loop.Level, *where.ArtifactLocation.URI, *where.Region.StartLine, *where.Region.StartColumn)
	}
	if rule := run.Tool.Driver.Rules[loop.RuleIndex]; *rule.ID != "condloop" {
		t.Errorf("its index says %s", *rule.ID)
	}
	if use := run.Results[0]; use.Level != "note" || len(use.Fixes) != 1 {
		t.Errorf("conduse: %s, %d fixes", use.Level, len(use.Fixes))
	}
}

// What does not load is told in a line, and the rest is checked all the same.
func TestPackagesThatDoNotLoad(t *testing.T) {
	module(t, txtar.Parse([]byte(`
-- go.mod --
module example.com/m

go 1.26
-- good/good.go --
package good

import "sync"

var c sync.Cond
-- syntax/x.go --
package syntax

func {
-- types/x.go --
package types

var x int = "one"
var y int = "two"
`)))
	r, err := Run(t.Context(), Config{}, []string{"./..."})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) != 1 || len(r.Failed) != 2 {
		t.Fatalf("findings %+v, failed %q", r.Findings, r.Failed)
	}
	for i, want := range []string{"example.com/m/syntax does not load: ", "example.com/m/types does not load: "} {
		if got := r.Failed[i]; !strings.HasPrefix(got, want) || strings.Contains(got, "\n") || !strings.Contains(got, "x.go:3") {
			t.Errorf("%q, want %q and the position", got, want)
		}
	}

	for _, pattern := range []string{"./nothing/...", "./missing", "example.com/elsewhere"} {
		r, err := Run(t.Context(), Config{}, []string{pattern})
		if err == nil && len(r.Failed) == 0 {
			t.Errorf("%s: neither an error nor a failed package", pattern)
		}
	}
	if err := os.WriteFile("go.mod", []byte("module example.com/m\n\ngo 1.26\n\nrequire example.com/none v1.0.0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, Config{}, nil); err == nil {
		t.Error("no error with a cancelled context")
	}
}

// What moved code is compiled against says what the packages themselves say.
func TestTheOutsideIsTheRealOne(t *testing.T) {
	config := &packages.Config{Mode: packages.LoadTypes}
	loaded, err := packages.Load(config, modulePath+"/waitqueue")
	if err != nil || len(loaded) != 1 || len(loaded[0].Errors) > 0 {
		t.Skip("the library cannot be loaded here: ", err)
	}
	l, err := load(t.Context(), Config{}, []string{"."})
	if err != nil {
		t.Fatal(err)
	}
	c := newCompiler(l, map[*unit]map[string][]byte{{pkg: l.check[0]}: nil})
	stub := c.api[modulePath+"/waitqueue"]
	for _, name := range []string{"Cond", "NewCond"} {
		real, ours := loaded[0].Types.Scope().Lookup(name), stub.Scope().Lookup(name)
		if got, want := outside(ours), outside(real); got != want {
			t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
		}
	}
}

// outside is what users of obj can see of it.
func outside(obj types.Object) string {
	if _, isType := obj.(*types.TypeName); !isType {
		return obj.String()
	}
	var b strings.Builder
	for f := range obj.Type().Underlying().(*types.Struct).Fields() {
		if f.Exported() {
			b.WriteString(f.String() + "\n")
		}
	}
	methods := types.NewMethodSet(types.NewPointer(obj.Type()))
	for m := range methods.Methods() {
		if m.Obj().Exported() {
			b.WriteString(m.Obj().String() + "\n")
		}
	}
	return b.String()
}
