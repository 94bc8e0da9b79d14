//! Texts of panels in other people's pages.

use super::text::{template, texts};
use super::{Template, Text};

texts! {
    /// Texts of panels in other people's pages.
    pub struct EmbedTexts {
        no_token: Text,
        no_such_panel: Template<2>,
        alarms: Text,
        no_alarms: Text,
        none: Text,
        no_attribute: Template<1>,
        used: Text,
        reads: Text,
        writes: Text,
        syncs: Text,
        chart_disk: Text,
        chart_files: Text,
        chart_processes: Text,
        chart_io: Text,
        chart_io_bytes: Text,
        unit_bytes: Text,
        unit_bytes_per_second: Text,
        unit_per_second: Text,
    }
}

/// In English.
pub const EN: EmbedTexts = EmbedTexts {
    no_token: "The embedding page provides no valid token.",
    no_such_panel: template("There is no panel “{0}”. There are: {1}."),
    alarms: "Alarms",
    no_alarms: "No active alarms.",
    none: "none",
    no_attribute: template("The attribute “{0}” is missing."),
    used: "Used",
    reads: "Reads",
    writes: "Writes",
    syncs: "Syncs",
    chart_disk: "Free disk space",
    chart_files: "File descriptors and sockets",
    chart_processes: "Erlang processes",
    chart_io: "I/O",
    chart_io_bytes: "I/O, bytes",
    unit_bytes: "bytes",
    unit_bytes_per_second: "bytes/s",
    unit_per_second: "per second",
};

/// In Simplified Chinese.
#[cfg(feature = "ssr")]
pub const ZH: EmbedTexts = EmbedTexts {
    no_token: "此面板所在的页面未能提供有效的访问令牌。",
    no_such_panel: template("没有名为“{0}”的面板。可用的面板：{1}。"),
    alarms: "告警",
    no_alarms: "当前没有生效的告警。",
    none: "无",
    no_attribute: template("缺少属性“{0}”。"),
    used: "已用",
    reads: "读",
    writes: "写",
    syncs: "同步",
    chart_disk: "可用磁盘空间",
    chart_files: "文件描述符与套接字",
    chart_processes: "Erlang 进程",
    chart_io: "I/O",
    chart_io_bytes: "I/O 字节",
    unit_bytes: "字节",
    unit_bytes_per_second: "字节/秒",
    unit_per_second: "每秒",
};
