-- Words are changed in place: what was changed is indexed anew like what came. Said without OR IGNORE, which the
-- statement that fires a trigger overrules.
DROP TRIGGER search_words_come;
CREATE TRIGGER search_words_come AFTER INSERT ON document_words BEGIN
  INSERT INTO search_todo (tenant, document) SELECT NEW.tenant, NEW.document
    WHERE NOT EXISTS (SELECT 1 FROM search_todo WHERE tenant = NEW.tenant AND document = NEW.document);
END;
CREATE TRIGGER search_words_change AFTER UPDATE ON document_words BEGIN
  INSERT INTO search_todo (tenant, document) SELECT NEW.tenant, NEW.document
    WHERE NOT EXISTS (SELECT 1 FROM search_todo WHERE tenant = NEW.tenant AND document = NEW.document);
END;
