//! Outbox, targets, retries, receipts.
