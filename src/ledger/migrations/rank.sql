-- Which page goes first: urgent mail, then mail that came earlier. `0` or `1`, a blank, the received date.
ALTER TABLE page ADD COLUMN rank TEXT NOT NULL DEFAULT '1';
DROP INDEX page_due;
CREATE INDEX page_due ON page (tenant, state, rank, number, batch);
