package fix

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// The outside of packages waitqueue and subscribe. The module that is moved need not require ours yet, so
// what the moved code compiles against is this.
var (
	//go:embed check/testdata/src/github.com/rouse-go/rouse/waitqueue/waitqueue.go
	waitqueueAPI string
	//go:embed check/testdata/src/github.com/rouse-go/rouse/subscribe/subscribe.go
	subscribeAPI string
)

// withdraw takes out of files the units that cannot be moved, because they, or packages that use them,
// would not compile; it returns a line for each. What one package hands to another decides
// it: they move together or not at all.
func withdraw(l *loaded, files map[*unit]map[string][]byte) (notes []string) {
	for len(files) > 0 {
		c := newCompiler(l, files)
		bad, err := c.firstBroken()
		if err == nil {
			return notes
		}
		for _, u := range c.blamed(bad) {
			delete(files, u)
			why := strings.ReplaceAll(err.Error(), `"sync".`, "sync.") // there is an internal/sync too
			notes = append(notes, fmt.Sprintf("%s is left as it was: with it moved, %s", u.pkg.PkgPath, why))
		}
	}
	return notes
}

// compiler type-checks the packages again that change, and those that import one.
type compiler struct {
	loaded *loaded
	files  map[*unit]map[string][]byte
	byPath map[string]*unit
	api    map[string]*types.Package
	fset   *token.FileSet
	done   map[*packages.Package]*types.Package

	sources map[string]*packages.Package // by path: the plain variants
	stale   map[*packages.Package]bool   // what touched knows
}

func newCompiler(l *loaded, files map[*unit]map[string][]byte) *compiler {
	c := &compiler{
		loaded: l,
		files:  files,
		byPath: map[string]*unit{},
		api:    map[string]*types.Package{},
		done:   map[*packages.Package]*types.Package{},

		sources: map[string]*packages.Package{},
		stale:   map[*packages.Package]bool{},
	}
	for _, p := range l.roots {
		if c.sources[p.PkgPath] == nil || p.ID == p.PkgPath {
			c.sources[p.PkgPath] = p
		}
	}
	for u := range files {
		c.byPath[u.pkg.PkgPath] = u
		c.fset = u.pkg.Fset
	}
	c.addAPI(modulePath+"/subscribe", subscribeAPI)
	c.addAPI(modulePath+"/waitqueue", waitqueueAPI)
	return c
}

func (c *compiler) addAPI(path, src string) {
	f, err := parser.ParseFile(c.fset, path, src, parser.SkipObjectResolution)
	if err != nil {
		panic(err) // it is part of the program, and tested
	}
	conf := types.Config{Importer: importerFunc(func(path string) (*types.Package, error) {
		if p := c.api[path]; p != nil {
			return p, nil
		}
		if p := c.loaded.std[path]; p != nil {
			return p.Types, nil
		}
		return nil, fmt.Errorf("no package %s", path)
	}), Error: func(error) {}} // functions without bodies
	c.api[path], _ = conf.Check(path, c.fset, []*ast.File{f}, nil)
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

// firstBroken is a package that would not compile, and why.
func (c *compiler) firstBroken() (*packages.Package, error) {
	for _, p := range c.loaded.roots {
		if !c.touched(p) {
			continue
		}
		if bad, err := c.compile(p); err != nil {
			return bad, err
		}
	}
	return nil, nil
}

// touched says whether p changes, or imports what does.
func (c *compiler) touched(p *packages.Package) bool {
	if known, ok := c.stale[p]; ok {
		return known
	}
	c.stale[p] = c.byPath[p.PkgPath] != nil
	if c.sources[p.PkgPath] == nil {
		return false // another module's
	}
	for _, dep := range p.Imports {
		if c.touched(dep) {
			c.stale[p] = true
		}
	}
	return c.stale[p]
}

// compile type-checks p, after what it imports.
func (c *compiler) compile(p *packages.Package) (*packages.Package, error) {
	if c.done[p] != nil {
		return nil, nil
	}
	for _, dep := range p.Imports {
		if c.touched(dep) {
			if bad, err := c.compile(dep); err != nil {
				return bad, err
			}
		}
	}
	// A test's variant of a package that is not the tested one comes without syntax: it has the plain one's.
	source := p
	if len(p.Syntax) == 0 {
		source = c.sources[p.PkgPath]
	}
	var syntax []*ast.File
	for i, f := range source.Syntax {
		name := source.CompiledGoFiles[i]
		if u := c.byPath[p.PkgPath]; u != nil && c.files[u][name] != nil {
			var err error
			if f, err = parser.ParseFile(c.fset, name, c.files[u][name], parser.SkipObjectResolution); err != nil {
				return p, err
			}
		}
		syntax = append(syntax, f)
	}
	conf := types.Config{Sizes: source.TypesSizes, Importer: c.importer(p)}
	if p.Module != nil && p.Module.GoVersion != "" {
		conf.GoVersion = "go" + p.Module.GoVersion
	}
	done, err := conf.Check(p.PkgPath, c.fset, syntax, nil)
	if err != nil {
		return p, err
	}
	c.done[p] = done
	return nil, nil
}

// importer finds what p imports, as it will be.
func (c *compiler) importer(p *packages.Package) types.Importer {
	return importerFunc(func(path string) (*types.Package, error) {
		if path == "unsafe" {
			return types.Unsafe, nil
		}
		if dep := p.Imports[path]; dep != nil {
			if done := c.done[dep]; done != nil {
				return done, nil
			}
			return dep.Types, nil
		}
		if api := c.api[path]; api != nil {
			return api, nil
		}
		return nil, fmt.Errorf("no package %s", path)
	})
}

// blamed are the units to leave as they were, because bad does not compile: itself if it changes, or
// else the changed ones that it imports.
func (c *compiler) blamed(bad *packages.Package) (us []*unit) {
	if u := c.byPath[bad.PkgPath]; u != nil {
		return []*unit{u}
	}
	for u := range c.files {
		if u.pkg.PkgPath == bad.ForTest {
			return []*unit{u} // its own tests
		}
	}
	for _, dep := range bad.Imports {
		if u := c.byPath[dep.PkgPath]; u != nil && !slices.Contains(us, u) {
			us = append(us, u)
		}
	}
	if us == nil { // further away: all, rather than guess
		for u := range c.files {
			us = append(us, u)
		}
	}
	return us
}
