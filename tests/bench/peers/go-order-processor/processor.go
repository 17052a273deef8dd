// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgtype"
	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
	"github.com/nats-io/nats.go"
)

const (
	inFlight   = 64              // orders that workers hold at one time
	fetchBatch = 256             // orders of one pull, and room for as many before the workers
	fetchWait  = 5 * time.Second // how long one pull stays open at the server
)

type orderCreated struct {
	OrderID     pgtype.UUID `json:"order_id"`
	UserID      pgtype.UUID `json:"user_id"`
	AmountCents int64       `json:"amount_cents"`
	CreatedAt   time.Time   `json:"created_at"`
}

// processor is what the goroutines share.
type processor struct {
	js         nats.JetStreamContext
	pool       *pgxpool.Pool
	orders     chan *nats.Msg
	latencies  []time.Duration // a slot for each order, so that no worker waits for another
	done       int64           // slots that are taken
	duplicates int64           // events that the stream already held
}

// process handles exactly len(latencies) orders, or returns the first error and leaves the other
// goroutines behind for the end of the program.
func (p *processor) process(subscription *nats.Subscription) error {
	failed := make(chan error, inFlight+1)
	var running sync.WaitGroup
	start := func(part func() error) {
		running.Add(1)
		go func() {
			defer running.Done()
			if err := part(); err != nil {
				failed <- err
			}
		}()
	}
	start(func() error { return p.fetch(subscription) })
	for i := 0; i < inFlight; i++ {
		start(p.work)
	}
	go func() {
		running.Wait()
		close(failed)
	}()
	return <-failed
}

// fetch keeps the queue before the workers filled.
func (p *processor) fetch(subscription *nats.Subscription) error {
	defer close(p.orders)
	for left := len(p.latencies); left > 0; {
		batch := fetchBatch
		if left < batch {
			batch = left
		}
		messages, err := subscription.Fetch(batch, nats.MaxWait(fetchWait))
		if err != nil && !errors.Is(err, nats.ErrTimeout) {
			return fmt.Errorf("cannot fetch orders: %w", err)
		}
		for _, message := range messages {
			p.orders <- message
		}
		left -= len(messages)
	}
	return nil
}

// work handles orders until the queue is closed and empty. It has one order, one transaction that
// points to it, and one event, and uses them again and again.
func (p *processor) work() error {
	var order orderCreated
	transaction := newTransaction(&order)
	event := nats.NewMsg(processedSubject)
	for message := range p.orders {
		order = orderCreated{} // a field that this message lacks must not be that of the last
		if err := json.Unmarshal(message.Data, &order); err != nil {
			return fmt.Errorf("%q is not an order: %w", message.Data, err)
		}
		if err := p.commit(transaction); err != nil {
			return fmt.Errorf("cannot store the order %s: %w", message.Data, err)
		}
		encodeProcessed(event, &order)
		if err := p.publish(event); err != nil {
			return fmt.Errorf("cannot publish the event %s: %w", event.Data, err)
		}
		if err := p.acknowledge(message); err != nil {
			return fmt.Errorf("cannot acknowledge the order %s: %w", message.Data, err)
		}
	}
	return nil
}

// newTransaction stores what `order` holds at the time of each commit.
func newTransaction(order *orderCreated) *pgx.Batch {
	transaction := &pgx.Batch{}
	transaction.Queue(begin)
	transaction.Queue(upsert, &order.OrderID, &order.UserID, &order.AmountCents, &order.CreatedAt)
	transaction.Queue(commit)
	return transaction
}

// commit holds a connection for one round trip. When a statement fails, the pool closes the
// connection, as it is still inside the transaction. The context is one that cannot be cancelled:
// pgx starts a goroutine for each batch under any other.
func (p *processor) commit(transaction *pgx.Batch) error {
	return p.pool.SendBatch(context.Background(), transaction).Close()
}

// encodeProcessed makes `event` that of `order`. The id has a prefix since the server looks for
// duplicates in the whole stream, where the order itself may have its id for a Nats-Msg-Id.
func encodeProcessed(event *nats.Msg, order *orderCreated) {
	id := uuidText(order.OrderID.Bytes)
	event.Header[nats.MsgIdHdr] = []string{"processed-" + id}
	event.Data = append(event.Data[:0], `{"order_id":"`...)
	event.Data = append(event.Data, id...)
	event.Data = append(event.Data, `","amount_cents":`...)
	event.Data = strconv.AppendInt(event.Data, order.AmountCents, 10)
	event.Data = append(event.Data, '}')
}

// uuidText does what pgtype does with fmt.Sprintf, which was seen in profiles.
func uuidText(id [16]byte) string {
	var text [36]byte
	hex.Encode(text[0:], id[:4])
	hex.Encode(text[9:], id[4:6])
	hex.Encode(text[14:], id[6:8])
	hex.Encode(text[19:], id[8:10])
	hex.Encode(text[24:], id[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}

// publish returns when the stream has stored the event.
func (p *processor) publish(event *nats.Msg) error {
	future, err := p.js.PublishMsgAsync(event)
	if err != nil {
		return err
	}
	select {
	case ack := <-future.Ok():
		if ack.Duplicate {
			atomic.AddInt64(&p.duplicates, 1)
		}
		return nil
	case err := <-future.Err():
		return err
	}
}

// acknowledge ends the order and writes down how long ago the stream had stored it.
func (p *processor) acknowledge(message *nats.Msg) error {
	metadata, err := message.Metadata()
	if err != nil {
		return err
	}
	if err := message.Ack(); err != nil {
		return err
	}
	slot := atomic.AddInt64(&p.done, 1) - 1
	p.latencies[slot] = time.Since(metadata.Timestamp)
	return nil
}
