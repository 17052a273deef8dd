-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE items (
  item_id  uuid   PRIMARY KEY,
  title    text   NOT NULL,
  quantity bigint NOT NULL CHECK (quantity > 0)
);
