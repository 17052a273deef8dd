// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
)

const fetchAsWritten = 100

// processOneAtATime handles len(latencies) orders, one from its decoding to its acknowledgement
// before the next one. The upsert is a statement of its own, which is its own transaction. The
// acknowledgement is the plain one, which awaits no answer.
func (p *processor) processOneAtATime(subscription *nats.Subscription) error {
	for left := len(p.latencies); left > 0; {
		batch := fetchAsWritten
		if left < batch {
			batch = left
		}
		messages, err := subscription.Fetch(batch, nats.MaxWait(fetchWait))
		if err != nil && !errors.Is(err, nats.ErrTimeout) {
			return fmt.Errorf("cannot fetch orders: %w", err)
		}
		for _, message := range messages {
			if err := p.handle(message); err != nil {
				return err
			}
		}
		left -= len(messages)
	}
	return nil
}

func (p *processor) handle(message *nats.Msg) error {
	var order orderCreated
	if err := json.Unmarshal(message.Data, &order); err != nil {
		return fmt.Errorf("%q is not an order: %w", message.Data, err)
	}
	_, err := p.pool.Exec(context.Background(), upsert, &order.OrderID, &order.UserID,
		&order.AmountCents, &order.CreatedAt)
	if err != nil {
		return fmt.Errorf("cannot store the order %s: %w", message.Data, err)
	}
	event := nats.NewMsg(processedSubject)
	encodeProcessed(event, &order)
	ack, err := p.js.PublishMsg(event)
	if err != nil {
		return fmt.Errorf("cannot publish the event %s: %w", event.Data, err)
	}
	if ack.Duplicate {
		p.duplicates++
	}
	if err := p.acknowledge(message); err != nil {
		return fmt.Errorf("cannot acknowledge the order %s: %w", message.Data, err)
	}
	return nil
}
