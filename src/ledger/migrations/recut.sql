-- What documents were like before a person cut them anew, for taking that back; deletable, gone once the
-- document leaves.
CREATE TABLE recut_before (
  tenant   TEXT NOT NULL,
  document TEXT NOT NULL,               -- where the person stands afterwards
  person   TEXT NOT NULL,
  before   TEXT NOT NULL,               -- documents as they were, JSON
  made     TEXT NOT NULL,               -- ids that came to be by it, JSON
  PRIMARY KEY (tenant, document)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER recut_goes AFTER UPDATE OF state ON document WHEN NEW.state IN ('approved', 'sealed', 'hold') BEGIN
  DELETE FROM recut_before WHERE tenant = NEW.tenant AND document = NEW.id;
END;
CREATE TRIGGER recut_goes_too AFTER DELETE ON document_words BEGIN
  DELETE FROM recut_before WHERE tenant = OLD.tenant AND document = OLD.document;
END;
