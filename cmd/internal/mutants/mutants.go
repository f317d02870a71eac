// Package mutants breaks the library in small ways, one at a time, and sees whether the layer
// of tests that claims to catch such a break does.
//
// A mutant is a text file in rapidtests/mutants, its name the file's:
//
//	The note that a kick is over must be asked for before the token is looked for. (...)
//
//	file: internal/park/exposure.go
//	layer: every interleaving
//	package: ./waitcell
//	run: ^TestEvery
//	tags: explore
//	-- old --
//		over := e.Over(t)
//		return Drain(c) || over
//	-- new --
//		return Drain(c) || e.Over(t)
//
// The first paragraph says why it is wrong. The old text, whole lines, must occur exactly once
// in the file. It is replaced by `go build -overlay`, so the tree is never touched. What must
// catch it is the tests of the package that match run (all, if there is no run line). Further lines:
//
//	tags: explore        build tags
//	race: yes            under the race detector
//	timeout: 30s         of the test binary; a hang is a catch. Default: a minute
//	program: cell wake|wait,cancel
//	                     what `rouse check -mutant` shows: a structure and its threads
package mutants

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/tools/txtar"
)

// Dir is where the mutants are, in the root module.
const Dir = "rapidtests/mutants"

// A Mutant is one small change of the source.
type Mutant struct {
	Name, Why, File, Layer string
	Old, New               string
	Program                string

	Test
}

// A Test is the part of a layer that must catch it.
type Test struct {
	Package, Run, Tags string
	Race               bool
	Timeout            time.Duration
}

// Load reads the mutants of the module at root.
func Load(root string) (ms []*Mutant, err error) {
	files, err := filepath.Glob(filepath.Join(root, Dir, "*.txt"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no mutants in %s", filepath.Join(root, Dir))
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		m, err := parse(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		m.Name = strings.TrimSuffix(filepath.Base(file), ".txt")
		ms = append(ms, m)
	}
	return ms, nil
}

func parse(data []byte) (*Mutant, error) {
	a := txtar.Parse(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")))
	if len(a.Files) != 2 || a.Files[0].Name != "old" || a.Files[1].Name != "new" {
		return nil, fmt.Errorf("wants two sections: old and new")
	}
	m := &Mutant{Old: string(a.Files[0].Data), New: string(a.Files[1].Data), Test: Test{Timeout: time.Minute}}
	why, header, _ := strings.Cut(string(a.Comment), "\n\n")
	m.Why = strings.Join(strings.Fields(why), " ")
	for line := range strings.Lines(header) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		value = strings.TrimSpace(value)
		switch key {
		case "file":
			m.File = value
		case "layer":
			m.Layer = value
		case "package":
			m.Package = value
		case "run":
			m.Run = value
		case "tags":
			m.Tags = value
		case "race":
			m.Race = value == "yes"
		case "program":
			m.Program = value
		case "timeout":
			d, err := time.ParseDuration(value)
			if err != nil {
				return nil, err
			}
			m.Timeout = d
		case "":
		default:
			return nil, fmt.Errorf("unknown line %q", line)
		}
	}
	for _, must := range []string{m.Why, m.File, m.Layer, m.Package, m.Old} {
		if must == "" {
			return nil, fmt.Errorf("wants a reason, and lines for file, layer and package, and an old text")
		}
	}
	if m.Old == m.New {
		return nil, fmt.Errorf("changes nothing")
	}
	return m, nil
}

// Find returns the mutant of that name.
func Find(ms []*Mutant, name string) (*Mutant, error) {
	i := slices.IndexFunc(ms, func(m *Mutant) bool { return m.Name == name })
	if i < 0 {
		names := make([]string, len(ms))
		for i, m := range ms {
			names[i] = m.Name
		}
		return nil, fmt.Errorf("no mutant %q; there are %s", name, strings.Join(names, ", "))
	}
	return ms[i], nil
}

// Overlay writes the changed file to dir, and the file that `go build -overlay` wants, whose
// path it returns.
func (m *Mutant) Overlay(root, dir string) (string, error) {
	path := filepath.Join(root, filepath.FromSlash(m.File))
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	source := strings.ReplaceAll(string(data), "\r\n", "\n")
	if n := strings.Count(source, m.Old); n != 1 {
		return "", fmt.Errorf("the old text occurs %d times in %s, not once", n, m.File)
	}
	changed := filepath.Join(dir, m.Name+".go")
	if err := os.WriteFile(changed, []byte(strings.Replace(source, m.Old, m.New, 1)), 0o600); err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{path: changed}})
	if err != nil {
		return "", err
	}
	list := filepath.Join(dir, m.Name+".json")
	return list, os.WriteFile(list, overlay, 0o600)
}
