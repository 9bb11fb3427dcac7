-- Who works on a doubtful document right now; the row goes when the work is done or abandoned.
CREATE TABLE desk_claim (
  tenant   TEXT NOT NULL,
  document TEXT NOT NULL,
  person   TEXT NOT NULL,
  until    TEXT NOT NULL,
  PRIMARY KEY (tenant, document)
) STRICT, WITHOUT ROWID;

-- The decision before the last one, for taking back; deletable, gone once the document is sealed.
CREATE TABLE document_before (
  tenant   TEXT NOT NULL,
  document TEXT NOT NULL,
  person   TEXT NOT NULL,               -- who decided, and may take it back
  words    TEXT NOT NULL,               -- DocumentSheet, JSON
  PRIMARY KEY (tenant, document)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER before_goes AFTER UPDATE OF state ON document WHEN NEW.state = 'sealed' BEGIN
  DELETE FROM document_before WHERE tenant = NEW.tenant AND document = NEW.id;
END;
