-- SPDX-License-Identifier: Apache-2.0
-- An entry cannot be booked twice, and tells after which others it was booked.
CREATE TABLE entries (
  account bigint NOT NULL,
  number  bigint NOT NULL,
  booked  bigint GENERATED ALWAYS AS IDENTITY,
  PRIMARY KEY (account, number)
);
-- What a read-modify-write makes of the same entries.
CREATE TABLE balances (
  account bigint PRIMARY KEY,
  entries bigint NOT NULL
);
