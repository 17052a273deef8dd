// SPDX-License-Identifier: Apache-2.0

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub const CREATED: &str = "orders.created";
pub const PROCESSED: &str = "orders.processed";

#[derive(Deserialize)]
pub struct OrderCreated {
    pub order_id: Uuid,
    pub user_id: Uuid,
    pub amount_cents: i64,
    pub created_at: DateTime<Utc>,
}

#[derive(Serialize)]
pub struct OrderProcessed {
    pub order_id: Uuid,
    pub amount_cents: i64,
}
