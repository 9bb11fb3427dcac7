-- The mail book: what the postman brought and nobody scans. Words lie apart, deletable.
ALTER TABLE item ADD COLUMN received_time TEXT;                   -- HH:MM, local
ALTER TABLE item ADD COLUMN what TEXT NOT NULL DEFAULT 'letter';  -- letter, parcel, bid, cheque, cash, carrier
ALTER TABLE item ADD COLUMN department TEXT;                      -- whom it is for
ALTER TABLE item ADD COLUMN opens TEXT;                           -- bids: local date and minute of the opening
ALTER TABLE item ADD COLUMN late INTEGER NOT NULL DEFAULT 0;      -- bids: came after that
ALTER TABLE item ADD COLUMN handed_to TEXT;                       -- department or person; NULL: still here
CREATE INDEX item_here ON item (tenant, number) WHERE handed_to IS NULL;
CREATE TABLE item_words (
  tenant TEXT NOT NULL,
  item   TEXT NOT NULL,
  sender TEXT NOT NULL,
  PRIMARY KEY (tenant, item)
) STRICT, WITHOUT ROWID;
