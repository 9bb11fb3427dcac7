-- Every event is a leaf of one append-only tree of hashes (RFC 6962) per tenant; full nodes are kept.
CREATE TABLE log_leaf (
  tenant TEXT NOT NULL,
  place  INTEGER NOT NULL,              -- from 0, without gaps
  event  INTEGER NOT NULL,              -- event.seq
  PRIMARY KEY (tenant, place)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX log_leaf_event ON log_leaf (event);

CREATE TABLE log_node (
  tenant TEXT NOT NULL,
  level  INTEGER NOT NULL,              -- 0: leaves
  place  INTEGER NOT NULL,
  hash   BLOB NOT NULL,
  PRIMARY KEY (tenant, level, place)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER log_leaf_keeps BEFORE UPDATE ON log_leaf BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END;
CREATE TRIGGER log_leaf_stays BEFORE DELETE ON log_leaf BEGIN SELECT RAISE(ABORT, 'the log is never shortened'); END;
CREATE TRIGGER log_node_keeps BEFORE UPDATE ON log_node BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END;
CREATE TRIGGER log_node_stays BEFORE DELETE ON log_node BEGIN SELECT RAISE(ABORT, 'the log is never shortened'); END;
