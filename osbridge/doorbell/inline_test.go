package doorbell_test

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// Publish is one atomic instruction in its caller: the compiler says that it inlines.
func TestPublishInlines(t *testing.T) {
	if strconv.IntSize == 32 {
		t.Skip("64-bit atomics are calls here")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command: ", err)
	}
	out, err := exec.Command("go", "build", "-gcflags=-m", ".").CombinedOutput()
	if err != nil {
		t.Skipf("the package cannot be built here: %v\n%s", err, out)
	}
	for _, f := range []string{"Publish", "Submitted", "Arm", "Disarm"} {
		if !strings.Contains(string(out), "can inline (*Doorbell)."+f+"\n") {
			t.Errorf("%s does not inline", f)
		}
	}
}
