//! Texts of panels in other people's pages.

use super::text::{texts, with};
use super::{Template, Text};

texts! {
    /// Texts of panels in other people's pages.
    pub struct Texts {
        no_token: Text,
        no_such_panel: Template<2>,
        no_broker: Text,
        alarms: Text,
        no_alarms: Text,
    }
}

/// In English.
pub const EN: Texts = Texts {
    no_token: "The page around this panel has no valid access to give.",
    no_such_panel: with("There is no panel “{0}”. There are: {1}."),
    no_broker: "The attribute “broker” is missing.",
    alarms: "Alarms",
    no_alarms: "No alarm is in effect.",
};

/// In Simplified Chinese.
#[cfg(feature = "ssr")]
pub const ZH: Texts = Texts {
    no_token: "此面板所在的页面未能提供有效的访问令牌。",
    no_such_panel: with("没有名为“{0}”的面板。可用的面板：{1}。"),
    no_broker: "缺少属性“broker”。",
    alarms: "告警",
    no_alarms: "当前没有生效的告警。",
};
