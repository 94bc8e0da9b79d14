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
mod tests;
