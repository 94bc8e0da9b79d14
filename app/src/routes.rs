//! The addresses of the app's pages, and what their queries mean.
//!
//! Addresses here begin behind the base path; [`href`] puts it in front.

use std::fmt::Write as _;

use leptos::prelude::{Get, Memo, StoredValue, With, WithValue, untrack, use_context};
use leptos_router::hooks::use_location;
use leptos_router::location::Location;
use metering::segment::{of_segment, to_segment};

use crate::percent::{decode_path, encode};

/// The sign-in page.
pub const SIGN_IN: &str = "/sign-in";
/// The list of brokers.
pub const BROKERS: &str = "/brokers";
/// The system log.
pub const LOG: &str = "/log";
/// A broker's accounts.
pub const USERS: &str = "/users";
/// The projects that a Keystone has for the account.
pub const PROJECTS: &str = "/projects";
/// Meters, in numbers and as a chart.
pub const METERS: &str = "/meters";

/// Panels to try, and how to put them into other pages.
pub const EMBEDDING: &str = "/embedding";
/// What is shown to others: share links and portals.
pub const SHARING: &str = "/sharing";
/// In front of a shared page's address stands this, and the secret of its link.
pub const SHARED: &str = "/shared/";
/// The header in which a shared page's scripts send the secret.
pub const SHARE_LINK: &str = "x-share-link";

/// The parts of an address behind `/brokers/`: the broker as it is encoded there, and the word of
/// its page.
pub fn of_path<'a>(path: &'a str, base: &str) -> Option<(&'a str, &'a str)> {
    let path = path.strip_prefix(base)?.strip_prefix(BROKERS)?;
    let mut parts = path.strip_prefix('/')?.split('/');
    let broker = parts.next().filter(|broker| !broker.is_empty())?;
    Some((broker, parts.next().unwrap_or_default()))
}

/// What stands before every path of ours: `/warren`, or nothing. A Leptos context.
#[derive(Clone, Debug, Default)]
pub struct BasePath(pub String);

/// An address of ours as it stands in a page.
pub fn href(path: &str) -> String {
    let base = use_context::<BasePath>().unwrap_or_default();
    format!("{}{path}", base.0)
}

/// The address of the page that is shown, with its query, for the way back after a sign-in.
pub fn here() -> String {
    untrack(whereabouts())
}

/// The same, for what stays while pages change.
pub fn whereabouts() -> impl Fn() -> String + Copy + Send + Sync + 'static {
    let Location {
        pathname, search, ..
    } = use_location();
    let base = StoredValue::new(use_context::<BasePath>().unwrap_or_default().0);
    move || {
        let (path, query) = (pathname.get(), search.get());
        let path = base.with_value(|base| path.strip_prefix(&**base).unwrap_or(&path).to_owned());
        if query.is_empty() {
            path
        } else {
            format!("{path}?{query}")
        }
    }
}

/// Which page an address is of, whatever it shows: pages that are one route are one of these.
fn page_of(path: &str) -> String {
    let base = use_context::<BasePath>().unwrap_or_default();
    let path = path.strip_prefix(&base.0).unwrap_or(path);
    let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
    let page = match parts[..] {
        ["brokers", _] => "overview",
        ["brokers", _, "health"] => "health",
        ["brokers", _, _] => "list",
        ["brokers", _, _, _, ..] => "object",
        [first, ..] => first,
        [] => "",
    };
    page.to_owned()
}

/// What `read` finds in the shown address, as long as that is of the page that calls this.
///
/// Where a viewer goes on to another page the address changes first, and the page goes once the other
/// one has its answer. Until then it must not take that address for its own, and ask for what it names.
fn of_page(read: impl Fn(&Location) -> String + Send + Sync + 'static) -> Memo<String> {
    let location = use_location();
    let mine = untrack(|| location.pathname.with(|path| page_of(path)));
    Memo::new(move |before: Option<&String>| {
        let is_mine = location.pathname.with(|path| page_of(path) == mine);
        match before {
            Some(before) if !is_mine => before.clone(),
            _ => read(&location),
        }
    })
}

/// The path of the page that calls this.
pub fn page_path() -> Memo<String> {
    of_page(|location| location.pathname.get())
}

/// What stands behind the question mark in the address of the page that calls this.
pub fn page_search() -> Memo<String> {
    of_page(|location| location.search.get())
}

/// The overview of a broker.
pub fn overview(broker: &str) -> String {
    format!("{BROKERS}/{}", encode(broker))
}

/// The page on which a link to a view is made. `page` says which page that is.
pub fn share(view: &str, page: &str, broker: &str) -> String {
    let (view, broker) = (encode(view), encode(broker));
    format!("{SHARING}?view={view}&page={page}&broker={broker}")
}

/// A list of a broker.
pub fn list(broker: &str, kind: &str) -> String {
    format!("{BROKERS}/{}/{kind}", encode(broker))
}

