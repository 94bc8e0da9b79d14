//! Texts of what is shown to others: portals and share links.

/// Texts of what is shown to others: portals and share links.
pub struct Texts {
    pub title: &'static str,
    pub lead: &'static str,
    pub links: &'static str,
    pub no_links: &'static str,
    pub portals: &'static str,
    pub portals_lead: &'static str,
    pub no_portals: &'static str,
    pub new_link: &'static str,
    pub view: &'static str,
    pub note: &'static str,
    pub note_hint: &'static str,
    pub valid_for: &'static str,
    pub one_day: &'static str,
    pub week: &'static str,
    pub month: &'static str,
    pub year: &'static str,
    pub make: &'static str,
    /// Above the new link, which is shown this once.
    pub fresh: &'static str,
    pub actions: &'static str,
    pub revoke: &'static str,
    pub readmit: &'static str,
    pub revoked: &'static str,
    /// On a button, behind its text: which link or portal it is about.
    pub which: fn(&str) -> String,
    /// The link in a page's head that leads here.
    pub share: &'static str,
    /// Above a shared page: who made the link, and until when.
    pub read_only: fn(&str, &str) -> String,
    pub ended: &'static str,
    pub ended_lead: &'static str,
}

/// In English.
pub const EN: Texts = Texts {
    title: "Sharing",
    lead: "What others see of your brokers: with a link, or in pages of other portals.",
    links: "Share links",
    no_links: "You have no share link. Open a broker’s overview and choose “Share”.",
    portals: "Portals",
    portals_lead: "Registered portals, and what they embedded since Warren started.",
    no_portals: "No portal is registered: see --portal.",
    new_link: "New share link",
    view: "View",
    note: "Note",
    note_hint: "For you: who it is for",
    valid_for: "Valid for",
    one_day: "1 day",
    week: "7 days",
    month: "30 days",
    year: "365 days",
    make: "Make link",
    fresh: "Copy the new link now: it is not shown again after you sign out.",
    actions: "Actions",
    revoke: "Revoke",
    readmit: "Admit again",
    revoked: "Revoked",
    which: |name| format!(": {name}"),
    share: "Share",
    read_only: |by, until| format!("Read-only link of {by}, valid until {until}"),
    ended: "This link has ended",
    ended_lead: "It was revoked, or its day has passed. Ask whoever gave it to you for another.",
};

/// In Simplified Chinese.
#[allow(dead_code, reason = "for when the language can be chosen")]
pub const ZH: Texts = Texts {
    title: "共享",
    lead: "他人可以看到的内容：通过链接，或嵌入到其他门户的页面中。",
    links: "共享链接",
    no_links: "您还没有共享链接。请打开某个代理的概览页并选择“共享”。",
    portals: "门户",
    portals_lead: "已注册的门户，以及 Warren 启动以来它们嵌入的内容。",
    no_portals: "没有已注册的门户：请参阅 --portal。",
    new_link: "新建共享链接",
    view: "视图",
    note: "备注",
    note_hint: "仅供您参考：给谁使用",
    valid_for: "有效期",
    one_day: "1 天",
    week: "7 天",
    month: "30 天",
    year: "365 天",
    make: "创建链接",
    fresh: "请立即复制新链接：退出登录后将不再显示。",
    actions: "操作",
    revoke: "撤销",
    readmit: "重新允许",
    revoked: "已撤销",
    which: |name| format!("：{name}"),
    share: "共享",
    read_only: |by, until| format!("{by} 的只读链接，有效期至 {until}"),
    ended: "此链接已失效",
    ended_lead: "它已被撤销或已过期。请向提供链接的人索取新链接。",
};

/// Heads and words of the tables, which the server writes.
#[cfg(feature = "ssr")]
pub(crate) struct Rows {
    pub(crate) links: [&'static str; 6],
    pub(crate) portals: [&'static str; 7],
    pub(crate) everything: &'static str,
    pub(crate) never: &'static str,
    pub(crate) panels: fn(&str) -> String,
    pub(crate) brokers: fn(&str) -> String,
    pub(crate) vhosts: fn(&str) -> String,
    pub(crate) tokens: fn(u64, &str) -> String,
    pub(crate) reads: fn(u64, &str) -> String,
    pub(crate) opened: fn(u64, &str) -> String,
    pub(crate) shown: fn(&str, u64, &str) -> String,
    pub(crate) refused: fn(u64, &str) -> String,
}

/// In English.
#[cfg(feature = "ssr")]
pub(crate) const ROWS_EN: Rows = Rows {
    links: ["View", "Note", "Made by", "Made", "Valid until", "Opened"],
    portals: [
        "Portal", "Origins", "May show", "Tokens", "Reads", "Shows", "Refused",
    ],
    everything: "everything",
    never: "never",
    panels: |names| format!("panels: {names}"),
    brokers: |names| format!("brokers: {names}"),
    vhosts: |names| format!("vhosts: {names}"),
    tokens: |count, last| format!("{count}, last {last}"),
    reads: |count, last| format!("{count}, last {last}"),
    opened: |count, last| format!("{count}×, last {last}"),
    shown: |panel, count, last| format!("{panel}: {count}×, last {last}"),
    refused: |count, last| format!("{count}; last: {last}"),
};

/// In Simplified Chinese.
#[cfg(feature = "ssr")]
#[allow(dead_code, reason = "for when the language can be chosen")]
pub(crate) const ROWS_ZH: Rows = Rows {
    links: ["视图", "备注", "创建者", "创建时间", "有效期至", "打开"],
    portals: ["门户", "来源", "可显示", "令牌", "读取", "显示", "拒绝"],
    everything: "全部",
    never: "从未",
    panels: |names| format!("面板：{names}"),
    brokers: |names| format!("代理：{names}"),
    vhosts: |names| format!("虚拟主机：{names}"),
    tokens: |count, last| format!("{count}，最近 {last}"),
    reads: |count, last| format!("{count}，最近 {last}"),
    opened: |count, last| format!("{count} 次，最近 {last}"),
    shown: |panel, count, last| format!("{panel}：{count} 次，最近 {last}"),
    refused: |count, last| format!("{count}；最近：{last}"),
};
