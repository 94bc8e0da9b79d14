//! One poll of all panels of a page.
//!
//! The metering API composes what panels show of brokers, in one request, and its answer is passed on
//! unread. Only what panels show of queues and nodes is added here.

use std::sync::Arc;

use client::{ClientError, Session};
use futures_util::future::join_all;
use metering::Broker;
use metering::panel::{Panel, Subject};
use metering::requests::PanelRequest;
use server_fn::Encodes;

use super::lists::details;
use crate::error::AppError;
use crate::json::{Json, RawJson};
use crate::server::errors::app_error;
use crate::server::session::panel_session;
use crate::view_models::lists::Group;
use crate::view_models::panels::PanelAnswer;
use crate::view_models::time_range::{LONGEST, SHORTEST};

pub(crate) async fn answers(
    mut requests: Vec<PanelRequest>,
) -> Result<RawJson<Vec<PanelAnswer>>, AppError> {
    if requests.len() > PanelRequest::MOST {
        return Err(AppError::TooManyRequests { retry_after: None });
    }
    for length in requests
        .iter_mut()
        .filter_map(|request| request.length.as_mut())
    {
        *length = (*length).clamp(SHORTEST, LONGEST);
    }
    let session = panel_session().await?;
    let text = session.panels_text(&requests).await;
    let text = RawJson::new(text.map_err(|error| app_error(&error))?);
    if !requests.iter().any(|request| of_object(request).is_some()) {
        return Ok(text);
    }
    let answers: Vec<PanelAnswer> = text.read()?;
    let answers = answers.into_iter().zip(&requests);
    let answers = join_all(answers.map(|(answer, request)| completed(&session, answer, request)));
    let answers = answers.await;
    // If the token ended meanwhile, the whole page needs a new one.
    if answers.contains(&Err(AppError::SignedOut)) {
        return Err(AppError::SignedOut);
    }
    let text = Json::encode(&answers).map_err(|_| AppError::Internal)?;
    Ok(RawJson::new(text))
}

/// The panel of a request about a queue or a node.
fn of_object(request: &PanelRequest) -> Option<Panel> {
    Panel::find(&request.panel).filter(|panel| panel.is_of_object())
}

/// An answer, with the facts or the series of its queue or node.
async fn completed(session: &Session, answer: PanelAnswer, request: &PanelRequest) -> PanelAnswer {
    let mut page = answer?;
    let Some(panel) = of_object(request) else {
        return Ok(page);
    };
    let broker = &page.dashboard.broker;
    let name = match panel.subject() {
        Subject::Node => &request.node,
        _ => &request.queue,
    };
    let vhost = request.vhost.as_deref().unwrap_or("/");
    let name = name.as_deref().unwrap_or_default();
    if panel.is_facts() {
        let groups = facts(session, broker, panel, (vhost, name)).await;
        page.groups = groups.map_err(|error| app_error(&error))?;
    } else if let Some(length) = request.length {
        let span = (length, request.end);
        let series = match panel.subject() {
            Subject::Node => details::series_of_node(session, broker, name, span).await,
            _ => details::series_of_queue(session, broker, vhost, name, span).await,
        };
        let mut series = series.map_err(|error| app_error(&error))?;
        series.columns.retain(|column| panel.draws(&column.meter));
        page.dashboard.charts = Some(Arc::new(series));
    }
    Ok(page)
}

/// What is known of a queue or a node, as its page has it, but without links: they lead to the
/// dashboard, which a panel's viewer may not be able to open.
async fn facts(
    session: &Session,
    broker: &Broker,
    panel: Panel,
    (vhost, name): (&str, &str),
) -> Result<Vec<Group>, ClientError> {
    let mut groups = match panel.subject() {
        Subject::Node => details::facts_of_node(session, broker, name).await?,
        _ => details::facts_of_queue(session, broker, vhost, name).await?,
    };
    for (_, cell) in groups.iter_mut().flat_map(|group| &mut group.facts) {
        cell.unlink();
    }
    Ok(groups)
}
