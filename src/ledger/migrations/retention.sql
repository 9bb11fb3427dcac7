-- What was deleted stays as a row without words; the events say when and by which rule.
ALTER TABLE document ADD COLUMN deleted_on TEXT;  -- ISO date
ALTER TABLE batch ADD COLUMN deleted_on TEXT;     -- ISO date
CREATE INDEX document_kept ON document (tenant, id) WHERE deleted_on IS NULL;
CREATE INDEX batch_kept ON batch (tenant, number) WHERE deleted_on IS NULL;

-- Objects of the vault that nobody needs any more and that still have to be removed.
CREATE TABLE vault_gone (
  tenant TEXT NOT NULL,
  hash   TEXT NOT NULL,
  PRIMARY KEY (tenant, hash)
) STRICT, WITHOUT ROWID;
