package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// hazardous makes a module with one hazard and one that does not load, and goes there.
func hazardous(t *testing.T) {
	t.Helper()
	t.Setenv("GOWORK", "off")
	t.Setenv("GOFLAGS", "-mod=mod")
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{
		"go.mod":           "module example.com/m\n\ngo 1.26\n",
		"bad/bad.go":       "package bad\n\nimport \"sync\"\n\nfunc f(mu *sync.Mutex, c *sync.Cond) {\n\tmu.Lock()\n\tc.Wait()\n\tmu.Unlock()\n}\n",
		"good/good.go":     "package good\n\nimport \"sync\"\n\nvar c sync.Cond\n",
		"broken/broken.go": "package broken\n\nvar x int = \"\"\n",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// 0: nothing wrong, a mere sync.Cond is not; 3: a hazard; 1: something could not be checked, whatever else
// was found. With -json and -sarif the findings are no failure, as with go vet -json.
func TestFixExitCodes(t *testing.T) {
	hazardous(t)
	for _, c := range []struct {
		args           []string
		code           int
		stdout, stderr string // contained
	}{
		{[]string{"fix", "./good"}, 0, "good.go:5:7: sync.Cond, which waitqueue.Cond could replace (conduse)\n", ""},
		{[]string{"fix", "./good", "./bad"}, 3, ":7:2: Wait outside a loop", ""},
		{[]string{"fix", "./..."}, 1, ":7:2: Wait outside a loop", "rouse fix: example.com/m/broken does not load: "},
		{[]string{"fix", "-json", "./bad"}, 0, `"condloop"`, ""},
		{[]string{"fix", "-sarif", "./bad"}, 0, `"ruleId": "condloop"`, ""},
		{[]string{"fix", "-sarif", "-json", "./bad"}, 1, "", "rouse fix: -json and -sarif exclude each other\n"},
		{[]string{"fix", "./missing"}, 1, "", "rouse fix: "},
		{[]string{"fix", "-json", "-fix", "./good"}, 0, "{}\n", "rouse fix: note: module example.com/m must require "},
		{[]string{"fix", "./good"}, 1, "", "rouse fix: example.com/m/good does not load: "}, // until go get is run
	} {
		stdout, stderr, code := rouse(c.args...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) || c.stderr == "" && stderr != "" {
			t.Errorf("rouse %q: code %d, stdout %q, stderr %q; want %d, %q, %q", c.args, code, stdout, stderr, c.code, c.stdout, c.stderr)
		}
	}
}

// go vet runs the same checks, but for conduse, and fails where they find something.
func TestVetTool(t *testing.T) {
	bin := build(t)
	hazardous(t)
	vet := func(args ...string) (string, error) {
		out, err := exec.Command("go", append([]string{"vet", "-vettool=" + bin}, args...)...).CombinedOutput()
		return string(out), err
	}
	if out, err := vet("./good"); err != nil {
		t.Errorf("good: %v\n%s", err, out)
	}
	out, err := vet("./bad")
	if err == nil || !strings.Contains(out, "bad.go:7:2: Wait outside a loop") || strings.Contains(out, "could replace") {
		t.Errorf("bad: %v\n%s", err, out)
	}
	out, err = vet("-json", "./bad")
	if err != nil || !strings.Contains(out, `"condloop": [`) {
		t.Errorf("bad, -json: %v\n%s", err, out)
	}
	if out, err := vet("-condlock", "./bad"); err != nil { // that check alone
		t.Errorf("bad, by condlock alone: %v\n%s", err, out)
	}
}

// What a program that reads the JSON relies on.
func TestFixJSONShape(t *testing.T) {
	hazardous(t)
	stdout, _, _ := rouse("fix", "-json", "./bad")
	var tree map[string]map[string][]map[string]any
	if err := json.Unmarshal([]byte(stdout), &tree); err != nil {
		t.Fatal(err)
	}
	found := tree["example.com/m/bad"]["condloop"]
	if len(found) != 1 || !strings.HasSuffix(found[0]["posn"].(string), "bad.go:7:2") || found[0]["message"] == "" {
		t.Errorf("%v", tree)
	}
}
