//! Document -> PDF/A bytes.
