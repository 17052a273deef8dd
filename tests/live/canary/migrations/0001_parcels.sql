-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE parcels (
  id bigint PRIMARY KEY CHECK (id < 1000),
  note text NOT NULL UNIQUE
);
