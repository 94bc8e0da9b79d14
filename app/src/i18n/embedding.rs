//! Texts of the page on panels in other people's pages.

use super::Text;
use super::text::texts;

texts! {
    /// Texts of the page on panels in other people's pages.
    pub struct EmbeddingTexts {
        title: Text,
        lead: Text,
        choose: Text,
        panel: Text,
        theme_auto: Text,
        language: Text,
        language_auto: Text,
        height: Text,
        height_own: Text,
        height_auto: Text,
        background: Text,
        background_own: Text,
        background_none: Text,
        preview: Text,
        preview_lead: Text,
        html: Text,
        html_lead: Text,
        react: Text,
        react_lead: Text,
        frame: Text,
        frame_lead: Text,
        horizon: Text,
        horizon_lead: Text,
        without_scripts: Text,
    }
}

/// In English.
pub const EN: EmbeddingTexts = EmbeddingTexts {
    title: "Embedding",
    lead: "Embed any panel: choose, preview, copy.",
    choose: "Choose a panel",
    panel: "Panel",
    theme_auto: "system",
    language: "Language",
    language_auto: "page language",
    height: "Height",
    height_own: "panel default",
    height_auto: "fit content",
    background: "Background",
    background_own: "panel default",
    background_none: "transparent",
    preview: "Preview",
    preview_lead: "the live element; it uses your session instead of a guest token",
    html: "HTML",
    html_lead: "token-url is the address on your server that returns a guest token",
    react: "React",
    react_lead: "use one getToken for all panels: they then share their polls",
    frame: "Frame",
    frame_lead: "for pages that may not run the script; portal is your registered name",
    horizon: "OpenStack Horizon",
    horizon_lead: "the package in horizon/ adds a panel to Admin; its settings",
    without_scripts: "Panels need scripting.",
};

/// In Simplified Chinese.
#[cfg(feature = "ssr")]
pub const ZH: EmbeddingTexts = EmbeddingTexts {
    title: "嵌入",
    lead: "嵌入任意面板：选择、预览、复制。",
    choose: "选择面板",
    panel: "面板",
    theme_auto: "跟随系统",
    language: "语言",
    language_auto: "跟随页面",
    height: "高度",
    height_own: "面板默认",
    height_auto: "随内容变化",
    background: "背景",
    background_own: "面板默认",
    background_none: "透明",
    preview: "预览",
    preview_lead: "即该元素本身，此处使用您的会话代替访客令牌",
    html: "HTML",
    html_lead: "token-url 是您自己的服务器上提供访客令牌的地址",
    react: "React",
    react_lead: "所有面板共用一个 getToken，即可合并轮询",
    frame: "框架",
    frame_lead: "适用于不允许运行我们脚本的页面；portal 是您注册的门户名称",
    horizon: "OpenStack Horizon",
    horizon_lead: "horizon/ 中的软件包会在“管理”下添加一个面板；其设置如下",
    without_scripts: "面板需要启用脚本。",
};
