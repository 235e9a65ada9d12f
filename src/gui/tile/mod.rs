//! The tiles in the centre, which a person can rearrange.
