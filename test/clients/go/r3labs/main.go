package main

import (
	"fmt"
	"os"
	"time"

	"github.com/r3labs/sse/v2"
)

func main() {
	client := sse.NewClient(os.Args[1])
	for {
		// SubscribeRaw, since Subscribe adds a parameter `stream` to the address. It returns at the end of a stream.
		err := client.SubscribeRaw(func(msg *sse.Event) {
			fmt.Printf("%s\t%s\n", msg.Event, msg.Data)
		})
		fmt.Printf("!\t%v\n", err)
		time.Sleep(time.Second)
	}
}
