// Package subscribe is what waiting for one event, a condition, the first of several events or
// all of them has in common: register first, then act or look, then sleep.
//
// This loses the wakeup if the event comes between the look and the sleep:
//
//	for !ready() {         // not yet
//	                       // ... here it becomes ready, and the wake finds nobody
//	    sleep()            // for good
//	}
//
// This does not, for whoever makes it ready wakes afterwards, and finds us registered:
//
//	for {
//	    sub := src.Subscribe()
//	    if ready() {
//	        sub.Cancel()
//	        break
//	    }
//	    sub.Wait(ctx)
//	}
//
// [Until] is that loop, with panics, closes and unneeded wakes taken care of; [Do] is
// register, act, wait; [Any] and [All] wait for several [Source] values with one sleeper;
// [Events] ranges over wakes.
package subscribe
