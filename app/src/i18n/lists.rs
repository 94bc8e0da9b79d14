//! Texts of lists and detail pages that the browser needs: what stands around the rows.

use super::text::{template, texts};
use super::{Template, Text};

texts! {
    /// What stands around the rows of a list.
    pub struct Lists {
        admin: Text,
        sections: Text,
        filter_by_name: Text,
        regex: Text,
        rows: Text,
        columns: Text,
        density: Text,
        comfortable: Text,
        compact: Text,
        csv: Text,
        page_of: Template<2>,
        of_all: Template<1>,
        of_filtered: Template<2>,
        previous: Text,
        next: Text,
        rates_from: Template<1>,
        copy_name: Text,
        vhost: Text,
        all_vhosts: Text,
        not_there: Template<1>,
        not_there_any_more: Text,
    }
}

/// In English.
pub const EN: Lists = Lists {
    admin: "Admin",
    sections: "Related lists",
    filter_by_name: "Filter by name",
    regex: "Regular expression",
    rows: "Rows",
    columns: "Columns",
    density: "Density",
    comfortable: "comfortable",
    compact: "compact",
    csv: "CSV",
    page_of: template("Page {0} of {1}"),
    of_all: template("{0} total"),
    of_filtered: template("{0} of {1} match"),
    previous: "Previous",
    next: "Next",
    rates_from: template("rates and details {0} ago"),
    copy_name: "Copy name",
    vhost: "Virtual host",
    all_vhosts: "all",
    not_there: template("There is no “{0}”, or this account may not see it."),
    not_there_any_more: "This object no longer exists. The page shows its last known values.",
};

/// In Simplified Chinese.
#[cfg(feature = "ssr")]
pub const ZH: Lists = Lists {
    admin: "管理",
    sections: "同类列表",
    filter_by_name: "按名称筛选",
    regex: "正则表达式",
    rows: "行数",
    columns: "列",
    density: "密度",
    comfortable: "宽松",
    compact: "紧凑",
    csv: "CSV",
    page_of: template("第 {0} 页，共 {1} 页"),
    of_all: template("共 {0} 条"),
    of_filtered: template("{1} 条中有 {0} 条符合"),
    previous: "上一页",
    next: "下一页",
    rates_from: template("速率和详情更新于 {0}前"),
    copy_name: "复制名称",
    vhost: "虚拟主机",
    all_vhosts: "全部",
    not_there: template("没有“{0}”，或此账号无权查看。"),
    not_there_any_more: "该对象已不存在。此处显示最后取得的数值。",
};
