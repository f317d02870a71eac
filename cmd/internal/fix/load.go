package fix

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// loaded is what was asked for, and what it takes to compile it again.
type loaded struct {
	roots  []*packages.Package          // all variants: p, and p with its tests
	check  []*packages.Package          // those to check: each file is in one of them
	std    map[string]*packages.Package // apiImports
	failed []string
}

// apiImports are the packages that waitqueue's outside speaks of: see compile.go.
var apiImports = []string{"context", "sync", "time"}

func load(ctx context.Context, config Config, patterns []string) (*loaded, error) {
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	pc := &packages.Config{
		Context: ctx,
		Mode:    packages.LoadSyntax | packages.NeedModule | packages.NeedForTest,
		Dir:     config.Dir,
		Tests:   config.Tests,
	}
	if config.Tags != "" {
		pc.BuildFlags = []string{"-tags=" + config.Tags}
	}
	asked := func(*packages.Package) bool { return true }
	if config.Fix {
		var err error
		if asked, patterns, err = wholeModules(*pc, patterns); err != nil {
			return nil, err
		}
	}
	all, err := packages.Load(pc, append(slices.Clone(patterns), apiImports...)...)
	if err != nil {
		return nil, fmt.Errorf("load packages: %w", firstLine(err))
	}
	l := &loaded{std: map[string]*packages.Package{}}
	widest := map[string]*packages.Package{}
	for _, p := range all {
		if slices.Contains(apiImports, p.PkgPath) || slices.Contains(apiImports, p.ForTest) {
			if p.ID == p.PkgPath { // not with its tests
				l.std[p.PkgPath] = p
			}
			if len(p.Errors) > 0 { // then nothing can be loaded
				return nil, fmt.Errorf("load packages: %w", firstLine(p.Errors[0]))
			}
			continue
		}
		if strings.HasSuffix(p.ID, ".test") { // the main that go test makes
			continue
		}
		if len(p.Errors) > 0 {
			if asked(p) {
				l.fail(p)
			}
			continue
		}
		l.roots = append(l.roots, p)
		if !asked(p) {
			continue
		}
		if other := widest[p.PkgPath]; other == nil || len(p.Syntax) > len(other.Syntax) {
			widest[p.PkgPath] = p
		}
	}
	for _, p := range l.roots {
		if widest[p.PkgPath] == p {
			l.check = append(l.check, p)
		}
	}
	if len(l.check) == 0 && len(l.failed) == 0 {
		return nil, fmt.Errorf("no packages: %s", strings.Join(patterns, " "))
	}
	return l, nil
}

// wholeModules adds to the patterns the rest of the main modules that they are about: what is rewritten must
// still compile with all that uses it.
func wholeModules(pc packages.Config, patterns []string) (asked func(*packages.Package) bool, wider []string, err error) {
	pc.Mode = packages.NeedName | packages.NeedModule
	named, err := packages.Load(&pc, patterns...)
	if err != nil {
		return nil, nil, fmt.Errorf("load packages: %w", firstLine(err))
	}
	ids := map[string]bool{}
	wider = slices.Clone(patterns)
	for _, p := range named {
		ids[p.ID] = true
		if p.Module != nil && p.Module.Main && !slices.Contains(wider, p.Module.Path+"/...") {
			wider = append(wider, p.Module.Path+"/...")
		}
	}
	return func(p *packages.Package) bool { return ids[p.ID] }, wider, nil
}

// fail notes why p cannot be checked: its first error that has a position in a file, or else the first.
func (l *loaded) fail(p *packages.Package) {
	hasPosition := func(e packages.Error) bool { return e.Pos != "" && e.Pos != "-" }
	e := p.Errors[max(0, slices.IndexFunc(p.Errors, hasPosition))]
	text := fmt.Sprintf("%s does not load: ", p.PkgPath)
	if hasPosition(e) {
		text += e.Pos + ": "
	}
	text += firstLine(fmt.Errorf("%s", e.Msg)).Error()
	if !slices.Contains(l.failed, text) {
		l.failed = append(l.failed, text)
	}
}

func firstLine(err error) error {
	line, rest, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	if strings.HasSuffix(line, ":") && rest != "" { // "err: exit status 1: stderr:"
		next, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
		line += " " + next
	}
	return fmt.Errorf("%s", line)
}
