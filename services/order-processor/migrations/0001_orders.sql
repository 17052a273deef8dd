-- The orders that were processed. A redelivered order finds its row and changes nothing but the time.
CREATE TABLE orders (
  order_id     uuid        PRIMARY KEY,
  user_id      uuid        NOT NULL,
  amount_cents bigint      NOT NULL,
  created_at   timestamptz NOT NULL,
  status       text        NOT NULL,
  updated_at   timestamptz NOT NULL DEFAULT now()
);
