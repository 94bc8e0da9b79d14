//! Rows of alarms and of their changes, page by page or all at once.

use std::sync::Arc;

use axum::response::Response;
use metering::alarm::{Alarm, AlarmChange};
use store::{AlarmCursor, AlarmSelection, Page};

use crate::auth::identity::tokens::TokenData;
use crate::controllers::paged_answer::{self, Cost};
use crate::http::error::Error;
use crate::state::ApiState;

/// The project that a caller is limited to.
pub(crate) fn own_project(caller: &TokenData) -> Option<String> {
    (!caller.is_admin()).then(|| caller.project_id())
}

/// Where an answer continues, and the number of its rows so far.
#[derive(Debug, Default)]
pub(crate) struct Position {
    pub(crate) cursor: AlarmCursor,
    pub(crate) count: u64,
}

/// A page, up to the limit of its answer.
pub(crate) fn cut<T>(
    mut rows: Vec<T>,
    next: Option<AlarmCursor>,
    count: u64,
    limit: u64,
) -> Page<T, Position> {
    rows.truncate(usize::try_from(limit - count).unwrap_or(usize::MAX));
    let count = count + rows.len() as u64;
    let next = next.filter(|_| count < limit);
    Page {
        rows,
        next: next.map(|cursor| Position { cursor, count }),
    }
}

/// Answers with alarms, page by page.
pub(crate) async fn rows(
    shared: &Arc<ApiState>,
    caller: &TokenData,
    selection: AlarmSelection,
    limit: u64,
    includes: impl Fn(&Alarm) -> bool + Clone + Send + Sync + 'static,
) -> Result<Response, Error> {
    let store = Arc::clone(&shared.store);
    let read = move |Position { cursor, count }| {
        let (store, selection, includes) =
            (Arc::clone(&store), selection.clone(), includes.clone());
        async move {
            let page = store.alarms_page(selection, cursor).await?;
            let alarms = page.rows.into_iter().map(|record| record.alarm);
            Ok(cut(
                alarms.filter(|alarm| includes(alarm)).collect(),
                page.next,
                count,
                limit,
            ))
        }
    };
    paged_answer::rows(shared, caller.user_id(), Cost::Small, read, |row: Alarm| {
        row
    })
    .await
}

/// All alarms of a selection that pass, the last changed first.
pub(crate) async fn all(
    shared: &ApiState,
    caller: &TokenData,
    selection: AlarmSelection,
    includes: impl Fn(&Alarm) -> bool,
) -> Result<Vec<Alarm>, Error> {
    let _permit = shared.queries.heavy(&caller.user_id()).await?;
    let (mut found, mut cursor) = (Vec::new(), Some(AlarmCursor::default()));
    while let Some(next) = cursor {
        let page = shared.store.alarms_page(selection.clone(), next).await?;
        let alarms = page.rows.into_iter().map(|record| record.alarm);
        found.extend(alarms.filter(|alarm| includes(alarm)));
        cursor = page.next;
    }
    Ok(found)
}

/// All changes of a selection that pass, the last first.
pub(crate) async fn all_changes(
    shared: &ApiState,
    caller: &TokenData,
    selection: AlarmSelection,
    includes: impl Fn(&AlarmChange) -> bool,
) -> Result<Vec<AlarmChange>, Error> {
    let _permit = shared.queries.heavy(&caller.user_id()).await?;
    let (mut found, mut cursor) = (Vec::new(), Some(AlarmCursor::default()));
    while let Some(next) = cursor {
        let page = shared
            .store
            .alarm_changes_page(selection.clone(), next)
            .await?;
        let changes = page.rows.into_iter().map(|record| record.change);
        found.extend(changes.filter(|change| includes(change)));
        cursor = page.next;
    }
    Ok(found)
}
