//! The verification record.
