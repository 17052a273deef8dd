// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"io"
	"sort"
	"syscall"
	"time"
)

// report is the one line of JSON that the program prints.
type report struct {
	Events          int     `json:"events"`
	Seconds         float64 `json:"seconds"` // from the first pull to the last acknowledgement
	EventsPerSecond float64 `json:"events_per_second"`
	CPUPerEvent     float64 `json:"cpu_us_per_event"` // user and system, start included
	PeakRSS         int64   `json:"peak_rss_kb"`
	P50             float64 `json:"p50_ms"` // from storage in the stream to acknowledgement
	P99             float64 `json:"p99_ms"`
}

// writeReport sorts `latencies`, one for each event.
func writeReport(out io.Writer, elapsed time.Duration, latencies []time.Duration) error {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return err
	}
	cpu := time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	events := float64(len(latencies))
	sort.Slice(latencies, func(i, j int) bool { return latencies[i] < latencies[j] })
	return json.NewEncoder(out).Encode(report{
		Events:          len(latencies),
		Seconds:         elapsed.Seconds(),
		EventsPerSecond: events / elapsed.Seconds(),
		CPUPerEvent:     float64(cpu) / float64(time.Microsecond) / events,
		PeakRSS:         usage.Maxrss,
		P50:             percentile(latencies, 0.50),
		P99:             percentile(latencies, 0.99),
	})
}

// percentile gives milliseconds; `latencies` are sorted and not empty.
func percentile(latencies []time.Duration, share float64) float64 {
	index := int(share * float64(len(latencies)-1))
	return float64(latencies[index]) / float64(time.Millisecond)
}
