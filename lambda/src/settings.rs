//! The function's environment, as `cogmig setup` wrote it, turned into what to ask and how to decide. What is missing
//! or odd is named; no value ever is.

use std::env;

use crate::attributes::Mapping;
use crate::decision::{ForgotPassword, MfaUsers, Rules, TemporaryPasswords};
use crate::names::NameRules;

#[cfg(test)]
mod tests;

/// The variable that is missing or odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misconfigured(pub &'static str);

/// All that the function is told. Not `Debug`, as it holds the ExternalId.
pub struct Settings {
    /// How to ask the old pool.
    pub old_pool: OldPoolSettings,
    /// The only pool whose events are answered.
    pub new_user_pool_id: String,
    /// How to decide.
    pub rules: Rules,
}

/// How to ask the old pool. Not `Debug`, as it holds the ExternalId.
#[derive(Clone)]
pub struct OldPoolSettings {
    /// The old pool.
    pub user_pool_id: String,
    /// Its Region.
    pub region: String,
    /// Its app client.
    pub client_id: String,
    /// Whether that has a secret.
    pub has_secret: bool,
    /// The access role.
    pub role_arn: String,
    /// What the access role wants to hear.
    pub external_id: String,
}

impl Settings {
    /// Reads the process's environment.
    ///
    /// # Errors
    ///
    /// When a variable is missing or odd.
    pub fn from_env() -> Result<Self, Misconfigured> {
        Self::read(|name| match env::var(name) {
            Ok(value) => Some(value),
            Err(env::VarError::NotPresent) => None,
            // No variable of ours may hold such a character, so it is found to be odd.
            Err(env::VarError::NotUnicode(_)) => Some("\0".to_owned()),
        })
    }

    /// Reads what `get` gives for each variable.
    fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, Misconfigured> {
        let text = |name| {
            let value = get(name).unwrap_or_default();
            if value.is_empty() || value.contains(|character: char| character.is_control()) {
                return Err(Misconfigured(name));
            }
            Ok(value)
        };
        let kinds = |name, known: &[&'static str]| {
            pick_all(&get(name).unwrap_or_default(), known).ok_or(Misconfigured(name))
        };
        Ok(Self {
            old_pool: OldPoolSettings {
                user_pool_id: text("OLD_USER_POOL_ID")?,
                region: text("OLD_USER_POOL_REGION").and_then(|region| {
                    // It becomes a part of the address that passwords are sent to.
                    if is_region(&region) {
                        Ok(region)
                    } else {
                        Err(Misconfigured("OLD_USER_POOL_REGION"))
                    }
                })?,
                client_id: text("OLD_CLIENT_ID")?,
                has_secret: pick(
                    &get,
                    "OLD_CLIENT_SECRET",
                    &[(None, false), (Some("read"), true)],
                )?,
                role_arn: text("OLD_ROLE_ARN")?,
                external_id: text("OLD_EXTERNAL_ID")?,
            },
            new_user_pool_id: text("NEW_USER_POOL_ID")?,
            rules: Rules {
                attributes: get("ATTRIBUTES")
                    .and_then(|list| mappings(&list))
                    .ok_or(Misconfigured("ATTRIBUTES"))?,
                mfa_users: pick(
                    &get,
                    "MFA_USERS",
                    &[
                        (Some("none"), MfaUsers::None),
                        (Some("refuse"), MfaUsers::Refuse),
                        (Some("migrate"), MfaUsers::Migrate),
                    ],
                )?,
                temporary_passwords: pick(
                    &get,
                    "TEMPORARY_PASSWORDS",
                    &[
                        (Some("refuse"), TemporaryPasswords::Refuse),
                        (Some("reset"), TemporaryPasswords::Reset),
                    ],
                )?,
                forgot_password: pick(
                    &get,
                    "FORGOT_PASSWORD",
                    &[
                        (Some("refuse"), ForgotPassword::Refuse),
                        (Some("migrate"), ForgotPassword::Migrate),
                    ],
                )?,
                mfa_required: pick(&get, "OLD_MFA", &[(None, false), (Some("ON"), true)])?,
                old_triggers: pick(
                    &get,
                    "OLD_SIGN_IN_TRIGGERS",
                    &[(None, false), (Some("true"), true)],
                )?,
                recovery: kinds("NEW_RECOVERY", &CONTACTS)?,
                sms_mfa: pick(
                    &get,
                    "SMS_MFA",
                    &[(None, false), (Some("false"), false), (Some("true"), true)],
                )?,
                names: NameRules {
                    old_usernames: kinds("OLD_USERNAME_ATTRIBUTES", &CONTACTS)?,
                    new_usernames: kinds("NEW_USERNAME_ATTRIBUTES", &CONTACTS)?,
                    new_aliases: kinds("NEW_ALIAS_ATTRIBUTES", &ALIASES)?,
                    case_sensitive: pick(
                        &get,
                        "NEW_CASE_SENSITIVE",
                        &[(None, false), (Some("true"), true)],
                    )?,
                },
            },
        })
    }
}

const CONTACTS: [&str; 2] = ["email", "phone_number"];
const ALIASES: [&str; 3] = ["email", "phone_number", "preferred_username"];

/// The meaning of one of a closed set of values, absence among them where it has one.
fn pick<T: Copy>(
    get: impl Fn(&str) -> Option<String>,
    name: &'static str,
    meanings: &[(Option<&str>, T)],
) -> Result<T, Misconfigured> {
    let value = get(name);
    meanings
        .iter()
        .find(|(known, _)| *known == value.as_deref())
        .map(|(_, meaning)| *meaning)
        .ok_or(Misconfigured(name))
}

fn pick_all(list: &str, known: &[&'static str]) -> Option<Vec<&'static str>> {
    entries(list)
        .map(|entry| known.iter().copied().find(|name| *name == entry))
        .collect()
}

fn mappings(list: &str) -> Option<Vec<Mapping>> {
    entries(list)
        .map(|entry| {
            let (old, new) = entry.split_once('=').unwrap_or((entry, entry));
            let is_odd =
                |name: &str| name.is_empty() || name.contains(|c: char| c == '=' || c.is_control());
            (!is_odd(old) && !is_odd(new)).then(|| Mapping {
                old: old.to_owned(),
                new: new.to_owned(),
            })
        })
        .collect()
}

fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').filter(move |_| !list.is_empty())
}

fn is_region(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
