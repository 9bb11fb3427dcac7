//! Text -> kind, fields, protection, target.
