-- Version 1. Tenant is part of every key. Words of letters live only in the
-- tables page_text and document_words, which may be deleted; everything else
-- carries codes, ids and hashes. Times are UTC, RFC 3339 with milliseconds.

CREATE TABLE event (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant  TEXT NOT NULL,
  at      TEXT NOT NULL,
  code    TEXT NOT NULL,
  subject TEXT NOT NULL,
  actor   TEXT NOT NULL,
  detail  TEXT NOT NULL
) STRICT;
CREATE INDEX event_subject ON event (tenant, subject, seq);
CREATE TRIGGER event_keeps BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER event_stays BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

CREATE TABLE station_day (
  tenant        TEXT NOT NULL,
  station       TEXT NOT NULL,
  opened_at     TEXT NOT NULL,
  operator      TEXT NOT NULL,
  received_date TEXT NOT NULL,
  source        TEXT NOT NULL,
  closed_at     TEXT,
  PRIMARY KEY (tenant, station, opened_at)
) STRICT;

CREATE TABLE item (
  number        INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant        TEXT NOT NULL,
  id            TEXT NOT NULL,
  received_date TEXT,
  channel       TEXT NOT NULL,
  place         TEXT NOT NULL,
  UNIQUE (tenant, id)
) STRICT;

CREATE TABLE batch (
  number        INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant        TEXT NOT NULL,
  id            TEXT NOT NULL,
  state         TEXT NOT NULL,
  station       TEXT NOT NULL,
  circle        TEXT,
  claim         TEXT NOT NULL,          -- name of the claimed file: one taking, one row
  file_name     TEXT NOT NULL,
  hash          TEXT NOT NULL,
  bytes         INTEGER NOT NULL,
  file_modified TEXT,
  taken_at      TEXT NOT NULL,
  operator      TEXT,
  received_date TEXT,
  received_from TEXT NOT NULL,
  config        TEXT NOT NULL,          -- hash of the configuration it finishes under
  duplicate_of  TEXT,
  opened        TEXT,                   -- OpenedSource without pages, JSON
  reason        TEXT,                   -- code and sentence of a rejection or hold
  item          TEXT,
  attempts      INTEGER NOT NULL DEFAULT 0,
  due_at        TEXT NOT NULL,
  leased_by     TEXT,
  leased_until  TEXT,
  UNIQUE (tenant, id),
  UNIQUE (tenant, station, claim)
) STRICT;
CREATE INDEX batch_due ON batch (tenant, state, due_at);
CREATE INDEX batch_hash ON batch (tenant, hash);

CREATE TABLE page (
  tenant       TEXT NOT NULL,
  batch        TEXT NOT NULL,
  number       INTEGER NOT NULL,        -- in the source, from 1
  state        TEXT NOT NULL,
  source       TEXT NOT NULL,           -- SourcePage, JSON
  measured     TEXT,                    -- MeasuredPage, JSON: no words
  thumbnail    TEXT,                    -- hash in the vault
  attempts     INTEGER NOT NULL DEFAULT 0,
  due_at       TEXT NOT NULL,
  leased_by    TEXT,
  leased_until TEXT,
  PRIMARY KEY (tenant, batch, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX page_due ON page (tenant, state, number, batch);

CREATE TABLE page_text (
  tenant TEXT NOT NULL,
  batch  TEXT NOT NULL,
  number INTEGER NOT NULL,
  text   TEXT NOT NULL,                 -- PageText, JSON: deletable
  PRIMARY KEY (tenant, batch, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE document (
  tenant       TEXT NOT NULL,
  id           TEXT NOT NULL,
  batch        TEXT NOT NULL,
  ordinal      INTEGER NOT NULL,
  state        TEXT NOT NULL,
  pages        TEXT NOT NULL,           -- CutDocument, JSON: numbers and codes only
  kind         TEXT,
  department   TEXT,
  hold         TEXT,
  product      TEXT,                    -- hash in the vault
  sheet        TEXT,                    -- hash of document.json in the vault
  text         TEXT,                    -- hash of document.txt in the vault
  record       TEXT,                    -- hash of record.json in the vault
  attempts     INTEGER NOT NULL DEFAULT 0,
  due_at       TEXT NOT NULL,
  leased_by    TEXT,
  leased_until TEXT,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_due ON document (tenant, state, due_at);
CREATE INDEX document_batch ON document (tenant, batch, ordinal);

CREATE TABLE document_words (
  tenant   TEXT NOT NULL,
  document TEXT NOT NULL,
  words    TEXT NOT NULL,               -- DocumentSheet, JSON: deletable
  PRIMARY KEY (tenant, document)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery (
  tenant       TEXT NOT NULL,
  id           TEXT NOT NULL,
  document     TEXT NOT NULL,
  department   TEXT NOT NULL,
  target       TEXT NOT NULL,
  state        TEXT NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0,
  repeats      INTEGER NOT NULL DEFAULT 0,
  receipt      TEXT,
  trouble      TEXT,
  due_at       TEXT NOT NULL,
  leased_by    TEXT,
  leased_until TEXT,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_due ON delivery (tenant, target, state, due_at);
CREATE INDEX delivery_document ON delivery (tenant, document);

CREATE TABLE vault_ref (
  tenant TEXT NOT NULL,
  hash   TEXT NOT NULL,
  holder TEXT NOT NULL,                 -- batch or document id and role
  PRIMARY KEY (tenant, hash, holder)
) STRICT, WITHOUT ROWID;

CREATE TABLE config_version (
  tenant TEXT NOT NULL,
  hash   TEXT NOT NULL,
  at     TEXT NOT NULL,
  text   TEXT NOT NULL,
  PRIMARY KEY (tenant, hash)
) STRICT, WITHOUT ROWID;
