package doorbell_test

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/rouse-go/rouse/osbridge/doorbell"
	"go.uber.org/goleak"
)

// roles are what this binary does instead of testing when a test starts it a
// second time, as another process.
var roles = map[string]func(){}

const roleVariable = "DOORBELL_TEST_ROLE"

func TestMain(m *testing.M) {
	if role := roles[os.Getenv(roleVariable)]; role != nil {
		role()
		return
	}
	goleak.VerifyTestMain(m)
}

func newDoorbell(t testing.TB) *doorbell.Doorbell {
	t.Helper()
	d, err := doorbell.New()
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

const patience = 30 * time.Second

// patient is a context for waits that should end by themselves. Its end is a failure, also
// where the wait then returned something acceptable.
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

func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

var over = cancelled()

// poll reports whether there was a ring, and takes it. It is for when nothing
// is published.
func poll(t testing.TB, d *doorbell.Doorbell) bool {
	t.Helper()
	_, err := d.Await(over, d.Submitted())
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	return err == nil
}

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

func equal[T comparable](t fataler, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
}

// A mailbox is a queue of the plainest kind.
type mailbox[T any] struct {
	mu    sync.Mutex
	items []T
}

func (m *mailbox[T]) put(v T) {
	m.mu.Lock()
	m.items = append(m.items, v)
	m.mu.Unlock()
}

// takeAll returns what is there, in order; it reuses old.
func (m *mailbox[T]) takeAll(old []T) []T {
	m.mu.Lock()
	defer m.mu.Unlock()
	items := m.items
	m.items = old[:0]
	return items
}
