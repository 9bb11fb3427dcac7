-- What was deleted stays as a row without words; the events say when and by which rule.
ALTER TABLE document ADD COLUMN deleted_on TEXT COLLATE "C";  -- ISO date
ALTER TABLE batch ADD COLUMN deleted_on TEXT COLLATE "C";     -- ISO date
CREATE INDEX document_kept ON document (tenant, id) WHERE deleted_on IS NULL;
CREATE INDEX batch_kept ON batch (tenant, number) WHERE deleted_on IS NULL;

-- Objects of the vault that nobody needs any more and that still have to be removed.
CREATE TABLE vault_gone (
  tenant TEXT COLLATE "C" NOT NULL,
  hash   TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, hash)
);
