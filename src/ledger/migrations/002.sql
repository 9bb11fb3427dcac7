-- What the scanner said beside a scan, and who let a batch go on in spite of a difference.
ALTER TABLE batch ADD COLUMN sidecar TEXT;       -- Sidecar, JSON
ALTER TABLE batch ADD COLUMN accepted_by TEXT;   -- person who released a held batch
