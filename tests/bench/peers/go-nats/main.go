// SPDX-License-Identifier: Apache-2.0

// A JetStream client as Go programs write it, the peer of weir's own:
//
//	go-nats URL fetch|publish|core-publish|core-subscribe|request MESSAGES BYTES
//
// It prints the messages a second, or for requests the median time to the answer in microseconds,
// and the processor time of a message in microseconds. Fetch takes 1000 at a time from the consumer
// "worker" of the stream "BENCH" and acknowledges each; publish has 4096 messages under way, each
// with an id, and waits for every confirmation; core-subscribe says when it is ready, and takes
// what is fed then; request asks one question after the other.
package main

import (
	"fmt"
	"log"
	"os"
	"sort"
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
	feedSubject   = "core.feed"
	readySubject  = "core.ready"
	answering     = "core.questions"
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

func rate(messages int, start time.Time) float64 {
	return float64(messages) / time.Since(start).Seconds()
}

func fetch(link *nats.Conn, messages, _ int) float64 {
	start := time.Now()
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
	return rate(messages, start)
}

func publish(link *nats.Conn, messages, bytes int) float64 {
	start := time.Now()
	js, err := link.JetStream(nats.PublishAsyncMaxPending(window))
	must(err)
	payload := make([]byte, bytes)
	for sent := 0; sent < messages; sent++ {
		id := "go-0123456789ab-" + strconv.Itoa(sent)
		_, err := js.PublishAsync(streamSubject, payload, nats.MsgId(id))
		must(err)
	}
	select {
	case <-js.PublishAsyncComplete():
	case <-time.After(patience):
		log.Fatal("not every message was confirmed")
	}
	return rate(messages, start)
}

func corePublish(link *nats.Conn, messages, bytes int) float64 {
	start := time.Now()
	payload := make([]byte, bytes)
	for sent := 0; sent < messages; sent++ {
		must(link.Publish(coreSubject, payload))
	}
	must(link.Flush())
	return rate(messages, start)
}

func coreSubscribe(link *nats.Conn, messages, _ int) float64 {
	feed, err := link.SubscribeSync(feedSubject)
	must(err)
	must(feed.SetPendingLimits(-1, -1))
	must(link.Flush())
	start := time.Now()
	must(link.Publish(readySubject, nil))
	for taken := 0; taken < messages; taken++ {
		_, err := feed.NextMsg(patience)
		must(err)
	}
	return rate(messages, start)
}

func request(link *nats.Conn, messages, bytes int) float64 {
	question := make([]byte, bytes)
	times := make([]float64, 0, messages)
	for asked := 0; asked < messages; asked++ {
		start := time.Now()
		_, err := link.Request(answering, question, patience)
		must(err)
		times = append(times, float64(time.Since(start).Nanoseconds())/1000)
	}
	sort.Float64s(times)
	return times[len(times)/2]
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 5 {
		log.Fatal("usage: go-nats URL fetch|publish|core-publish|core-subscribe|request MESSAGES BYTES")
	}
	work := map[string]func(*nats.Conn, int, int) float64{
		"fetch": fetch, "publish": publish, "core-publish": corePublish,
		"core-subscribe": coreSubscribe, "request": request,
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
	before := processorTime()
	figure := work(link, messages, bytes)
	fmt.Printf("%.2f %.3f\n", figure, (processorTime()-before)/float64(messages))
}
