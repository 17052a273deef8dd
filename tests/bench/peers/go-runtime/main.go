// SPDX-License-Identifier: Apache-2.0

// go-runtime does in Go what tests/bench/runtime measures of weir:
//
//	go-runtime yield|spawn|channel|timer COUNT   prints the processor time of one, in nanoseconds
//	go-runtime echo REQUESTS                     prints a port, serves it until standard input ends,
//	                                             and prints the processor time of one request
//
// One processor (GOMAXPROCS=1), as weir has one thread.
package main

import (
	"fmt"
	"io"
	"math/rand"
	"net"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	goroutinesAtATime = 100
	channelCapacity   = 64
	liveTimers        = 200_000
	bufferBytes       = 4096
)

// The processor time of the process so far, in nanoseconds.
func processorTime() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fail(err)
	}
	return float64(usage.Utime.Nano() + usage.Stime.Nano())
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "go-runtime:", err)
	os.Exit(1)
}

func yield(count int) {
	for turn := 0; turn < count; turn++ {
		runtime.Gosched()
	}
}

func spawn(count int) {
	var sum int
	for started := 0; started < count; started += goroutinesAtATime {
		var all sync.WaitGroup
		all.Add(goroutinesAtATime)
		for child := 0; child < goroutinesAtATime; child++ {
			go func() {
				sum++
				all.Done()
			}()
		}
		all.Wait()
	}
}

func channel(count int) {
	numbers := make(chan int, channelCapacity)
	go func() {
		for number := 0; number < count; number++ {
			numbers <- number
		}
		close(numbers)
	}()
	for range numbers {
	}
}

func timer(count int) func() {
	live := make([]*time.Timer, liveTimers)
	moment := func() time.Duration {
		return time.Hour + time.Duration(rand.Int63n(int64(time.Hour)))
	}
	for index := range live {
		live[index] = time.AfterFunc(moment(), func() {})
	}
	return func() {
		for armed := 0; armed < count; armed++ {
			time.AfterFunc(moment(), func() {}).Stop()
		}
		runtime.KeepAlive(live)
	}
}

func serve(connection net.Conn) {
	defer connection.Close()
	buffer := make([]byte, bufferBytes)
	for {
		count, err := connection.Read(buffer)
		if err != nil {
			return
		}
		if _, err := connection.Write(buffer[:count]); err != nil {
			return
		}
	}
}

func echo(requests int) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	start := processorTime()
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(connection)
		}
	}()
	io.Copy(io.Discard, os.Stdin)
	fmt.Printf("%.1f\n", (processorTime()-start)/float64(requests))
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: go-runtime yield|spawn|channel|timer|echo COUNT")
		os.Exit(2)
	}
	count, err := strconv.Atoi(os.Args[2])
	if err != nil || count < 1 {
		fail(fmt.Errorf("'%s' is not a count", os.Args[2]))
	}
	runtime.GOMAXPROCS(1)
	if os.Args[1] == "echo" {
		echo(count)
		return
	}
	work := map[string]func(int){"yield": yield, "spawn": spawn, "channel": channel}[os.Args[1]]
	run := func() { work(count) }
	if os.Args[1] == "timer" {
		run = timer(count)
	} else if work == nil {
		fail(fmt.Errorf("'%s' is nothing that can be measured", os.Args[1]))
	}
	start := processorTime()
	run()
	fmt.Printf("%.1f\n", (processorTime()-start)/float64(count))
}
