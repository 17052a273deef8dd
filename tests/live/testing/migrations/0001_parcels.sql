-- SPDX-License-Identifier: Apache-2.0
-- Nothing keeps a parcel from being there twice but what weir does.
CREATE TABLE parcels (
  id        bigint      NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE nights (due timestamptz NOT NULL);
