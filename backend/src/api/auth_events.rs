//! `AdminListUserAuthEvents`, `AdminUpdateAuthEventFeedback`: what happened at a user's sign-ins, in pools that
//! ask for it.

use serde::{Deserialize, Serialize};

use super::Empty;
use super::page::{after, next_token};
use super::requests::UserRequest;
use crate::app::{AppState, Caller};
use crate::audit::{self, Details};
use crate::error::ApiError;
use crate::pools::Pool;
use crate::store::AuthEventRow;
use crate::users::User;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListEventsRequest {
    #[serde(flatten)]
    user: UserRequest,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListEventsAnswer {
    auth_events: Vec<EventDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `AuthEventType`
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EventDescription {
    event_id: String,
    event_type: String,
    creation_date: i64,
    event_response: String,
    challenge_responses: Vec<ChallengeResponse>,
    event_context_data: ContextData,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_feedback: Option<Feedback>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ChallengeResponse {
    challenge_name: String,
    challenge_response: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ContextData {
    ip_address: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Feedback {
    feedback_value: String,
    provider: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    feedback_date: Option<i64>,
}

/// `AdminListUserAuthEvents`: the newest first, 60 a page at most, which is the default, too.
pub(super) async fn admin_list_user_auth_events(
    state: &AppState,
    _: &Caller,
    request: ListEventsRequest,
) -> Result<ListEventsAnswer, ApiError> {
    const LARGEST_PAGE: i64 = 60;
    let user = user_with_events(state, &request.user).await?;
    let wanted = request.max_results.filter(|wanted| *wanted > 0);
    let limit = wanted.unwrap_or(LARGEST_PAGE).min(LARGEST_PAGE);
    let before = after(request.next_token.as_deref())?;
    let before = Some(before.as_str()).filter(|before| !before.is_empty());
    let mut rows = state
        .store
        .auth_events_before(&user.pool_id, &user.username, before, limit + 1)
        .await?;
    let next_token = next_token(&mut rows, limit, |row| &row.id);
    let events = rows.into_iter().map(|row| described(state, row));
    Ok(ListEventsAnswer {
        auth_events: events.collect::<Result<_, _>>()?,
        next_token,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct FeedbackRequest {
    #[serde(flatten)]
    user: UserRequest,
    event_id: String,
    feedback_value: String,
}

/// `AdminUpdateAuthEventFeedback`
pub(super) async fn admin_update_auth_event_feedback(
    state: &AppState,
    _: &Caller,
    request: FeedbackRequest,
) -> Result<Empty, ApiError> {
    let user = user_with_events(state, &request.user).await?;
    let now = state.clock.now();
    let (id, value) = (&request.event_id, &request.feedback_value);
    let store = &state.store;
    if store
        .set_auth_event_feedback(&user.pool_id, &user.username, id, value, "Admin", now)
        .await?
    {
        Ok(Empty {})
    } else {
        Err(ApiError::resource_not_found("Event does not exist."))
    }
}

/// The user, in a pool that asks for events.
async fn user_with_events(state: &AppState, request: &UserRequest) -> Result<User, ApiError> {
    let (pool, user): (Pool, User) = request.find_in_pool(state).await?;
    if audit::asks_for_events(&pool)? {
        return Ok(user);
    }
    Err(ApiError::user_pool_add_on_not_enabled(
        "The user pool does not write events down: UserPoolAddOns.AdvancedSecurityMode is off.",
    ))
}

fn described(state: &AppState, row: AuthEventRow) -> Result<EventDescription, ApiError> {
    let details = Details::open(state, &row)?;
    let responses = details.challenges.into_iter();
    let responses = responses.map(|(challenge_name, challenge_response)| ChallengeResponse {
        challenge_name,
        challenge_response,
    });
    Ok(EventDescription {
        challenge_responses: responses.collect(),
        event_context_data: ContextData {
            ip_address: details.ip_address,
        },
        event_feedback: row.feedback.map(|feedback_value| Feedback {
            feedback_value,
            provider: row.feedback_by.unwrap_or_default(),
            feedback_date: row.feedback_at,
        }),
        event_id: row.id,
        event_type: row.kind,
        creation_date: row.created_at,
        event_response: row.response,
    })
}
