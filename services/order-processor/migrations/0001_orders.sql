-- SPDX-License-Identifier: Apache-2.0
-- The orders that were processed. One that comes again finds its row and changes only the time.
CREATE TABLE orders (
  order_id     uuid        PRIMARY KEY,
  user_id      uuid        NOT NULL,
  amount_cents bigint      NOT NULL,
  created_at   timestamptz NOT NULL,
  status       text        NOT NULL,
  updated_at   timestamptz NOT NULL DEFAULT now()
);
