//! Share links and portals as tables for the page.

use client::ClientError;
use metering::Timestamp;
use metering::guest::{Portal, ShareLink, ShareLinkRequest};

use crate::error::AppError;
use crate::i18n::language;
use crate::i18n::sharing::{ROWS_EN, ROWS_ZH, SharingRowTexts};
use crate::routes;
use crate::server::clock::now;
use crate::server::errors::app_error;
use crate::server::session::{FreshLink, fresh_link, keep_fresh_link, metering_session};
use crate::view_models::sharing::{SharingPage, TextLine, TextRow, TextTable};

/// A day, in milliseconds.
const DAY: i64 = 24 * 3_600_000;

fn texts() -> &'static SharingRowTexts {
    language().pick(&ROWS_EN, &ROWS_ZH)
}

/// A placeholder for the time in a text. No text contains it.
const TIME: &str = "\u{1}";

/// A line with a time in it.
fn timed(time: Timestamp, write: impl Fn(&str) -> String) -> TextLine {
    let line = write(TIME);
    let (text, rest) = line.split_once(TIME).unwrap_or((&line, ""));
    TextLine {
        text: text.to_owned(),
        time: Some(time),
        rest: rest.to_owned(),
    }
}

/// A time alone.
fn at(time: Timestamp) -> TextLine {
    timed(time, str::to_owned)
}

/// A count with the time of its last use; a text if it was never used.
fn counted(write: fn(u64, &str) -> String, count: u64, last: Option<Timestamp>) -> TextLine {
    match last {
        _ if count == 0 => texts().never.to_owned().into(),
        Some(last) => timed(last, |last| write(count, last)),
        None => write(count, texts().never).into(),
    }
}

/// A cell of one line.
fn cell(line: impl Into<TextLine>) -> Vec<TextLine> {
    vec![line.into()]
}

/// A cell with one line for each text.
fn lines(texts: impl IntoIterator<Item = String>) -> Vec<TextLine> {
    texts.into_iter().map(TextLine::from).collect()
}

fn heads(heads: &[&str]) -> Vec<String> {
    heads.iter().map(|&head| head.to_owned()).collect()
}

fn link_row(link: &ShareLink) -> TextRow {
    let texts = texts();
    let opened = counted(texts.opened, link.opened, link.last_opened);
    TextRow {
        id: link.id.clone(),
        cells: vec![
            cell(link.view.clone()),
            lines(link.note.clone()),
            cell(link.made_by.clone()),
            cell(at(link.made_at)),
            cell(at(link.expires_at)),
            cell(opened),
        ],
        is_revoked: false,
    }
}

fn portal_row(portal: &Portal) -> TextRow {
    let texts = texts();
    let list = |names: &[String]| {
        if names.iter().any(|name| name == metering::guest::EVERY) {
            texts.everything.to_owned()
        } else {
            names.join(", ")
        }
    };
    let shown = portal.shown.iter().map(|shown| {
        timed(shown.last, |last| {
            (texts.shown)(&shown.panel, shown.updates, last)
        })
    });
    let why = portal.last_reason.clone().unwrap_or_default();
    let refused = if portal.refused == 0 {
        "0".to_owned()
    } else {
        (texts.refused)(portal.refused, &why)
    };
    TextRow {
        id: portal.name.clone(),
        cells: vec![
            cell(portal.name.clone()),
            lines(portal.origins.clone()),
            lines([
                (texts.panels)(&list(&portal.panels)),
                (texts.brokers)(&list(&portal.brokers)),
                (texts.vhosts)(&list(&portal.vhosts)),
            ]),
            cell(counted(texts.tokens, portal.issued, portal.last_issued)),
            cell(counted(texts.reads, portal.reads, portal.last_read)),
            shown.collect(),
            cell(refused),
        ],
        is_revoked: portal.revoked,
    }
}

pub(crate) async fn page() -> Result<SharingPage, AppError> {
    let (session, _) = metering_session().await?;
    let (links, portals) = tokio::join!(session.share_links(), session.portals());
    let links = links.map_err(|error| app_error(&error))?;
    let portals = match portals {
        Ok(portals) => Some(TextTable {
            heads: heads(&texts().portals),
            rows: portals.iter().map(portal_row).collect(),
        }),
        // The page is shown without them.
        Err(ClientError::Forbidden { .. }) => None,
        Err(error) => return Err(app_error(&error)),
    };
    // A revoked or expired link opens nothing.
    let fresh = fresh_link()
        .await?
        .filter(|fresh| links.iter().any(|link| link.id == fresh.id));
    Ok(SharingPage {
        links: TextTable {
            heads: heads(&texts().links),
            rows: links.iter().map(link_row).collect(),
        },
        portals,
        fresh: fresh.map(|fresh| fresh.address),
    })
}

/// Makes a link, and redirects to the page that shows it.
pub(crate) async fn share(
    view: String,
    page: String,
    broker: String,
    days: u32,
    note: Option<String>,
) -> Result<(), AppError> {
    let (session, _) = metering_session().await?;
    let until = now().as_millis() + i64::from(days.clamp(1, 365)) * DAY;
    let wanted = ShareLinkRequest {
        view,
        page,
        broker,
        expires_at: Timestamp::from_millis(until),
        note,
    };
    let link = session.share(&wanted).await;
    let link = link.map_err(|error| app_error(&error))?;
    let secret = link.secret.ok_or(AppError::Malformed)?;
    keep_fresh_link(&FreshLink {
        id: link.id,
        address: format!("{}{secret}{}", routes::SHARED, link.view),
    })
    .await?;
    back();
    Ok(())
}

/// Ends a link.
pub(crate) async fn end(id: &str) -> Result<(), AppError> {
    let (session, _) = metering_session().await?;
    match session.end_share_link(id).await {
        // It is gone already.
        Ok(()) | Err(ClientError::NotFound { .. }) => back(),
        Err(error) => return Err(app_error(&error)),
    }
    Ok(())
}

/// Revokes a portal, or reverts that.
pub(crate) async fn revoke(name: &str, revoked: bool) -> Result<(), AppError> {
    let (session, _) = metering_session().await?;
    let changed = session.revoke_portal(name, revoked).await;
    changed.map_err(|error| app_error(&error))?;
    back();
    Ok(())
}

fn back() {
    crate::server::context::redirect(routes::SHARING);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_stay_instants_for_the_viewers_clock() {
        let time = Timestamp::from_millis(7_000);
        let line = counted(ROWS_EN.opened, 3, Some(time));
        assert_eq!(
            (&*line.text, line.time, &*line.rest),
            ("3×, last ", Some(time), "")
        );
        assert_eq!(counted(ROWS_EN.opened, 0, Some(time)).time, None);
        assert_eq!((&*at(time).text, at(time).time), ("", Some(time)));
    }
}
