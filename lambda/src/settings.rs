//! The function's environment, as `cogmig setup` wrote it, turned into what to ask and how to decide. What is missing
//! or odd is named; no value ever is.

use std::env::{VarError, var};

use rules::env;
use rules::settings::{Misconfigured, Rules};

#[cfg(test)]
mod tests;

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
        Self::read(|name| match var(name) {
            Ok(value) => Some(value),
            Err(VarError::NotPresent) => None,
            // No variable of ours may hold such a character, so it is found to be odd.
            Err(VarError::NotUnicode(_)) => Some("\0".to_owned()),
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
        Ok(Self {
            old_pool: OldPoolSettings {
                user_pool_id: text(env::OLD_USER_POOL_ID)?,
                region: text(env::OLD_USER_POOL_REGION).and_then(|region| {
                    // It becomes a part of the address that passwords are sent to.
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
        })
    }
}

fn is_region(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
