//! Reading: words with boxes and confidence.
