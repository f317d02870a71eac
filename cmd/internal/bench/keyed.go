package bench

import (
	"context"
	"sync"

	"github.com/rouse-go/rouse/waitqueue"
)

// chanMap is a map of fresh channels under a mutex.
func chanMap() primitive {
	return primitive{name: "chan in a map", keys: func(ctx context.Context) keys {
		var mu sync.Mutex
		m := make(map[int]chan int)
		return chanKeys(ctx, func(key int) chan int {
			c := make(chan int, 1)
			mu.Lock()
			m[key] = c
			mu.Unlock()
			return c
		}, func(key int) chan int {
			mu.Lock()
			c := m[key]
			delete(m, key)
			mu.Unlock()
			return c
		})
	}}
}

// syncMap is a sync.Map of fresh channels.
func syncMap() primitive {
	return primitive{name: "chan in a sync.Map", keys: func(ctx context.Context) keys {
		var m sync.Map
		return chanKeys(ctx, func(key int) chan int {
			c := make(chan int, 1)
			m.Store(key, c)
			return c
		}, func(key int) chan int {
			c, _ := m.LoadAndDelete(key)
			return c.(chan int)
		})
	}}
}

func chanKeys(ctx context.Context, register, remove func(key int) chan int) keys {
	receive := func(key int, c chan int) (right int) {
		select {
		case v := <-c:
			if v == key+1 {
				right = 1
			}
		case <-ctx.Done():
			remove(key)
		}
		return right
	}
	answer := func(key, value int) bool {
		c := remove(key)
		if c != nil {
			c <- value
		}
		return c != nil
	}
	return keys{
		alone: func(n int) (right int) {
			for key := range n {
				c := register(key)
				answer(key, key+1)
				right += receive(key, c)
			}
			return right
		},
		client: func(n int, requests chan<- int) (right int) {
			for key := range n {
				c := register(key)
				requests <- key
				right += receive(key, c)
			}
			return right
		},
		answer: answer,
	}
}

// maps is waitqueue.Map.
func maps() primitive {
	return primitive{
		name: "Map",
		ours: true,
		keys: func(ctx context.Context) keys {
			m := new(waitqueue.Map[int, int])
			return keys{
				alone:  func(n int) int { return mapAlone(ctx, m, n) },
				client: func(n int, requests chan<- int) int { return mapClient(ctx, m, n, requests) },
				answer: m.Wake,
			}
		},
		object: func(slept bool) any {
			m := new(waitqueue.Map[int, int])
			if slept {
				mapAlone(background, m, 1)
			}
			return m
		},
	}
}

func mapAlone(ctx context.Context, m *waitqueue.Map[int, int], n int) (right int) {
	for key := range n {
		t, _ := m.Register(key)
		m.Wake(key, key+1)
		if v, err := t.Wait(ctx); err == nil && v == key+1 {
			right++
		}
	}
	return right
}

func mapClient(ctx context.Context, m *waitqueue.Map[int, int], n int, requests chan<- int) (right int) {
	for key := range n {
		t, _ := m.Register(key)
		requests <- key
		if v, err := t.Wait(ctx); err == nil && v == key+1 {
			right++
		}
	}
	return right
}
