package main

import (
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/tmaxmax/go-sse"
)

func main() {
	r, _ := http.NewRequest(http.MethodGet, os.Args[1], nil)
	conn := sse.NewConnection(r)
	conn.SubscribeMessages(func(ev sse.Event) {
		fmt.Printf("%s\t%s\n", ev.Type, ev.Data)
	})
	// Connect returns when the library stops for good; its caller has to start it again.
	fmt.Fprintln(os.Stderr, conn.Connect())
	time.Sleep(time.Hour)
}
