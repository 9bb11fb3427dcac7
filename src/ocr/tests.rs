//! Reading pages drawn in code.
