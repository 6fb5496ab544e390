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
	err := conn.Connect()
	fmt.Printf("!\t%v\n", err)
	// It has given up for good; whoever wants it back has to begin again.
	time.Sleep(time.Hour)
}
