-- An image scanned again is a further page of its batch, in the place of the one that is void from then on.
ALTER TABLE page ADD COLUMN gone TEXT;       -- why the image is in no document: a reason, or where it moved to
ALTER TABLE page ADD COLUMN rescanned TEXT;  -- Rescanned, JSON: where the new image lies, and whose place it takes
