package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The documentation is true where a program can tell: its links lead somewhere, the files and tests that it
// names are there, and the commands that it shows are run by a test or by CI.

const root = "../.."

// pages returns the documentation by its path from the root, with slashes.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	add := func(path string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Skipf("the documentation is not here: %v", err)
		}
		path, _ = filepath.Rel(root, path)
		all[filepath.ToSlash(path)] = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
	for _, name := range []string{"README.md", "CHANGELOG.md", "CONTRIBUTING.md"} {
		add(filepath.Join(root, name))
	}
	filepath.WalkDir(filepath.Join(root, "docs"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".md" {
			add(path)
		}
		return err
	})
	return all
}

var (
	fenced  = regexp.MustCompile("(?s)```.*?```")
	shell   = regexp.MustCompile("(?s)```sh\n(.*?)```")
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	path    = regexp.MustCompile("`((?:waitcell|waitqueue|subscribe|osbridge|internal|rapidtests|cmd|docs)/[\\w*./-]+)`")
	tried   = regexp.MustCompile(`^(go run \./cmd/)?rouse (dma|fix|help|completion)\b|^go vet -vettool`) // by TestDocumentedCommands
	test    = regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w*`)
)

// anchors are what the headings of a page can be linked by, as GitHub makes them.
func anchors(text string) (all []string) {
	for _, h := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		h := regexp.MustCompile(`[^\w\- ]`).ReplaceAllString(strings.ToLower(h[1]), "")
		all = append(all, strings.ReplaceAll(h, " ", "-"))
	}
	return all
}

func TestDocsLinksLeadSomewhere(t *testing.T) {
	all := pages(t)
	n := 0
	for page, text := range all {
		for _, m := range link.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			n++
			name, anchor, _ := strings.Cut(m[1], "#")
			to := filepath.ToSlash(filepath.Join(filepath.Dir(page), name))
			if name == "" {
				to = page
			}
			if _, err := os.Stat(filepath.Join(root, to)); err != nil {
				t.Errorf("%s: %s leads nowhere", page, m[1])
			}
			if anchor != "" && !slices.Contains(anchors(all[to]), anchor) {
				t.Errorf("%s: %s has no such heading", page, m[1])
			}
		}
	}
	if n < 50 {
		t.Errorf("only %d links", n)
	}
}

func TestDocsNameFilesThatAreThere(t *testing.T) {
	for page, text := range pages(t) {
		for _, m := range path.FindAllStringSubmatch(text, -1) {
			if found, err := filepath.Glob(filepath.Join(root, m[1])); err != nil || len(found) == 0 {
				t.Errorf("%s: there is no %s", page, m[1])
			}
		}
	}
}

// A test may be named by the beginning of its name, as for go test -run.
func TestDocsNameTestsThatExist(t *testing.T) {
	var names []string
	filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, "_test.go") {
			text, _ := os.ReadFile(path)
			for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)`).FindAllStringSubmatch(string(text), -1) {
				names = append(names, m[1])
			}
		}
		return nil
	})
	for page, text := range pages(t) {
		for _, name := range test.FindAllString(text, -1) {
			if name != "TestName" && !slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, name) }) {
				t.Errorf("%s: there is no %s", page, name)
			}
		}
	}
}

// elsewhere says what runs the commands that are run neither by TestDocumentedCommands nor by TestBenchDocs: a
// line of .ci/run, or a test, or nothing and why.
var elsewhere = map[string]string{
	"go test ./...":                 `.ci/run: step "README: tests" go test ./...`,
	"make test":                     `.ci/run: cd cmd && go test ./...`,
	"make race":                     `.ci/run: go test -race ./...`,
	"make explore":                  `.ci/run: go test -tags explore`,
	"make mutants":                  `.ci/run: go run ./cmd/mutants`,
	"make preflight":                `.ci/run: make preflight`,
	"make bench":                    `TestRatiosOfAPackage`,
	"make bench-compare REF=main~1": `nothing: it checks another commit out`,
	"go test ./rapidtests/bounded":  `.ci/run: step "README: tests" go test ./...`,
	"go test -tags explore ./rapidtests/bounded":                          `.ci/run: go test -tags explore`,
	"go test -run 'Driver|driver' ./osbridge/doorbell":                    `.ci/run: step "README: tests" go test ./...`,
	"go run ./cmd/rouse check -mutant cell-registers-past-a-wake":         `TestCheckOfAMutant`,
	"EXPLORE_REPLAY=... go test -tags explore -run 'TestName' ./waitcell": `nothing: the line to run is printed by what fails`,
}

func TestDocsCommandsAreRun(t *testing.T) {
	ci, err := os.ReadFile(filepath.Join(root, ".ci", "run"))
	if err != nil {
		t.Skip(err)
	}
	seen := map[string]bool{}
	for page, text := range pages(t) {
		for _, block := range shell.FindAllStringSubmatch(text, -1) {
			for line := range strings.Lines(block[1]) {
				line, _, _ = strings.Cut(line, "  #")
				if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") || tried.MatchString(line) || page == "docs/bench.md" {
					continue
				}
				seen[line] = true
				by, ok := elsewhere[line]
				if needle, inCI := strings.CutPrefix(by, ".ci/run: "); !ok {
					t.Errorf("%s: nothing runs %q", page, line)
				} else if inCI && !strings.Contains(string(ci), needle) {
					t.Errorf("%s: %q: .ci/run has no %q", page, line, needle)
				}
			}
		}
	}
	for line := range elsewhere {
		if !seen[line] {
			t.Errorf("%q is in no page", line)
		}
	}
}
