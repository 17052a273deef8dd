// SPDX-License-Identifier: Apache-2.0

// A JetStream client as Go programs write it, the peer of weir's own:
//
//	go-nats URL fetch|publish|core-publish MESSAGES BYTES
//
// It prints the messages a second and the processor time of a message in microseconds. Fetch takes
// 1000 at a time from the consumer "worker" of the stream "BENCH" and acknowledges each; publish
// has 4096 messages under way and waits for every confirmation.
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	stream        = "BENCH"
	streamSubject = "bench.events"
	consumer      = "worker"
	coreSubject   = "core.events"
	ahead         = 1000
	window        = 4096
	patience      = 30 * time.Second
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func processorTime() float64 {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1000
}

func fetch(link *nats.Conn, messages, _ int) {
	js, err := link.JetStream()
	must(err)
	pulls, err := js.PullSubscribe(streamSubject, consumer, nats.Bind(stream, consumer))
	must(err)
	for taken := 0; taken < messages; {
		batch, err := pulls.Fetch(ahead, nats.MaxWait(patience))
		must(err)
		for _, one := range batch {
			must(one.Ack())
		}
		taken += len(batch)
	}
	must(link.Flush())
}

func publish(link *nats.Conn, messages, bytes int) {
	js, err := link.JetStream(nats.PublishAsyncMaxPending(window))
	must(err)
	payload := make([]byte, bytes)
	for sent := 0; sent < messages; sent++ {
		_, err := js.PublishAsync(streamSubject, payload)
		must(err)
	}
	select {
	case <-js.PublishAsyncComplete():
	case <-time.After(patience):
		log.Fatal("not every message was confirmed")
	}
}

func corePublish(link *nats.Conn, messages, bytes int) {
	payload := make([]byte, bytes)
	for sent := 0; sent < messages; sent++ {
		must(link.Publish(coreSubject, payload))
	}
	must(link.Flush())
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 5 {
		log.Fatal("usage: go-nats URL fetch|publish|core-publish MESSAGES BYTES")
	}
	work := map[string]func(*nats.Conn, int, int){
		"fetch": fetch, "publish": publish, "core-publish": corePublish,
	}[os.Args[2]]
	messages, err := strconv.Atoi(os.Args[3])
	must(err)
	bytes, err := strconv.Atoi(os.Args[4])
	must(err)
	if work == nil || messages < 1 || bytes < 0 {
		log.Fatalf("'%s' of %d messages is nothing that can be measured", os.Args[2], messages)
	}
	link, err := nats.Connect(os.Args[1])
	must(err)
	start, before := time.Now(), processorTime()
	work(link, messages, bytes)
	elapsed, spent := time.Since(start), processorTime()-before
	fmt.Printf("%.0f %.3f\n", float64(messages)/elapsed.Seconds(), spent/float64(messages))
}
