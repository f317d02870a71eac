package loop

import "sync"

type queue struct {
	mu    sync.Mutex
	cond  *sync.Cond
	items []int
	ready bool
	n     int
}

func (q *queue) underIf() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.ready {
		q.cond.Wait() // want `Wait outside a loop`
	}
}

func (q *queue) bare() {
	q.mu.Lock()
	q.cond.Wait() // want `Wait outside a loop`
	q.mu.Unlock()
}

func (q *queue) inGoroutine(done chan bool) {
	for range 3 { // not this goroutine's loop
		go func() {
			q.cond.L.Lock()
			q.cond.Wait() // want `Wait outside a loop`
			q.cond.L.Unlock()
			done <- true
		}()
	}
}

func (q *queue) takesUnchecked() {
	for {
		q.mu.Lock()
		if len(q.items) == 0 {
			q.cond.Wait() // want `Wait is called under an if, and what follows relies on its condition.*write for len\(q.items\) == 0 {`
		}
		x := q.items[0]
		q.items = q.items[1:]
		q.mu.Unlock()
		if x < 0 {
			return
		}
	}
}

func (q *queue) countsUnchecked() {
	for range 10 {
		q.mu.Lock()
		if q.n == 0 {
			q.cond.Wait() // want `under an if`
		}
		q.n--
		q.mu.Unlock()
	}
}

// From here on all is well.

func (q *queue) good() {
	q.mu.Lock()
	for !q.ready {
		q.cond.Wait()
	}
	q.mu.Unlock()
}

func (q *queue) asksAgain() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		if q.ready {
			return
		}
		q.cond.Wait()
	}
}

func (q *queue) asksAgainBelow() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		if len(q.items) == 0 {
			q.cond.Wait()
		}
		for len(q.items) > 0 {
			q.items = q.items[1:]
		}
	}
}

func (q *queue) asksInBetween() {
	for {
		q.mu.Lock()
		if len(q.items) == 0 {
			q.cond.Wait()
		}
		if len(q.items) == 0 {
			q.mu.Unlock()
			continue
		}
		q.items = q.items[1:]
		q.mu.Unlock()
	}
}

func (q *queue) jumpsBack() {
	q.mu.Lock()
	defer q.mu.Unlock()
again:
	if !q.ready {
		q.cond.Wait()
		goto again
	}
}

// wait is called with the lock held.
func (q *queue) wait() { q.cond.Wait() }

func (q *queue) callsWaitWell() {
	q.mu.Lock()
	for !q.ready {
		q.wait()
	}
	q.mu.Unlock()
}

func (q *queue) callsWaitBadly() {
	q.mu.Lock()
	q.wait() // want `wait, which calls Wait, is called outside a loop`
	q.mu.Unlock()
}

type embeds struct {
	*sync.Cond
	done bool
}

func (e *embeds) bad() {
	e.L.Lock()
	defer e.L.Unlock()
	e.Wait() // want `Wait outside a loop`
}

func (e *embeds) good() {
	e.L.Lock()
	defer e.L.Unlock()
	for !e.done {
		e.Wait()
	}
}

// A WaitGroup's Wait is another thing.
func group(wg *sync.WaitGroup, mu *sync.Mutex) {
	mu.Lock()
	wg.Wait()
	mu.Unlock()
}
