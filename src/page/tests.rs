//! Pages drawn in code and looked at.
