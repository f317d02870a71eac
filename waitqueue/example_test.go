package waitqueue_test

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/rouse-go/rouse"
	"github.com/rouse-go/rouse/waitqueue"
)

var errMaintenance = errors.New("closed for maintenance")

// A pool of workers that shuts down by closing its queue. What was submitted before is still done, for
// a condition that is true beats the close; then each worker is told why it has to go.
func ExampleQueue_workerPool() {
	var (
		q       waitqueue.Queue
		mu      sync.Mutex
		jobs    []int
		sum     int
		workers sync.WaitGroup
	)
	take := func() (job int, ok bool) {
		mu.Lock()
		defer mu.Unlock()
		if len(jobs) == 0 {
			return 0, false
		}
		job, jobs = jobs[0], jobs[1:]
		return job, true
	}
	reasons := make(chan error, 2)
	for range 2 {
		workers.Go(func() {
			for {
				job, err := waitqueue.WaitForValue(context.Background(), &q, take)
				if err != nil {
					reasons <- err
					return
				}
				mu.Lock()
				sum += job
				mu.Unlock()
			}
		})
	}
	for job := range 10 {
		mu.Lock()
		jobs = append(jobs, job)
		mu.Unlock()
		q.Wake()
	}
	q.CloseWith(errMaintenance)
	workers.Wait()
	err := <-reasons
	fmt.Println("sum:", sum)
	fmt.Println(err)
	fmt.Println(errors.Is(err, rouse.ErrClosed), errors.Is(err, errMaintenance))
	// Output:
	// sum: 45
	// rouse: closed: closed for maintenance
	// true true
}

// A driver that awaits completions by their tags: register the tag, then submit, then wait.
func ExampleMap_driver() {
	type completion struct {
		tag    uint64
		result string
	}
	var m waitqueue.Map[uint64, string]
	device := make(chan uint64, 8) // requests, completed in whatever order
	var driver sync.WaitGroup
	driver.Go(func() {
		for tag := range device {
			c := completion{tag, fmt.Sprint("block ", tag)}
			if !m.Wake(c.tag, c.result) {
				fmt.Println("nobody waits for", c.tag)
			}
		}
	})

	request := func(ctx context.Context, tag uint64) (string, error) {
		t, err := m.Register(tag)
		if err != nil {
			return "", err
		}
		defer t.Cancel()
		device <- tag // the completion may come before we wait: it is not missed
		return t.Wait(ctx)
	}
	for tag := range uint64(3) {
		fmt.Println(request(context.Background(), 17+tag))
	}
	close(device)
	driver.Wait()
	m.Close()
	_, err := m.Register(20)
	fmt.Println(err)
	// Output:
	// block 17 <nil>
	// block 18 <nil>
	// block 19 <nil>
	// rouse: closed
}

// A Semaphore admits a number at a time. A release that finds nobody is kept as a permit, and what was counted
// before is counted in free: the wake says "look again", and the condition decides.
type Semaphore struct {
	q    waitqueue.Queue
	mu   sync.Mutex
	free int
}

func (s *Semaphore) try() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free == 0 {
		return false
	}
	s.free--
	return true
}

func (s *Semaphore) Acquire(ctx context.Context) error { return s.q.WaitFor(ctx, s.try) }

func (s *Semaphore) Release() {
	s.mu.Lock()
	s.free++
	s.mu.Unlock()
	s.q.Wake()
}

// A semaphore built on a Queue.
func ExampleQueue_semaphore() {
	s := &Semaphore{free: 2}
	var wg sync.WaitGroup
	var mu sync.Mutex
	inside, most := 0, 0
	for range 20 {
		wg.Go(func() {
			if err := s.Acquire(context.Background()); err != nil {
				return
			}
			defer s.Release()
			mu.Lock()
			inside++
			most = max(most, inside)
			mu.Unlock()

			mu.Lock()
			inside--
			mu.Unlock()
		})
	}
	wg.Wait()
	fmt.Println("never more than two:", most <= 2)
	fmt.Println("free:", s.free)
	// Output:
	// never more than two: true
	// free: 2
}
