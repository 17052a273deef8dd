-- SPDX-License-Identifier: Apache-2.0
-- What hello has seen.
CREATE TABLE receipts (
  order_id     uuid   PRIMARY KEY,
  amount_cents bigint NOT NULL
);
