//! Pages in order -> documents, with a reason for every cut.
