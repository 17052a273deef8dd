// SPDX-License-Identifier: Apache-2.0

// The order-processor as a tuned Go program, the peer that weir's own is measured against.
//
//	NATS_URL=nats://127.0.0.1:4222 DATABASE_URL=postgres://... go-order-processor --expect 20000 \
//	    [--one-at-a-time]
//
// It reads `orders.created` from the stream ORDERS with a durable pull consumer, stores each order
// in a transaction of its own, publishes `orders.processed`, waits for its PubAck, and only then
// acknowledges the order. It keeps 64 orders in flight over 10 connections.
//
// Tuned means: one goroutine fetches ahead of the workers; BEGIN, the upsert and COMMIT are
// prepared once for each connection, take binary parameters and travel in one round trip (BEGIN and
// COMMIT in round trips of their own make it slower by a fifth); a connection is held for that
// alone, never for JSON or NATS; publishes are asynchronous; the acknowledgement is the plain one.
//
// With --one-at-a-time it is the loop that articles begin with: it fetches up to 100 orders and
// handles one after the other, each call awaited before the next one.
//
// The stream and the table `orders` must be there: who compares programs gives each the same ones.
// The first error ends the program with exit code 1, since a run with errors measures nothing.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"time"

	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
	"github.com/nats-io/nats.go"
)

const (
	stream           = "ORDERS"
	createdSubject   = "orders.created"
	processedSubject = "orders.processed"
	durable          = "go-order-processor"

	connections   = 10               // of the PostgreSQL pool
	maxAckPending = 4096             // far over what is fetched and unfinished: it never limits
	publishWindow = 4 * inFlight     // a worker has one publish under way: it never limits
	ackWait       = 30 * time.Second // far over the time that an order waits in the queue
)

// Names of prepared statements.
const (
	begin  = "begin"
	upsert = "upsert"
	commit = "commit"
)

var statements = map[string]string{
	begin: "BEGIN",
	upsert: `INSERT INTO orders(order_id,user_id,amount_cents,created_at,status)
VALUES ($1,$2,$3,$4,'processed')
ON CONFLICT (order_id) DO UPDATE SET status=EXCLUDED.status, updated_at=now()`,
	commit: "COMMIT",
}

// connectNATS gives up for good when the connection is lost: a PubAck that was under way would
// never come, and its worker would wait for ever.
func connectNATS() (*nats.Conn, error) {
	url := os.Getenv("NATS_URL")
	if url == "" {
		url = nats.DefaultURL
	}
	lost := func(_ *nats.Conn, err error) {
		if err != nil {
			log.Fatalf("lost the connection to NATS: %v", err)
		}
	}
	connection, err := nats.Connect(url, nats.NoReconnect(), nats.DisconnectErrHandler(lost))
	if err != nil {
		return nil, fmt.Errorf("cannot connect to NATS at NATS_URL: %w", err)
	}
	return connection, nil
}

// connectPostgres opens the pool. What DATABASE_URL leaves out comes from PGHOST and its like.
func connectPostgres(ctx context.Context) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(os.Getenv("DATABASE_URL"))
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL is not a PostgreSQL connection string: %w", err)
	}
	config.MaxConns = connections
	config.MinConns = connections
	config.AfterConnect = func(ctx context.Context, connection *pgx.Conn) error {
		for name, text := range statements {
			if _, err := connection.Prepare(ctx, name, text); err != nil {
				return err
			}
		}
		return nil
	}
	pool, err := pgxpool.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("cannot connect to PostgreSQL at DATABASE_URL, or its table orders "+
			"does not exist yet: %w", err)
	}
	return pool, nil
}

// sayReady tells the supervisor, if there is one, that work begins: the measured time starts there.
func sayReady() error {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return nil
	}
	socket, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return err
	}
	defer socket.Close()
	_, err = socket.Write([]byte("READY=1"))
	return err
}

func run(expected int, oneAtATime bool) error {
	connection, err := connectNATS()
	if err != nil {
		return err
	}
	js, err := connection.JetStream(nats.PublishAsyncMaxPending(publishWindow))
	if err != nil {
		return err
	}
	pool, err := connectPostgres(context.Background())
	if err != nil {
		return err
	}
	orders, err := js.PullSubscribe(createdSubject, durable, nats.BindStream(stream),
		nats.AckExplicit(), nats.AckWait(ackWait), nats.MaxAckPending(maxAckPending))
	if err != nil {
		return fmt.Errorf("cannot have the consumer %s, or stream %s does not exist yet: %w",
			durable, stream, err)
	}

	p := processor{
		js:        js,
		pool:      pool,
		orders:    make(chan *nats.Msg, fetchBatch),
		latencies: make([]time.Duration, expected),
	}
	process := p.process
	if oneAtATime {
		process = p.processOneAtATime
	}
	if err := sayReady(); err != nil {
		return err
	}
	started := time.Now()
	if err := process(orders); err != nil {
		return err
	}
	// The last acknowledgements are with the server when it answers what was sent after them.
	if err := connection.Flush(); err != nil {
		return fmt.Errorf("cannot send the last acknowledgements: %w", err)
	}
	elapsed := time.Since(started)
	pool.Close()
	connection.Close()
	if p.duplicates > 0 {
		log.Printf("the stream already held %d of the events: take a fresh one to measure", p.duplicates)
	}
	return writeReport(os.Stdout, elapsed, p.latencies)
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("go-order-processor: ")
	expected := flag.Int("expect", 0, "the number of orders to process before the end")
	oneAtATime := flag.Bool("one-at-a-time", false, "handle one order after the other")
	flag.Parse()
	if *expected <= 0 || flag.NArg() > 0 {
		log.Fatal("usage: go-order-processor --expect N [--one-at-a-time], N over 0")
	}
	if err := run(*expected, *oneAtATime); err != nil {
		log.Fatal(err)
	}
}
