-- What reached a department in its inbox, and who has it there.
CREATE TABLE inbox (
  tenant     TEXT NOT NULL,
  document   TEXT NOT NULL,
  department TEXT NOT NULL,
  delivery   TEXT NOT NULL,
  product    TEXT NOT NULL,             -- SHA-256 of what was handed over
  state      TEXT NOT NULL,             -- new, taken, done, returned, moved, recalled
  person     TEXT,                      -- who took it over
  arrived_at TEXT NOT NULL,
  PRIMARY KEY (tenant, document, department)
) STRICT, WITHOUT ROWID;
CREATE INDEX inbox_department ON inbox (tenant, department, state, arrived_at);

-- Notes people write when they pass a letter on: words, so deletable.
CREATE TABLE inbox_note (
  number   INTEGER PRIMARY KEY,
  tenant   TEXT NOT NULL,
  document TEXT NOT NULL,
  at       TEXT NOT NULL,
  person   TEXT NOT NULL,
  text     TEXT NOT NULL
) STRICT;
CREATE INDEX inbox_note_document ON inbox_note (tenant, document, number);
