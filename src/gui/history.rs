//! What a run has told so far, kept for drawing.
