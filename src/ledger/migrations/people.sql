-- Who signs on. Names and roles stand in the configuration; here are only secrets and running sessions.
CREATE TABLE person_secret (
  tenant     TEXT NOT NULL,
  person     TEXT NOT NULL,
  hash       TEXT NOT NULL,             -- argon2id with its parameters and salt
  changed_at TEXT NOT NULL,
  PRIMARY KEY (tenant, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  tenant   TEXT NOT NULL,
  token    TEXT NOT NULL,               -- SHA-256 of what the browser holds
  person   TEXT NOT NULL,
  begun_at TEXT NOT NULL,
  seen_at  TEXT NOT NULL,               -- to the minute; deleted with the session
  PRIMARY KEY (tenant, token)
) STRICT, WITHOUT ROWID;

-- Whose document it is to see: the circle of its cover sheet, else of its batch.
ALTER TABLE document ADD COLUMN circle TEXT;
UPDATE document SET circle = COALESCE(
  (SELECT json_extract(o.value, '$.circle') FROM json_each(document.pages, '$.orders') o
    WHERE json_extract(o.value, '$.circle') IS NOT NULL ORDER BY o.key DESC LIMIT 1),
  (SELECT b.circle FROM batch b WHERE b.tenant = document.tenant AND b.id = document.batch));

-- What came today, station by station.
CREATE INDEX batch_taken ON batch (tenant, taken_at);
