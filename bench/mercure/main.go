// A Mercure hub from its library behind Go's own HTTP server, without Caddy, in which it ships, and without tokens.
// Everything else is as it is by default; subscribers and messages are in its own memory. It listens at PORT of the loopback.
package main

import (
	"context"
	"log"
	"log/slog"
	"net/http"
	"os"

	"github.com/dunglas/mercure"
)

func main() {
	// Else it writes a line for each message and each subscriber.
	errors := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	hub, err := mercure.NewHub(context.Background(), mercure.WithLogger(errors))
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /.well-known/mercure", hub.SubscribeHandler)
	http.HandleFunc("POST /.well-known/mercure", hub.PublishHandler)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
