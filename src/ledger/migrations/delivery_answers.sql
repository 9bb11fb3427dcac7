-- The receiver answers after the hand-over: the document stays open until it does.
ALTER TABLE delivery ADD COLUMN awaits INTEGER NOT NULL DEFAULT 0;
-- An attempt ended without an answer: it may have arrived.
ALTER TABLE delivery ADD COLUMN unsure INTEGER NOT NULL DEFAULT 0;
-- A clerk allowed another attempt after the program had none left.
ALTER TABLE delivery ADD COLUMN again_by TEXT;
