// Go with net/http: go run .
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"time"
)

// echo answers a POST with its body, once a second.
func echo(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Access-Control-Allow-Headers", "content-type, last-event-id")
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if r.Method != http.MethodPost {
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "the body is too large", http.StatusBadRequest)
		return
	}
	flusher, ok := w.(http.Flusher)
	if !ok {
		http.Error(w, "this server does not stream", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache, no-transform")
	fmt.Fprint(w, ":\n\n") // at once: Firefox waits for the first byte
	flusher.Flush()

	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for id := 1; ; id++ {
		select {
		case <-r.Context().Done(): // the client has disconnected
			log.Println("the client has gone")
			return
		case <-ticker.C:
			// One data line for each line of the body.
			data := strings.ReplaceAll(string(body), "\n", "\ndata: ")
			fmt.Fprintf(w, "id: %d\ndata: %s\n\n", id, data)
			flusher.Flush()
		}
	}
}

func main() {
	port := os.Getenv("PORT")
	if port == "" {
		port = "3000"
	}
	http.HandleFunc("/echo", echo)
	log.Println("http://localhost:" + port + "/echo")
	log.Fatal(http.ListenAndServe("localhost:"+port, nil))
}
