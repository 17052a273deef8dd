// SPDX-License-Identifier: Apache-2.0

//! The order-processor in Rust on tokio, async-nats and sqlx, a peer of weir's own:
//!
//!     NATS_URL=nats://127.0.0.1:4222 DATABASE_URL=postgres://... rust-order-processor \
//!         --expect 20000 [--in-flight 64]
//!
//! It reads `orders.created` from the stream ORDERS with a durable pull consumer, upserts each
//! order, publishes `orders.processed`, waits for its PubAck, and acknowledges the order. Without
//! `--in-flight` it does so as the article's loop does: it fetches up to 100 orders and takes one
//! after the other. With it, so many orders are under way at a time. Neither has an inbox or an
//! outbox.
//!
//! The stream and the table `orders` must be there. The first error ends the program with exit
//! code 1, since a run with errors measures nothing.
mod order;
mod report;
mod work;

use std::env;
use std::time::Duration;

use async_nats::jetstream::{self, consumer::pull, consumer::AckPolicy};
use sqlx::postgres::PgPoolOptions;

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

const STREAM: &str = "ORDERS";
const DURABLE: &str = "rust-order-processor";
const CONNECTIONS: u32 = 10; // of the PostgreSQL pool, as many as the Go peer has
const MAX_ACK_PENDING: i64 = 4096; // far over what is fetched and unfinished: it never limits
const ACK_WAIT: Duration = Duration::from_secs(30);

struct Arguments {
    expect: usize,
    in_flight: Option<usize>,
}

fn arguments() -> Option<Arguments> {
    let mut found = Arguments {
        expect: 0,
        in_flight: None,
    };
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next()?.parse().ok()?;
        match word.as_str() {
            "--expect" => found.expect = value,
            "--in-flight" => found.in_flight = Some(value),
            _ => return None,
        }
    }
    let is_right = found.expect > 0 && found.in_flight != Some(0);
    is_right.then_some(found)
}

/// Tells the supervisor, if there is one, that work begins: the measured time starts there.
fn say_ready() -> Result<(), Failure> {
    if let Ok(path) = env::var("NOTIFY_SOCKET") {
        std::os::unix::net::UnixDatagram::unbound()?.send_to(b"READY=1", path)?;
    }
    Ok(())
}

async fn run(with: Arguments) -> Result<(), Failure> {
    let client = async_nats::connect(env::var("NATS_URL")?).await?;
    let jetstream = jetstream::new(client.clone());
    let pool = PgPoolOptions::new()
        .min_connections(CONNECTIONS)
        .max_connections(CONNECTIONS)
        .connect(&env::var("DATABASE_URL")?)
        .await?;
    let wanted = pull::Config {
        durable_name: Some(DURABLE.into()),
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        max_ack_pending: MAX_ACK_PENDING,
        filter_subject: order::CREATED.into(),
        ..Default::default()
    };
    let stream = jetstream.get_stream(STREAM).await?;
    let orders = stream.get_or_create_consumer(DURABLE, wanted).await?;
    say_ready()?;
    let shared = work::Shared { jetstream, pool };
    match with.in_flight {
        None => work::one_at_a_time(&shared, &orders, with.expect).await?,
        Some(limit) => work::in_flight(&shared, &orders, with.expect, limit).await?,
    }
    // The last acknowledgements are on their way; the server has them when it answers.
    client.flush().await?;
    report::print(with.expect);
    Ok(())
}

#[tokio::main]
async fn main() {
    let Some(with) = arguments() else {
        eprintln!("usage: rust-order-processor --expect N [--in-flight N], both over 0");
        std::process::exit(2);
    };
    if let Err(failure) = run(with).await {
        eprintln!("rust-order-processor: {failure}");
        std::process::exit(1);
    }
}
