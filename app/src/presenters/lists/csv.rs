//! A list as a CSV file.

use http::header::{CONTENT_DISPOSITION, HeaderValue};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use metering::Broker;
use metering::requests::ListQuery;

use super::column::{ColumnDef, List};
use super::list_params::ListParams;
use super::render_context::RenderContext;
use super::value::Value;
use super::{find_broker, shown, with_list_named};
use crate::cookie::read_decoded_cookie;
use crate::error::AppError;
use crate::percent::encode;
use crate::server::errors::app_error;
use crate::server::session::metering_session;

/// Rows in a request: the API's largest page.
const STEP: u64 = 500;
/// The most rows of a file: the smallest limit of common spreadsheets.
const MOST: usize = 65_000;

/// The rows of a list by its address: filter, order and columns.
pub(crate) async fn file(broker: &str, kind: &str, search: &str) -> Result<String, AppError> {
    let (session, _) = metering_session().await?;
    let broker = find_broker(&session, broker).await?;
    let params = ListParams::read(kind, search, read_decoded_cookie);
    let text = with_list_named!(
        kind,
        L => write::<L>(&session, &broker, params).await,
        else Err(AppError::NotFound)
    )?;
    if let Some(response) = use_context::<ResponseOptions>() {
        let name = encode(&format!("{}-{kind}.csv", broker.name));
        let value = format!("attachment; filename*=UTF-8''{name}");
        // Percent-encoded, it is a valid header value.
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.insert_header(CONTENT_DISPOSITION, value);
        }
    }
    Ok(text)
}

async fn write<L: List>(
    session: &client::Session,
    broker: &Broker,
    params: ListParams,
) -> Result<String, AppError> {
    let context = RenderContext::new(broker);
    let columns = L::columns();
    let (shown, _) = shown(columns, params.columns.as_deref());
    let heads = shown
        .iter()
        .map(|&index| Value::Text((columns[index].label)(context.list_texts).to_owned()));
    // The byte order mark makes spreadsheets read UTF-8.
    let mut text = "\u{feff}".to_owned();
    line(&mut text, heads);
    let mut query = ListQuery {
        page: Some(1),
        page_size: Some(STEP),
        ..params.query
    };
    query.sort = query.sort.filter(|sort| {
        columns
            .iter()
            .any(|column: &ColumnDef<_>| column.sortable && column.key == sort)
    });
    let mut written = 0;
    loop {
        let answer = L::fetch(session, &broker.name, &query).await;
        let page = answer.map_err(|error| app_error(&error))?;
        for item in &page.items {
            line(
                &mut text,
                shown
                    .iter()
                    .map(|&index| (columns[index].value)(item, &context)),
            );
        }
        written += page.items.len();
        let number = query.page.unwrap_or(1);
        if page.items.is_empty() || number >= page.page_count || written >= MOST {
            return Ok(text);
        }
        query.page = Some(number + 1);
    }
}

/// A line of RFC 4180.
fn line(text: &mut String, values: impl Iterator<Item = Value>) {
    for (index, value) in values.enumerate() {
        if index > 0 {
            text.push(',');
        }
        if value.is_number() {
            text.push_str(&value.plain());
        } else {
            quoted(text, &value.plain());
        }
    }
    text.push_str("\r\n");
}

/// A text in quotes. A text that a spreadsheet would run as a formula gets an apostrophe in front:
/// a queue's name must not run anything on the machine where the file is opened.
fn quoted(text: &mut String, value: &str) {
    text.push('"');
    if value.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        text.push('\'');
    }
    text.push_str(&value.replace('"', "\"\""));
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_formulas_and_stay_in_their_field() {
        let mut written = String::new();
        let values = [
            Value::Text("=HYPERLINK(\"x\")".to_owned()),
            Value::Text("a,b\r\nc".to_owned()),
            Value::Count(-5),
            Value::Rate(1.5),
            Value::Nothing,
        ];
        line(&mut written, values.into_iter());
        assert_eq!(
            written,
            "\"'=HYPERLINK(\"\"x\"\")\",\"a,b\r\nc\",-5,1.5,\"\"\r\n"
        );
    }

    #[test]
    fn whatever_begins_a_formula_is_kept_from_being_one() {
        for start in ["=", "+", "-", "@", "\t", "\r"] {
            let mut written = String::new();
            quoted(&mut written, &format!("{start}1"));
            assert!(written.starts_with("\"'"), "{start:?}");
        }
    }
}
