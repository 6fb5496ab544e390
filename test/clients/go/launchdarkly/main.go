package main

import (
	"fmt"
	"os"

	"github.com/launchdarkly/eventsource"
)

func main() {
	stream, err := eventsource.Subscribe(os.Args[1], "")
	if err != nil {
		panic(err)
	}
	go func() {
		// An error that is not read would stop the stream.
		for range stream.Errors {
		}
	}()
	for ev := range stream.Events {
		fmt.Printf("%s\t%s\n", ev.Event(), ev.Data())
	}
}
