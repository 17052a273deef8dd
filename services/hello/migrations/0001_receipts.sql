CREATE TABLE receipts (
  order_id     uuid   PRIMARY KEY,
  amount_cents bigint NOT NULL
);