/// The page of one object of a list: its vhost, where it is in one, and its name.
pub fn object(broker: &str, kind: &str, names: &[&str]) -> String {
    let mut path = list(broker, kind);
    for name in names {
        path.push('/');
        path.push_str(&encode(&to_segment(name)));
    }
    path
}

/// The parts of the shown page's path behind `/brokers`, decoded: the broker, the list, the names.
///
/// From the path as it stands: the router's own parameters are decoded more than once, and a name
/// with a percent sign in it would be another one.
pub fn parts(path: &str) -> Vec<String> {
    let base = use_context::<BasePath>().unwrap_or_default();
    let path = path.strip_prefix(&base.0).unwrap_or(path);
    let path = path.strip_prefix(BROKERS).unwrap_or(path);
    let parts = path.split('/').filter(|part| !part.is_empty());
    let name = |(place, part): (usize, &str)| {
        let part = decode_path(part);
        // Behind the broker and the list stand names.
        if place < 2 {
            part
        } else {
            of_segment(&part).to_owned()
        }
    };
    parts.enumerate().map(name).collect()
}

/// Where to go after sign-in: an address of ours, else the start. Never somebody else's site.
pub fn checked_next(next: Option<&str>) -> &str {
    let next = checked_here(next);
    if next.starts_with(SIGN_IN) { "/" } else { next }
}

/// Where to go back to after a choice: an address of ours, the form too, else the start.
pub fn checked_here(here: Option<&str>) -> &str {
    let ours = |here: &&str| {
        here.starts_with('/')
            && !here.starts_with("//")
            && !here.contains(|char: char| char == '\\' || char.is_control())
    };
    here.filter(ours).unwrap_or("/")
}

/// An address as a header can carry it: every byte that is no visible character of ASCII is
/// percent-encoded, the others stay as they are.
pub fn visible(address: &str) -> String {
    let mut visible = String::with_capacity(address.len());
    for byte in address.bytes() {
        if byte.is_ascii_graphic() {
            visible.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(visible, "%{byte:02X}");
        }
    }
    visible
}

/// Why a sign-in led back to the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInReason {
    /// No broker accepts the name and password.
    Credentials,
    /// The password is right, and has expired.
    PasswordExpired,
    /// The password is right, and the account needs one more proof.
    SecondFactor,
    /// The account is right, but has no management tag.
    NoManagementTag,
    /// Too many attempts; seconds to wait.
    TooManyAttempts(u32),
    /// Nothing answers that could check the account.
    Unavailable,
    /// The account is right, but has no project of the name that was given.
    NoSuchProject,
    /// The account is right, but has no project at all.
    NoProject,
    /// The account is right, but has no role that counts here.
    NoRole,
}

impl SignInReason {
    /// As it stands in the address.
    fn to_query(self) -> String {
        match self {
            Self::Credentials => "credentials".to_owned(),
            Self::PasswordExpired => "expired".to_owned(),
            Self::SecondFactor => "second-factor".to_owned(),
            Self::NoManagementTag => "tag".to_owned(),
            Self::TooManyAttempts(seconds) => format!("wait-{seconds}"),
            Self::Unavailable => "unavailable".to_owned(),
            Self::NoSuchProject => "project".to_owned(),
            Self::NoProject => "no-project".to_owned(),
            Self::NoRole => "role".to_owned(),
        }
    }

    /// From the address; what is not known is no reason.
    pub fn from_query(text: &str) -> Option<Self> {
        match text {
            "credentials" => Some(Self::Credentials),
            "expired" => Some(Self::PasswordExpired),
            "second-factor" => Some(Self::SecondFactor),
            "tag" => Some(Self::NoManagementTag),
            "unavailable" => Some(Self::Unavailable),
            "project" => Some(Self::NoSuchProject),
            "no-project" => Some(Self::NoProject),
            "role" => Some(Self::NoRole),
            _ => text
                .strip_prefix("wait-")?
                .parse()
                .ok()
                .map(Self::TooManyAttempts),
        }
    }
}

/// The sign-in page that leads to `next`, with the reason of a failed attempt.
pub fn sign_in(next: Option<&str>, reason: Option<&SignInReason>) -> String {
    on_the_way(SIGN_IN, next, reason)
}

/// The page that switches between projects, to go on to `next`; with the reason why one could not.
pub fn projects(next: &str, reason: Option<SignInReason>) -> String {
    on_the_way(PROJECTS, Some(next), reason.as_ref())
}

fn on_the_way(page: &str, next: Option<&str>, reason: Option<&SignInReason>) -> String {
    let next = Some(checked_next(next)).filter(|&next| next != "/");
    let pairs = [
        reason.map(|reason| format!("error={}", encode(&reason.to_query()))),
        next.map(|next| format!("next={}", encode(next))),
    ];
    let query: Vec<_> = pairs.into_iter().flatten().collect();
    if query.is_empty() {
        page.to_owned()
    } else {
        format!("{page}?{}", query.join("&"))
    }
}

