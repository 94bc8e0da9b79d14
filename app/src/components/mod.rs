//! What several pages share.

pub mod bar;
pub mod choices;
pub mod copied;
pub mod error_page;
pub mod filters;
pub mod frame;
pub mod icons;
pub mod language;
pub mod polling;
pub mod rows;
pub mod status;
pub mod theme;
pub mod time;
