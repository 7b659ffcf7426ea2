//! Settings that are kept as they were given and act on nothing here: risk configuration and log delivery. And the
//! operations on what this backend does not have: replicas, limits that are bought, derived tokens.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::federation::saml_parties::bare_certificate;
use crate::pools::{Pool, find_client_of, find_pool};
use crate::store::PoolRecordRow;

const RISK: &str = "risk";
const LOGS: &str = "logs";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RiskRequest {
    user_pool_id: String,
    client_id: Option<String>,
    #[serde(flatten)]
    settings: Map<String, Value>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RiskAnswer {
    risk_configuration: Map<String, Value>,
}

/// `SetRiskConfiguration`: replaces what was set.
pub(super) async fn set_risk_configuration(
    state: &AppState,
    _: &Caller,
    request: RiskRequest,
) -> Result<RiskAnswer, ApiError> {
    let pool = pool_with_client(state, &request).await?;
    let exceptions = request.settings.get("RiskExceptionConfiguration");
    for list in ["BlockedIPRangeList", "SkippedIPRangeList"] {
        let ranges = exceptions.and_then(|exceptions| exceptions.get(list));
        let mut ranges = ranges.and_then(Value::as_array).into_iter().flatten();
        if !ranges.all(|range| range.as_str().is_some_and(is_range)) {
            return Err(ApiError::invalid_parameter(format!(
                "{list}: every entry must be an address and the bits that count, as in 192.0.2.0/24."
            )));
        }
    }
    let row = put(state, &pool, RISK, request.client_id, &request.settings).await?;
    described(row)
}

/// `DescribeRiskConfiguration`
pub(super) async fn describe_risk_configuration(
    state: &AppState,
    _: &Caller,
    request: RiskRequest,
) -> Result<RiskAnswer, ApiError> {
    let pool = pool_with_client(state, &request).await?;
    let id = request.client_id.as_deref().unwrap_or(WHOLE_POOL);
    match state.store.pool_record(&pool.id, RISK, id).await? {
        Some(row) => described(row),
        None => Ok(RiskAnswer {
            risk_configuration: Map::from_iter([("UserPoolId".to_owned(), json!(pool.id))]),
        }),
    }
}

fn described(row: PoolRecordRow) -> Result<RiskAnswer, ApiError> {
    let mut settings = document(&row)?;
    settings.insert("LastModifiedDate".to_owned(), json!(row.updated_at));
    settings.insert("UserPoolId".to_owned(), json!(row.pool_id));
    if let Some(client_id) = row.client_id {
        settings.insert("ClientId".to_owned(), json!(client_id));
    }
    Ok(RiskAnswer {
        risk_configuration: settings,
    })
}

async fn pool_with_client(state: &AppState, request: &RiskRequest) -> Result<Pool, ApiError> {
    match &request.client_id {
        Some(id) => Ok(find_client_of(state, &request.user_pool_id, id).await?.0),
        None => find_pool(state, &request.user_pool_id).await,
    }
}

/// `ADDRESS/BITS`
fn is_range(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else {
        return false;
    };
    let most = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    bits.parse::<u8>().is_ok_and(|bits| bits <= most)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LogDeliveryRequest {
    user_pool_id: String,
    log_configurations: Option<Vec<Map<String, Value>>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct LogDelivery {
    user_pool_id: String,
    log_configurations: Vec<Map<String, Value>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LogDeliveryAnswer {
    log_delivery_configuration: LogDelivery,
}

/// `SetLogDeliveryConfiguration`: replaces what was set.
pub(super) async fn set_log_delivery_configuration(
    state: &AppState,
    _: &Caller,
    request: LogDeliveryRequest,
) -> Result<LogDeliveryAnswer, ApiError> {
    const DESTINATIONS: [&str; 3] = [
        "CloudWatchLogsConfiguration",
        "S3Configuration",
        "FirehoseConfiguration",
    ];
    let pool = find_pool(state, &request.user_pool_id).await?;
    let configurations = request.log_configurations.unwrap_or_default();
    let mut sources = BTreeSet::new();
    for configuration in &configurations {
        let source = configuration.get("EventSource").and_then(Value::as_str);
        if !sources.insert(source) {
            return Err(ApiError::invalid_parameter(
                "LogConfigurations: an event source is there twice.",
            ));
        }
        let there = DESTINATIONS
            .iter()
            .filter(|name| configuration.contains_key(**name));
        if there.count() != 1 {
            return Err(ApiError::invalid_parameter(
                "LogConfigurations: each needs one destination.",
            ));
        }
    }
    let document = Map::from_iter([("LogConfigurations".to_owned(), json!(configurations))]);
    put(state, &pool, LOGS, None, &document).await?;
    Ok(delivery(pool, configurations))
}

/// `GetLogDeliveryConfiguration`
pub(super) async fn get_log_delivery_configuration(
    state: &AppState,
    _: &Caller,
    request: LogDeliveryRequest,
) -> Result<LogDeliveryAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let row = state.store.pool_record(&pool.id, LOGS, WHOLE_POOL).await?;
    let mut document = row.as_ref().map(document).transpose()?.unwrap_or_default();
    let stored = document
        .remove("LogConfigurations")
        .unwrap_or_else(|| json!([]));
    let configurations = serde_json::from_value(stored);
    let configurations = configurations.map_err(|error| ApiError::internal(&error))?;
    Ok(delivery(pool, configurations))
}

fn delivery(pool: Pool, log_configurations: Vec<Map<String, Value>>) -> LogDeliveryAnswer {
    LogDeliveryAnswer {
        log_delivery_configuration: LogDelivery {
            user_pool_id: pool.id,
            log_configurations,
        },
    }
}

/// The id of what is no client's own.
const WHOLE_POOL: &str = "ALL";

async fn put(
    state: &AppState,
    pool: &Pool,
    kind: &'static str,
    client_id: Option<String>,
    document: &Map<String, Value>,
) -> Result<PoolRecordRow, ApiError> {
    let now = state.clock.now();
    let row = PoolRecordRow {
        pool_id: pool.id.clone(),
        kind,
        id: client_id.clone().unwrap_or_else(|| WHOLE_POOL.to_owned()),
        client_id,
        name: String::new(),
        document: json!(document).to_string(),
        created_at: now,
        updated_at: now,
    };
    state.store.put_pool_record(&row).await?;
    Ok(row)
}

fn document(row: &PoolRecordRow) -> Result<Map<String, Value>, ApiError> {
    serde_json::from_str(&row.document).map_err(|error| ApiError::internal(&error))
}

/// Names a pool.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PoolRequest {
    user_pool_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ReplicasAnswer {
    user_pool_replicas: [Value; 0],
}

/// `ListUserPoolReplicas`: there are none.
pub(super) async fn list_user_pool_replicas(
    state: &AppState,
    _: &Caller,
    request: PoolRequest,
) -> Result<ReplicasAnswer, ApiError> {
    find_pool(state, &request.user_pool_id).await?;
    Ok(ReplicasAnswer {
        user_pool_replicas: [],
    })
}

/// `CreateUserPoolReplica`: there is one region.
pub(super) async fn create_user_pool_replica(
    state: &AppState,
    _: &Caller,
    request: PoolRequest,
) -> Result<Value, ApiError> {
    find_pool(state, &request.user_pool_id).await?;
    Err(ApiError::operation_not_enabled(
        "This service has one region: there are no replicas.",
    ))
}

/// `UpdateUserPoolReplica` and `DeleteUserPoolReplica`: nobody made one.
pub(super) async fn change_user_pool_replica(
    state: &AppState,
    _: &Caller,
    request: PoolRequest,
) -> Result<Value, ApiError> {
    find_pool(state, &request.user_pool_id).await?;
    Err(ApiError::resource_not_found("The replica does not exist."))
}

/// `GetProvisionedLimit` and `UpdateProvisionedLimit`: rates are in the configuration, for everybody.
pub(super) async fn provisioned_limit(
    _: &AppState,
    _: &Caller,
    _: Value,
) -> Result<Value, ApiError> {
    Err(ApiError::resource_not_found(
        "There are no provisioned limits: what an address may do is set in the configuration.",
    ))
}

/// `GetDerivedToken`: what it exchanges for what is not published.
pub(super) async fn get_derived_token(
    _: &AppState,
    _: &Caller,
    _: Value,
) -> Result<Value, ApiError> {
    Err(ApiError::operation_not_enabled(
        "This service exchanges no tokens.",
    ))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SigningCertificateAnswer {
    certificate: String,
}

/// `GetSigningCertificate`: it is the one of signed SAML requests.
pub(super) async fn get_signing_certificate(
    state: &AppState,
    _: &Caller,
    request: PoolRequest,
) -> Result<SigningCertificateAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    Ok(SigningCertificateAnswer {
        certificate: bare_certificate(state, &pool.id).await?,
    })
}

/// `UpdateAuthEventFeedback`: a token would come with a message about a risk, and none is ever sent.
pub(super) async fn update_auth_event_feedback(
    state: &AppState,
    _: &Caller,
    request: PoolRequest,
) -> Result<Value, ApiError> {
    find_pool(state, &request.user_pool_id).await?;
    Err(ApiError::not_authorized("Invalid feedback token."))
}
