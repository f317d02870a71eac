package check

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every package of the library that has scenarios in explorer builds is one of Packages, and all of Packages are there.
func TestPackagesWithScenariosHaveNames(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	if _, err := os.Stat(filepath.Join(root, "waitcell")); err != nil {
		t.Skip("the library is not here: ", err)
	}
	var named []string
	for name, path := range Packages {
		named = append(named, path)
		if info, err := os.Stat(filepath.Join(root, path)); err != nil || !info.IsDir() {
			t.Errorf("%s: no package %s", name, path)
		}
	}
	found := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || path == filepath.Join(root, "cmd")):
			return filepath.SkipDir
		case !strings.HasSuffix(path, "_explore_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil || !regexp.MustCompile(`(?m)^func TestEvery`).Match(text) {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		if found++; !slices.Contains(named, "./"+filepath.ToSlash(dir)) {
			t.Errorf("rouse check does not know %s", dir)
		}
		return err
	})
	if err != nil || found < 5 {
		t.Errorf("%d files with scenarios, %v", found, err)
	}
}
