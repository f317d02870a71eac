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
	roots  []*packages.Package // all variants: p, and p with its tests
	check  []*packages.Package // those to check: each file is in one of them
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
			l.fail(p)
			continue
		}
		l.roots = append(l.roots, p)
		if other := widest[p.PkgPath]; other == nil || len(p.Syntax) > len(other.Syntax) {
			widest[p.PkgPath] = p
		}
	}
	for _, p := range l.roots {
		if widest[p.PkgPath] == p {
			l.check = append(l.check, p)
		}
	}
	if len(l.roots) == 0 && len(l.failed) == 0 {
		return nil, fmt.Errorf("no packages: %s", strings.Join(patterns, " "))
	}
	return l, nil
}

// fail notes why p cannot be checked: its first error, and how many more there are.
func (l *loaded) fail(p *packages.Package) {
	e := p.Errors[0]
	text := fmt.Sprintf("%s does not load: ", p.PkgPath)
	if e.Pos != "" && e.Pos != "-" {
		text += e.Pos + ": "
	}
	text += firstLine(fmt.Errorf("%s", e.Msg)).Error()
	if more := len(p.Errors) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
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
