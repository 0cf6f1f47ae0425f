//! The panes of the Research layout.

pub mod figures;
pub mod page;
