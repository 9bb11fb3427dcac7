-- Lots whose sample check is open: filled by the draw's own event, closed by the last verdict.
CREATE TABLE sample_lot (
  tenant TEXT NOT NULL,
  batch  TEXT NOT NULL,
  open   INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant, batch)
) STRICT, WITHOUT ROWID;
CREATE INDEX sample_lot_open ON sample_lot (tenant, batch) WHERE open;
INSERT INTO sample_lot (tenant, batch) SELECT DISTINCT tenant, subject FROM event WHERE code = 'sample.seed';
CREATE TRIGGER sample_lot_drawn AFTER INSERT ON event WHEN NEW.code = 'sample.seed' BEGIN
  INSERT OR IGNORE INTO sample_lot (tenant, batch) VALUES (NEW.tenant, NEW.subject);
END;

-- Pages of a drawn document that somebody compared and found good; gone with the verdict.
CREATE TABLE sample_page (
  tenant   TEXT NOT NULL,
  document TEXT NOT NULL,
  person   TEXT NOT NULL,
  number   INTEGER NOT NULL,            -- in the source, from 1
  PRIMARY KEY (tenant, document, person, number)
) STRICT, WITHOUT ROWID;
