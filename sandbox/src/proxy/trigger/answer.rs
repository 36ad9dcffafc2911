//! Checks the function's response at least as strictly as Cognito: a response that creates a user
//! here must create one on AWS.

use std::collections::BTreeMap;

use serde_json::Value;

use super::event::SignIn;
use super::fault::Fault;
use super::pool::PoolAt;
use crate::proxy::message::mediums;

/// The user that a response creates.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NewUser {
    pub(super) username: String,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) status: &'static str,
    /// The delivery mediums of the invitation, unless it is suppressed.
    pub(super) welcome: Option<Vec<String>>,
    pub(super) takes_aliases: bool,
    /// Whether SMS MFA is enabled for the user.
    pub(super) sms_mfa: bool,
}

/// The new user. `None` if the function returned the event unchanged, which rejects the sign-in.
pub(super) fn parse(
    pool: &PoolAt,
    sign_in: &SignIn,
    event: &Value,
    answer: &Value,
) -> Result<Option<NewUser>, Fault> {
    let response = &answer["response"];
    let echoes = [
        "version",
        "triggerSource",
        "region",
        "userPoolId",
        "userName",
        "callerContext",
        "request",
    ];
    if !response.is_object()
        || echoes
            .iter()
            .any(|member| answer[*member] != event[*member])
    {
        return Err(Fault::unrecognizable());
    }
    if answer == event || is_empty(&response["userAttributes"]) {
        return Ok(None);
    }
    let mut attributes = strings_only(&response["userAttributes"])?;
    let status = match response["finalUserStatus"].as_str() {
        Some("CONFIRMED") => "CONFIRMED",
        None if response["finalUserStatus"].is_null() => "RESET_REQUIRED",
        // Sources disagree about the literal RESET_REQUIRED, so the sandbox rejects it.
        _ => return Err(Fault::unrecognizable()),
    };
    let welcome = match response["messageAction"].as_str() {
        Some("SUPPRESS") => None,
        None if response["messageAction"].is_null() => {
            Some(mediums(&response["desiredDeliveryMediums"]))
        }
        _ => return Err(Fault::unrecognizable()),
    };
    let takes_aliases = flag(&response["forceAliasCreation"])?;
    let sms_mfa = flag(&response["enableSMSMFA"])?;
    let returned = attributes.remove("username");
    let username = username(pool, sign_in, returned.as_ref(), &attributes)?;
    check_schema(pool, sign_in, &attributes)?;
    let has_mfa = matches!(
        pool.settings["MfaConfiguration"].as_str(),
        Some("ON" | "OPTIONAL")
    );
    if sms_mfa && !(has_mfa && attributes.contains_key("phone_number")) {
        return Err(sign_in.cannot_migrate());
    }
    Ok(Some(NewUser {
        username,
        attributes,
        status,
        welcome,
        takes_aliases,
        sms_mfa,
    }))
}

fn flag(value: &Value) -> Result<bool, Fault> {
    match value {
        Value::Null => Ok(false),
        Value::Bool(flag) => Ok(*flag),
        _ => Err(Fault::unrecognizable()),
    }
}

fn is_empty(attributes: &Value) -> bool {
    attributes.is_null()
        || attributes
            .as_object()
            .is_some_and(serde_json::Map::is_empty)
}

fn strings_only(attributes: &Value) -> Result<BTreeMap<String, String>, Fault> {
    let attributes = attributes.as_object().ok_or_else(Fault::unrecognizable)?;
    let strings = attributes.iter().map(|(name, value)| match value.as_str() {
        Some(value) if !value.is_empty() => Ok((name.clone(), value.to_owned())),
        _ => Err(Fault::unrecognizable()),
    });
    strings.collect()
}

/// The username of the new user. If email addresses are aliases, a username can't be an email
/// address, which the emulator checks. If they are usernames, Cognito generates the username, and
/// the typed address must be the user's.
fn username(
    pool: &PoolAt,
    sign_in: &SignIn,
    returned: Option<&String>,
    attributes: &BTreeMap<String, String>,
) -> Result<String, Fault> {
    let kinds = |member: &str| {
        let kinds = pool.settings[member].as_array();
        kinds
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
    };
    let typed = &sign_in.username;
    let addresses = kinds("UsernameAttributes");
    let username = match returned {
        None if addresses.is_empty() => Some(typed),
        None => addresses
            .iter()
            .filter_map(|kind| attributes.get(*kind))
            .find(|address| pool.is_same_name(address, typed)),
        Some(_) if !addresses.is_empty() => None,
        Some(returned) => {
            Some(returned).filter(|name| *name == typed || !kinds("AliasAttributes").is_empty())
        }
    };
    username.cloned().ok_or_else(|| sign_in.cannot_migrate())
}

/// The migration fails if an attribute isn't in the schema, a required attribute is missing, or a
/// value violates a constraint.
fn check_schema(
    pool: &PoolAt,
    sign_in: &SignIn,
    attributes: &BTreeMap<String, String>,
) -> Result<(), Fault> {
    let schema: BTreeMap<&str, &Value> = pool.settings["SchemaAttributes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|attribute| Some((attribute["Name"].as_str()?, attribute)))
        .collect();
    let fits = attributes.iter().all(|(name, value)| {
        name != "sub"
            && schema
                .get(name.as_str())
                .is_some_and(|attribute| value_fits(attribute, value))
    });
    let complete = schema.iter().all(|(name, attribute)| {
        attribute["Required"] != true || *name == "sub" || attributes.contains_key(*name)
    });
    if fits && complete {
        Ok(())
    } else {
        Err(sign_in.cannot_migrate())
    }
}

fn value_fits(attribute: &Value, value: &str) -> bool {
    let limit = |kind: &str, name: &str| attribute[kind][name].as_str()?.parse::<i64>().ok();
    match attribute["AttributeDataType"].as_str() {
        Some("Boolean") => matches!(value, "true" | "false"),
        Some("Number") => {
            let kind = "NumberAttributeConstraints";
            value.parse::<i64>().is_ok_and(|value| {
                limit(kind, "MinValue").is_none_or(|least| value >= least)
                    && limit(kind, "MaxValue").is_none_or(|most| value <= most)
            })
        }
        _ => {
            let kind = "StringAttributeConstraints";
            let length = i64::try_from(value.chars().count()).unwrap_or(i64::MAX);
            limit(kind, "MinLength").is_none_or(|least| length >= least)
                && limit(kind, "MaxLength").is_none_or(|most| length <= most)
        }
    }
}
