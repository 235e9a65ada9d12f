//! The network: a vertical chain of block cards with cuts between them.
