//! Texts of the search everywhere and of the keyboard's sheet.

use super::Text;
use super::text::texts;

texts! {
    /// Texts of the search everywhere and of the keyboard's sheet.
    pub struct SearchTexts {
        /// The button that opens it, and its title.
        search: Text,
        /// What is asked for.
        placeholder: Text,
        /// What the list is called.
        results: Text,
        page: Text,
        vhost: Text,
        queue: Text,
        exchange: Text,
        connection: Text,
        nothing: Text,
        searching: Text,
        close: Text,

        keyboard: Text,
        /// The keys themselves, each a word.
        keys_search: Text,
        keys_close: Text,
        key_search: Text,
        key_filter: Text,
        key_refresh: Text,
        key_sheet: Text,
        key_close: Text,
        key_crosshair: Text,
        key_zoom: Text,
        key_move: Text,
        key_now: Text,
        /// In front of the pages that `g` leads to.
        go_to: Text,
    }
}

/// In English.
pub const EN: SearchTexts = SearchTexts {
    search: "Search",
    placeholder: "A queue, exchange, connection, node, user or page",
    results: "Results",
    page: "Page",
    vhost: "Virtual host",
    queue: "Queue",
    exchange: "Exchange",
    connection: "Connection",
    nothing: "No matches.",
    searching: "Searching…",
    close: "Close",

    keyboard: "Keyboard",
    keys_search: "Ctrl K",
    keys_close: "Esc",
    key_search: "Search everywhere",
    key_filter: "Focus the filter",
    key_refresh: "Refresh now",
    key_sheet: "Show shortcuts",
    key_close: "Close, or clear the crosshair",
    key_crosshair: "In a chart: move the crosshair",
    key_zoom: "Zoom in and out",
    key_move: "Earlier and later",
    key_now: "Back to now",
    go_to: "Go to",
};

/// In Chinese.
#[cfg(feature = "ssr")]
pub const ZH: SearchTexts = SearchTexts {
    search: "搜索",
    placeholder: "队列、交换机、连接、节点、用户或页面",
    results: "搜索结果",
    page: "页面",
    vhost: "虚拟主机",
    queue: "队列",
    exchange: "交换机",
    connection: "连接",
    nothing: "没有匹配的条目。",
    searching: "正在搜索…",
    close: "关闭",

    keyboard: "键盘快捷键",
    keys_search: "Ctrl K",
    keys_close: "Esc",
    key_search: "全局搜索",
    key_filter: "聚焦筛选框",
    key_refresh: "立即刷新",
    key_sheet: "显示快捷键",
    key_close: "关闭，或清除十字线",
    key_crosshair: "在图表中：移动十字线",
    key_zoom: "放大和缩小",
    key_move: "更早和更晚",
    key_now: "回到现在",
    go_to: "前往",
};
