//! What several pages share.

pub mod age;
pub mod alarm_bar;
pub mod bar;
pub mod broker_notice;
pub mod choices;
pub(crate) mod cookie;
pub mod copy;
pub mod dialog;
pub mod error_page;
pub mod filters;
pub mod frame;
pub mod icons;
pub mod keys;
pub mod language;
pub mod links;
pub mod menu;
pub mod navigation;
pub mod palette;
pub mod polling;
pub mod redirect;
pub mod rows;
pub mod sheet;
pub mod skeleton;
pub mod status;
pub mod theme;
pub mod time;
