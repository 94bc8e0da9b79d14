//! Texts of what is shown to others: portals and share links.

use super::text::{template, texts};
use super::{Template, Text};

texts! {
    /// Texts of what is shown to others: portals and share links.
    pub struct SharingTexts {
        title: Text,
        lead: Text,
        links: Text,
        no_links: Text,
        portals: Text,
        portals_lead: Text,
        no_portals: Text,
        new_link: Text,
        view: Text,
        note: Text,
        note_hint: Text,
        valid_for: Text,
        one_day: Text,
        week: Text,
        month: Text,
        year: Text,
        make: Text,
        /// Above the new link, which is shown this once.
        fresh: Text,
        actions: Text,
        revoke: Text,
        readmit: Text,
        revoked: Text,
        /// On a button, behind its text: which link or portal it is about.
        which: Template<1>,
        /// The link in a page's head that leads here.
        share: Text,
        /// Above a shared page: who made the link, and until when.
        read_only: Template<2>,
        ended: Text,
        ended_lead: Text,
    }
}

/// In English.
pub const EN: SharingTexts = SharingTexts {
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
    make: "Create link",
    fresh: "Copy the new link now: it is not shown again after you sign out.",
    actions: "Actions",
    revoke: "Revoke",
    readmit: "Allow again",
    revoked: "Revoked",
    which: template(": {0}"),
    share: "Share",
    read_only: template("Read-only link of {0}, valid until {1}"),
    ended: "This link has ended",
    ended_lead: "It was revoked, or it has expired. Ask the person who sent it for a new one.",
};

/// In Simplified Chinese.
#[cfg(feature = "ssr")]
pub const ZH: SharingTexts = SharingTexts {
    title: "共享",
    lead: "他人可以看到的内容：通过链接，或嵌入到其他门户的页面中。",
    links: "共享链接",
    no_links: "您还没有共享链接。请打开某个 broker 的概览页并选择“共享”。",
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
    which: template("：{0}"),
    share: "共享",
    read_only: template("{0} 的只读链接，有效期至 {1}"),
    ended: "此链接已失效",
    ended_lead: "它已被撤销或已过期。请向提供链接的人索取新链接。",
};

/// Heads and words of the tables, which the server writes.
#[cfg(feature = "ssr")]
pub(crate) struct SharingRowTexts {
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
pub(crate) const ROWS_EN: SharingRowTexts = SharingRowTexts {
    links: [
        "View",
        "Note",
        "Created by",
        "Created",
        "Valid until",
        "Opened",
    ],
    portals: [
        "Portal", "Origins", "May show", "Tokens", "Reads", "Shows", "Refused",
    ],
    everything: "everything",
    never: "never",
    panels: |names| format!("panels: {names}"),
    brokers: |names| format!("brokers: {names}"),
    vhosts: |names| format!("virtual hosts: {names}"),
    tokens: |count, last| format!("{count}, last {last}"),
    reads: |count, last| format!("{count}, last {last}"),
    opened: |count, last| format!("{count}×, last {last}"),
    shown: |panel, count, last| format!("{panel}: {count}×, last {last}"),
    refused: |count, last| format!("{count}; last: {last}"),
};

/// In Simplified Chinese.
#[cfg(feature = "ssr")]
pub(crate) const ROWS_ZH: SharingRowTexts = SharingRowTexts {
    links: ["视图", "备注", "创建者", "创建时间", "有效期至", "打开"],
    portals: ["门户", "来源", "可显示", "令牌", "读取", "显示", "拒绝"],
    everything: "全部",
    never: "从未",
    panels: |names| format!("面板：{names}"),
    brokers: |names| format!("broker：{names}"),
    vhosts: |names| format!("虚拟主机：{names}"),
    tokens: |count, last| format!("{count}，最近 {last}"),
    reads: |count, last| format!("{count}，最近 {last}"),
    opened: |count, last| format!("{count} 次，最近 {last}"),
    shown: |panel, count, last| format!("{panel}：{count} 次，最近 {last}"),
    refused: |count, last| format!("{count}；最近：{last}"),
};
