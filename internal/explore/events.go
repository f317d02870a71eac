//go:build explore

package explore

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

// An Event tells a program that watches how a search gets on: it is one line of JSON at the end of the
// file that the environment's EXPLORE_EVENTS names. There is one every tenth of a second, and a last one.
//
// EXPLORE_ASK narrows what is searched to the scenarios whose tests' names have all of its words in them, and
// with EXPLORE_LIST nothing is searched: there is one event for each scenario.
type Event struct {
	Test   string // its name
	Done   bool   // the search is over
	Result Result
}

// asked reports whether a scenario is to be searched.
func asked(test string) bool {
	for _, word := range strings.Fields(os.Getenv("EXPLORE_ASK")) {
		if !strings.Contains(strings.ToLower(test), strings.ToLower(word)) {
			return false
		}
	}
	if os.Getenv("EXPLORE_LIST") != "" {
		tell(Event{Test: test, Done: true})
		return false
	}
	return true
}

// watched is Search, with events.
func watched(test string, scenario Scenario) Result {
	s := newSearch(&scenario)
	last := time.Now()
	s.watch = func(r Result) {
		if now := time.Now(); now.Sub(last) >= 100*time.Millisecond {
			last = now
			tell(Event{Test: test, Result: r})
		}
	}
	r := s.run()
	tell(Event{Test: test, Done: true, Result: r})
	return r
}

func tell(e Event) {
	path := os.Getenv("EXPLORE_EVENTS")
	if path == "" {
		return
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err == nil {
		err = json.NewEncoder(f).Encode(e)
		f.Close()
	}
	if err != nil {
		panic(fmt.Sprintf("explore: EXPLORE_EVENTS: %v", err))
	}
}
