//! An app client as DescribeUserPoolClient sends it.

use serde_json::Value;

use super::flows::{self, ADMIN_PASSWORD, Added, Flow, Removal};
use super::lossless::Object;
use crate::reference::Listed;

/// The ids of those of this name, in order.
#[must_use]
pub fn ids_of(clients: &[Listed], name: &str) -> Vec<String> {
    let named = clients.iter().filter(|client| client.name == name);
    let mut ids: Vec<_> = named.map(|client| client.id.clone()).collect();
    ids.sort();
    ids
}

/// Whether an app client is as [`create`] makes it.
pub fn is_dedicated(client: &Object) -> bool {
    let number = |name: &str| client.get(name).and_then(Value::as_i64);
    let units = client.get("TokenValidityUnits").and_then(Value::as_object);
    let minutes = |units: &Object| units.values().all(|unit| unit == "minutes");
    let opens = |name: &str| {
        let list = client.get(name).and_then(Value::as_array);
        list.is_some_and(|list| !list.is_empty())
    };
    !has_secret(client)
        && flows(client) == [ADMIN_PASSWORD.modern]
        && number("AccessTokenValidity") == Some(5)
        && number("IdTokenValidity") == Some(5)
        && number("RefreshTokenValidity") == Some(60)
        && units.is_some_and(minutes)
        && !opens("CallbackURLs")
        && !opens("AllowedOAuthFlows")
}

/// The client's flows with this one among them; `None` where it is there.
#[must_use]
pub fn with_flow(client: &Object, flow: Flow) -> Option<(Vec<String>, Added)> {
    flows::add(&flows(client), flow, rotates(client))
}

/// What taking an addition away from the client comes to.
#[must_use]
pub fn without_flow(client: &Object, added: &Added) -> Removal {
    flows::remove(&flows(client), added, rotates(client))
}

/// The client's `ExplicitAuthFlows`; empty where it has none.
fn flows(client: &Object) -> Vec<String> {
    client
        .get("ExplicitAuthFlows")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|flow| flow.as_str().map(str::to_owned))
        .collect()
}

/// Whether refresh tokens are rotated.
fn rotates(client: &Object) -> bool {
    client
        .get("RefreshTokenRotation")
        .and_then(|rotation| rotation.get("Feature"))
        .and_then(Value::as_str)
        == Some("ENABLED")
}

/// Whether applications must prove a client secret.
pub fn has_secret(client: &Object) -> bool {
    client
        .get("ClientSecret")
        .and_then(Value::as_str)
        .is_some_and(|secret| !secret.is_empty())
}
