//! Parses the function's environment variables, which `cogmig setup` wrote. Errors name the
//! variable that is missing or invalid, and never its value.

use std::env::{VarError, var};

use rules::env;
use rules::settings::{Misconfigured, Rules};
use rules::user_hash::LogKey;

#[cfg(test)]
mod tests;

/// The function's settings. Not `Debug`, because it holds the ExternalId and the key of the log.
pub struct Settings {
    /// The settings of calls to the old pool.
    pub old_pool: OldPoolSettings,
    /// The new pool. The function answers only events of this pool.
    pub new_user_pool_id: String,
    /// The rules of the decision.
    pub rules: Rules,
    /// The key with which usernames are hashed for the log. `None` if the log has no users.
    pub log_key: Option<LogKey>,
}

/// The settings of calls to the old pool. Not `Debug`, because it holds the ExternalId.
#[derive(Clone)]
pub struct OldPoolSettings {
    /// The old pool.
    pub user_pool_id: String,
    /// Its Region.
    pub region: String,
    /// Its app client.
    pub client_id: String,
    /// Whether the app client has a secret.
    pub has_secret: bool,
    /// The access role.
    pub role_arn: String,
    /// The ExternalId that the access role's trust policy requires.
    pub external_id: String,
}

impl Settings {
    /// Reads the process's environment variables.
    ///
    /// # Errors
    ///
    /// The variable that is missing or invalid.
    pub fn from_env() -> Result<Self, Misconfigured> {
        Self::read(|name| match var(name) {
            Ok(value) => Some(value),
            Err(VarError::NotPresent) => None,
            // No setting may contain a control character, so the variable is reported as invalid.
            Err(VarError::NotUnicode(_)) => Some("\0".to_owned()),
        })
    }

    /// Parses environment variables, which `get` returns.
    fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, Misconfigured> {
        let text = |name| {
            let value = get(name).unwrap_or_default();
            if value.is_empty() || value.contains(|character: char| character.is_control()) {
                return Err(Misconfigured(name));
            }
            Ok(value)
        };
        Ok(Self {
            old_pool: OldPoolSettings {
                user_pool_id: text(env::OLD_USER_POOL_ID)?,
                region: text(env::OLD_USER_POOL_REGION).and_then(|region| {
                    // The Region is part of the host name to which passwords are sent.
                    if is_region(&region) {
                        Ok(region)
                    } else {
                        Err(Misconfigured(env::OLD_USER_POOL_REGION))
                    }
                })?,
                client_id: text(env::OLD_CLIENT_ID)?,
                has_secret: match get(env::OLD_CLIENT_SECRET).as_deref() {
                    None => false,
                    Some("read") => true,
                    Some(_) => return Err(Misconfigured(env::OLD_CLIENT_SECRET)),
                },
                role_arn: text(env::OLD_ROLE_ARN)?,
                external_id: text(env::OLD_EXTERNAL_ID)?,
            },
            new_user_pool_id: text(env::NEW_USER_POOL_ID)?,
            rules: Rules::from_env(&get)?,
            log_key: match get(env::LOG_USER_KEY) {
                None => None,
                Some(key) => Some(LogKey::of_hex(&key).ok_or(Misconfigured(env::LOG_USER_KEY))?),
            },
        })
    }
}

fn is_region(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
