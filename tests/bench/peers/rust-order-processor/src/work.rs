// SPDX-License-Identifier: Apache-2.0

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::{self, context::Publish, Message};
use futures_util::StreamExt;
use sqlx::PgPool;
use tokio::sync::Semaphore;

use crate::order::{OrderCreated, OrderProcessed, PROCESSED};
use crate::Failure;

const FETCH_AS_WRITTEN: usize = 100;
const FETCH_AHEAD: usize = 256; // and room for as many before the tasks
const FETCH_WAIT: Duration = Duration::from_secs(5);

const UPSERT: &str = "INSERT INTO orders(order_id,user_id,amount_cents,created_at,status)
VALUES ($1,$2,$3,$4,'processed')
ON CONFLICT (order_id) DO UPDATE SET status=EXCLUDED.status, updated_at=now()";

#[derive(Clone)]
pub struct Shared {
    pub jetstream: jetstream::Context,
    pub pool: PgPool,
}

/// One order from its bytes to its acknowledgement. The acknowledgement is the plain one, of which
/// the client awaits that it was sent.
async fn handle(with: &Shared, message: &Message) -> Result<(), Failure> {
    let order: OrderCreated = serde_json::from_slice(&message.payload)?;
    sqlx::query(UPSERT)
        .bind(order.order_id)
        .bind(order.user_id)
        .bind(order.amount_cents)
        .bind(order.created_at)
        .execute(&with.pool)
        .await?;
    let event = OrderProcessed {
        order_id: order.order_id,
        amount_cents: order.amount_cents,
    };
    let publication = Publish::build()
        .message_id(format!("processed-{}", event.order_id))
        .payload(serde_json::to_vec(&event)?.into());
    with.jetstream
        .send_publish(PROCESSED, publication)
        .await?
        .await?;
    message.ack().await
}

/// The article's loop as it is written.
pub async fn one_at_a_time(
    with: &Shared,
    orders: &PullConsumer,
    expect: usize,
) -> Result<(), Failure> {
    let mut left = expect;
    while left > 0 {
        let mut batch = orders
            .fetch()
            .max_messages(FETCH_AS_WRITTEN.min(left))
            .messages()
            .await?;
        while let Some(message) = batch.next().await {
            handle(with, &message?).await?;
            left -= 1;
        }
    }
    Ok(())
}

/// The same for `limit` orders at a time, each in a task of its own, with the next ones fetched
/// meanwhile.
pub async fn in_flight(
    with: &Shared,
    orders: &PullConsumer,
    expect: usize,
    limit: usize,
) -> Result<(), Failure> {
    let room = Arc::new(Semaphore::new(limit));
    let mut arriving = orders
        .stream()
        .max_messages_per_batch(FETCH_AHEAD)
        .expires(FETCH_WAIT)
        .messages()
        .await?;
    for _ in 0..expect {
        let message = arriving.next().await.ok_or("the consumer ended")??;
        let permit = room.clone().acquire_owned().await?;
        let with = with.clone();
        tokio::spawn(async move {
            if let Err(failure) = handle(&with, &message).await {
                eprintln!("rust-order-processor: {failure}");
                std::process::exit(1);
            }
            drop(permit);
        });
    }
    let _all_done = room.acquire_many(limit as u32).await?;
    Ok(())
}
