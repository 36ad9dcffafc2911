//! An app client as DescribeUserPoolClient returns it.

use serde_json::Value;

use super::flows::{self, ADMIN_PASSWORD, Added, Flow, Removal};
use super::lossless::Object;
use crate::reference::Listed;

/// The sorted ids of the app clients with this name.
#[must_use]
pub fn ids_of(clients: &[Listed], name: &str) -> Vec<String> {
    let matches = clients.iter().filter(|client| client.name == name);
    let mut ids: Vec<_> = matches.map(|client| client.id.clone()).collect();
    ids.sort();
    ids
}

/// Whether an app client has the settings with which setup creates the dedicated one.
pub fn is_dedicated(client: &Object) -> bool {
    let number = |name: &str| client.get(name).and_then(Value::as_i64);
    let units = client.get("TokenValidityUnits").and_then(Value::as_object);
    let minutes = |units: &Object| units.values().all(|unit| unit == "minutes");
    let has_values = |name: &str| {
        let list = client.get(name).and_then(Value::as_array);
        list.is_some_and(|list| !list.is_empty())
    };
    !has_secret(client)
        && flows(client) == [ADMIN_PASSWORD.modern]
        && number("AccessTokenValidity") == Some(5)
        && number("IdTokenValidity") == Some(5)
        && number("RefreshTokenValidity") == Some(60)
        && units.is_some_and(minutes)
        && !has_values("CallbackURLs")
        && !has_values("AllowedOAuthFlows")
}

/// The app client's flows with this flow added; `None` if it has the flow.
#[must_use]
pub fn with_flow(client: &Object, flow: Flow) -> Option<(Vec<String>, Added)> {
    flows::add(&flows(client), flow, rotates(client))
}

/// The result of removing an added flow from the app client.
#[must_use]
pub fn without_flow(client: &Object, added: &Added) -> Removal {
    flows::remove(&flows(client), added, rotates(client))
}

/// The app client's `ExplicitAuthFlows`; empty if it has none.
fn flows(client: &Object) -> Vec<String> {
    client
        .get("ExplicitAuthFlows")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|flow| flow.as_str().map(str::to_owned))
        .collect()
}

/// Whether refresh token rotation is on.
fn rotates(client: &Object) -> bool {
    client
        .get("RefreshTokenRotation")
        .and_then(|rotation| rotation.get("Feature"))
        .and_then(Value::as_str)
        == Some("ENABLED")
}

/// Whether the app client has a client secret.
pub fn has_secret(client: &Object) -> bool {
    client
        .get("ClientSecret")
        .and_then(Value::as_str)
        .is_some_and(|secret| !secret.is_empty())
}
