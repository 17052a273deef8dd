-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE parcels (id no_such_type);