/// The broker that an address of ours is about.
pub fn broker_of(address: &str) -> Option<&str> {
    let rest = address.strip_prefix(BROKERS)?.strip_prefix('/')?;
    let name = rest.split(['/', '?', '#']).next();
    name.filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::prelude::Owner;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_name_has_an_address_that_leads_to_it() {
        let owner = Owner::new();
        owner.with(|| {
            for name in ["..", ".", "~..", "a/b", "%2E%2E", "50 %", "ü", "?#"] {
                let path = object("prod", "queues", &["/", name]);
                assert!(!path.ends_with("/..") && !path.ends_with("/."), "{path}");
                assert_eq!(parts(&path), ["prod", "queues", "/", name]);
                // As a vhost, and as what stands alone.
                let path = object("prod", "policies", &[name, name]);
                let is_step = path.split('/').any(|part| matches!(part, "." | ".."));
                assert!(!is_step, "{path}");
                assert_eq!(parts(&path), ["prod", "policies", name, name]);
                for kind in ["vhosts", "users", "nodes", "connections", "channels"] {
                    let path = object("prod", kind, &[name]);
                    assert!(!path.ends_with("/..") && !path.ends_with("/."), "{path}");
                    assert_eq!(parts(&path), ["prod", kind, name]);
                }
            }
        });
    }

    #[test]
    fn a_path_tells_the_broker_and_its_page() {
        assert_eq!(of_path("/brokers/a%2Fb", ""), Some(("a%2Fb", "")));
        assert_eq!(
            of_path("/w/brokers/a/queues/%2F/q", "/w"),
            Some(("a", "queues"))
        );
        for path in ["/brokers", "/brokers/", "/log", "/brokersome/a", "/"] {
            assert_eq!(of_path(path, ""), None, "{path}");
        }
    }

    #[test]
    fn next_is_never_somebody_elses_site() {
        for evil in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/\t/evil",
            "/\u{1}",
            "/a\u{7f}",
            "/a\u{85}",
            "/a\0",
            "evil",
            "",
        ] {
            assert_eq!(checked_next(Some(evil)), "/", "{evil:?}");
        }
        assert_eq!(
            checked_next(Some("/brokers/a?range=1h")),
            "/brokers/a?range=1h"
        );
        assert_eq!(
            checked_next(Some("/sign-in?next=/")),
            "/",
            "no way round in circles"
        );
        assert_eq!(checked_here(Some("/sign-in?next=/")), "/sign-in?next=/");
        assert_eq!(checked_here(Some("//evil.example")), "/");
    }

    #[test]
    fn headers_carry_visible_ascii_alone() {
        assert_eq!(visible("/brokers/a%2Fb?x=1"), "/brokers/a%2Fb?x=1");
        assert_eq!(visible("/brokers/é b"), "/brokers/%C3%A9%20b");
        assert!(
            visible("/\u{1}\r\n\0 中")
                .bytes()
                .all(|byte| byte.is_ascii_graphic())
        );
    }

    #[test]
    fn an_address_may_be_about_a_broker() {
        for (address, broker) in [
            ("/brokers/prod", Some("prod")),
            ("/brokers/a%2Fb/queues?page=2", Some("a%2Fb")),
            ("/brokers/prod?range=1h", Some("prod")),
            ("/brokers/", None),
            ("/brokers", None),
            ("/log", None),
        ] {
            assert_eq!(broker_of(address), broker, "{address}");
        }
    }

    #[test]
    fn hostile_names_stay_in_their_part_of_the_path() {
        assert_eq!(overview("a/b?c#d é"), "/brokers/a%2Fb%3Fc%23d%20%C3%A9");
    }

    #[test]
    fn reasons_survive_the_address() {
        use SignInReason as Reason;
        for reason in [
            Reason::Credentials,
            Reason::PasswordExpired,
            Reason::SecondFactor,
            Reason::NoManagementTag,
            Reason::TooManyAttempts(42),
            Reason::Unavailable,
            Reason::NoSuchProject,
            Reason::NoProject,
            Reason::NoRole,
        ] {
            assert_eq!(SignInReason::from_query(&reason.to_query()), Some(reason));
        }
        assert_eq!(SignInReason::from_query("<script>"), None);
    }

    #[test]
    fn projects_are_switched_from_where_one_is() {
        assert_eq!(projects("/", None), "/projects");
        assert_eq!(
            projects("/log?level=error", Some(SignInReason::NoRole)),
            "/projects?error=role&next=%2Flog%3Flevel%3Derror"
        );
    }

    #[test]
    fn the_form_is_led_back_to_with_reason_and_target() {
        assert_eq!(sign_in(None, None), "/sign-in");
        assert_eq!(
            sign_in(Some("/brokers/a"), Some(&SignInReason::Credentials)),
            "/sign-in?error=credentials&next=%2Fbrokers%2Fa"
        );
    }
}
