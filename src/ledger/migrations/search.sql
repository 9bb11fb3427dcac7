-- Full text: the words of decided documents, brought to their stems. A row goes with the document's words, and
-- the index forgets it at once.
CREATE TABLE search_row (
  number   INTEGER PRIMARY KEY,         -- newest last
  tenant   TEXT NOT NULL,
  document TEXT NOT NULL,
  received TEXT NOT NULL,               -- ISO date, empty if unknown
  words    TEXT NOT NULL,
  sender   TEXT NOT NULL,
  numbers  TEXT NOT NULL,
  UNIQUE (tenant, document)
) STRICT;
CREATE VIRTUAL TABLE search_text USING fts5(
  words, sender, numbers, content = 'search_row', content_rowid = 'number', detail = column,
  tokenize = 'unicode61 remove_diacritics 0'
);
INSERT INTO search_text (search_text, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER search_row_comes AFTER INSERT ON search_row BEGIN
  INSERT INTO search_text (rowid, words, sender, numbers) VALUES (NEW.number, NEW.words, NEW.sender, NEW.numbers);
END;
CREATE TRIGGER search_row_goes AFTER DELETE ON search_row BEGIN
  INSERT INTO search_text (search_text, rowid, words, sender, numbers)
    VALUES ('delete', OLD.number, OLD.words, OLD.sender, OLD.numbers);
END;

-- Documents whose words are not in the index yet.
CREATE TABLE search_todo (
  tenant   TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (tenant, document)
) STRICT, WITHOUT ROWID;
INSERT INTO search_todo (tenant, document) SELECT tenant, document FROM document_words;
CREATE TRIGGER search_words_come AFTER INSERT ON document_words BEGIN
  INSERT OR IGNORE INTO search_todo (tenant, document) VALUES (NEW.tenant, NEW.document);
END;
CREATE TRIGGER search_words_go AFTER DELETE ON document_words BEGIN
  DELETE FROM search_todo WHERE tenant = OLD.tenant AND document = OLD.document;
  DELETE FROM search_row WHERE tenant = OLD.tenant AND document = OLD.document;
END;
