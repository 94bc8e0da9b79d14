//! Texts of panels in other people's pages.

/// Texts of panels in other people's pages.
pub struct Texts {
    pub no_token: &'static str,
    pub no_such_panel: fn(&str, &str) -> String,
    pub no_broker: &'static str,
    pub alarms: &'static str,
    pub no_alarms: &'static str,
}

/// In English.
pub const EN: Texts = Texts {
    no_token: "The page around this panel has no valid access to give.",
    no_such_panel: |given, accepted| format!("There is no panel “{given}”. There are: {accepted}."),
    no_broker: "The attribute “broker” is missing.",
    alarms: "Alarms",
    no_alarms: "No alarm is in effect.",
};

/// In Simplified Chinese.
#[allow(dead_code, reason = "for when the language can be chosen")]
pub const ZH: Texts = Texts {
    no_token: "此面板所在的页面未能提供有效的访问令牌。",
    no_such_panel: |given, accepted| format!("没有名为“{given}”的面板。可用的面板：{accepted}。"),
    no_broker: "缺少属性“broker”。",
    alarms: "告警",
    no_alarms: "当前没有生效的告警。",
};
