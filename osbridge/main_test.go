package osbridge_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// roles are what this binary does instead of testing when a test starts it a
// second time, as another process.
var roles = map[string]func(){}

const roleVariable = "OSBRIDGE_TEST_ROLE"

// No test and nothing that a test calls may leave a goroutine behind.
func TestMain(m *testing.M) {
	if role := roles[os.Getenv(roleVariable)]; role != nil {
		role()
		return
	}
	goleak.VerifyTestMain(m)
}

// patience is for waits that should end by themselves.
const patience = 30 * time.Second

// patient is a context for such waits. Its end is a failure.
func patient(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(func() {
		if ctx.Err() != nil {
			t.Error("a wait did not end by itself")
		}
		cancel()
	})
	return ctx
}

// cancelledWith returns a context that is over, with this cause.
func cancelledWith(cause error) context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	return ctx
}

var errCable = errors.New("the cable was pulled")

// A fataler is a test, of package testing or of rapid.
type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func must(t fataler, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantIs fails unless errors.Is(got, want), and for nil unless got is nil.
func wantIs(t fataler, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("%s: error %v, want %v", what, got, want)
	}
}

func equal[T comparable](t fataler, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
}
