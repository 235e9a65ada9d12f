//! The window. Reads plain numbers only; never touches a tensor.

pub mod history;
pub mod pane;
pub mod theme;
pub mod tile;
pub mod widget;
