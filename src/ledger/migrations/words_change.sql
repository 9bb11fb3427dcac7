-- Words are changed in place: what was changed is indexed anew like what came.
CREATE TRIGGER search_words_change AFTER UPDATE ON document_words BEGIN
  INSERT OR IGNORE INTO search_todo (tenant, document) VALUES (NEW.tenant, NEW.document);
END;
