-- SPDX-License-Identifier: Apache-2.0
-- What quotes asks for prices, and what it has offered.
CREATE TABLE prices (
  product     text   PRIMARY KEY,
  price_cents bigint NOT NULL
);
INSERT INTO prices VALUES ('tea', 250), ('coffee', 300);

CREATE TABLE quotes (
  id           uuid   PRIMARY KEY,
  product      text   NOT NULL,
  amount_cents bigint NOT NULL
);

CREATE TABLE records (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  body   text   NOT NULL
);
