//! Texts about accounts and projects of a Keystone.

use super::Text;
use super::text::texts;

texts! {
    /// Texts about accounts and projects of a Keystone.
    pub struct KeystoneTexts {
        sign_in_lead: Text,
        domain: Text,
        project: Text,
        project_may_be_left_out: Text,
        wrong_credentials: Text,
        password_expired: Text,
        second_factor: Text,
        unavailable: Text,
        no_such_project: Text,
        no_project: Text,
        no_role: Text,
        projects: Text,
        projects_lead: Text,
        without_keystone: Text,
        current: Text,
        switch: Text,
    }
}

/// The English texts.
pub const EN: KeystoneTexts = KeystoneTexts {
    sign_in_lead: "Use your cloud account.",
    domain: "Domain",
    project: "Project",
    project_may_be_left_out: "May be left empty: you can switch projects later.",
    wrong_credentials: "The identity service accepts no such user name, domain and password.",
    password_expired: "Your password has expired. Change it in the cloud's own dashboard or with \
        \"openstack user password set\", then sign in again.",
    second_factor: "Your account needs a second factor, which this form cannot ask for. Open Warren \
        from the cloud's own dashboard.",
    unavailable: "The identity service does not answer, so sign-in is not possible now. \
        Try again later.",
    no_such_project: "Your account has no project of that name.",
    no_project: "Your account has no project, so there is nothing to show.",
    no_role: "Your account has no role in the project that may use Warren.",
    projects: "Projects",
    projects_lead: "What you see here is what your project may see. Another project may see other brokers.",
    without_keystone: "No projects: accounts are those of RabbitMQ.",
    current: "current",
    switch: "Switch",
};

/// The Chinese texts.
#[cfg(feature = "ssr")]
pub const ZH: KeystoneTexts = KeystoneTexts {
    sign_in_lead: "请使用您的云平台账号登录。",
    domain: "域",
    project: "项目",
    project_may_be_left_out: "可留空，登录后仍可切换项目。",
    wrong_credentials: "身份认证服务不接受此用户名、域和密码。",
    password_expired: "您的密码已过期。请在云平台控制台中或使用 \"openstack user password set\" 修改密码，然后重新登录。",
    second_factor: "您的账号需要第二认证因素，此表单无法提供。请从云平台控制台打开 Warren。",
    unavailable: "身份认证服务没有响应，暂时无法登录，请稍后再试。",
    no_such_project: "您的账号没有该名称的项目。",
    no_project: "您的账号不属于任何项目，因此没有可查看的内容。",
    no_role: "您的账号在该项目中没有可使用 Warren 的角色。",
    projects: "项目",
    projects_lead: "您看到的是当前项目有权查看的内容，其他项目可能看到其他 broker。",
    without_keystone: "没有项目：账号来自 RabbitMQ。",
    current: "当前",
    switch: "切换",
};
