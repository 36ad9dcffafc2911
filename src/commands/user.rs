//! `cogmig user`: reports whether a user exists in both pools, and whether a sign-in would migrate
//! them. It changes nothing, and no user is migrated.

use std::time::SystemTime;

use anyhow::Result;
use cogmig_core::call::CallError;
use cogmig_core::checks::alias_attributes;
use cogmig_core::diagnosis::{Broken, Forecast};
use cogmig_core::found::{Found, OldMatch};
use cogmig_core::outcome::{Ended, Outcome};
use cogmig_core::status::Unread;
use cogmig_core::users::{ListedUser, filters};
use futures_util::future::try_join_all;
use rules::forecast::{forecast, forecast_reset};
use rules::settings::{MfaUsers, Misconfigured, Rules};

use super::prepare::{Prepared, prepare};
use super::purpose::Purpose;
use super::session::Session;
use crate::aws::account::Account;
use crate::aws::probe::{self, Credentials};
use crate::aws::resources::user;

/// The number of users whose sign-ins are counted, with a query each.
const LOGS: usize = 5;

/// Reports the user with this name.
///
/// # Errors
/// An account can't be read, or with `--password-stdin`, the function can't be invoked.
pub async fn run(session: &Session<'_>, name: &str) -> Result<Ended> {
    let credentials = session.settings.password_stdin.then(|| {
        let password = crate::ui::password(name)?;
        anyhow::Ok(Credentials {
            username: name.to_owned(),
            password,
        })
    });
    let credentials = credentials.transpose()?;
    let prepared = prepare(session, Purpose::User).await?;
    let Prepared {
        deployment,
        desired,
        plan,
        ..
    } = &prepared;
    let (old_side, new_side) = (&deployment.old_side, &deployment.new_side);
    let (old, new) = tokio::try_join!(
        find(&deployment.old, &old_side.pool.id, name),
        find(&deployment.new, &new_side.pool.id, name),
    )?;
    let function = new_side.function.as_ref();
    let environment = function.map_or(&desired.configuration.environment, |function| {
        &function.configuration.environment
    });
    let get = |name: &str| environment.get(name).cloned();
    let (rules, invalid) = match Rules::from_env(get) {
        Ok(rules) => (rules, None),
        Err(Misconfigured(variable)) => (Rules::default(), Some(variable)),
    };
    let aliases = old_side.pool.described.as_ref().map(alias_attributes);
    let aliases = aliases.unwrap_or_default();
    let now = i64::try_from(SystemTime::UNIX_EPOCH.elapsed()?.as_secs())?;
    let source = deployment.sign_ins(&desired.names, now);
    let mut matches = Vec::new();
    let many = old.len() > LOGS;
    for user in old {
        let forecasts = [forecast, forecast_reset].map(|forecast| {
            let forecast = forecast(&rules, &aliases, &user.user).map(|_| ());
            Some(forecast).filter(|_| invalid.is_none())
        });
        let [forecast, reset] = forecasts;
        let hash = new_side.log_user_hash(&rules, &user.user.username);
        let log = match (function, many) {
            (None, _) => Err(Unread::new("the function doesn't exist")),
            (Some(_), true) => Err(Unread::new("more users have this name than are counted")),
            (Some(_), false) => source.of_user(hash).await,
        };
        matches.push(OldMatch {
            user,
            forecast,
            reset,
            log,
        });
    }
    let name = &desired.names.function;
    let broken = match function {
        None => Some(Broken::no_function(name)),
        Some(function) => Broken::of_state(name, &function.state),
    };
    let check = match (&credentials, broken) {
        (None, _) => None,
        (Some(_), Some(broken)) => Some(Forecast::Broken(broken)),
        (Some(credentials), None) => {
            Some(probe::user(&deployment.new, desired, credentials, plan).await?)
        }
    };
    let found = Found {
        old: matches,
        new,
        deployed: function.is_some(),
        attached: new_side.is_attached(&desired.names),
        invalid,
        unknown: Found::unknown(&rules),
        reset_depends_on_mfa: rules.mfa_users != MfaUsers::None,
        check,
        show_values: session.settings.show_values,
        now,
    };
    let ended = Ended::of_user(&found);
    session.ui.outcome(&Outcome::User(&found), ended);
    Ok(ended)
}

/// The users with this name, each once.
async fn find(account: &Account, pool: &str, name: &str) -> Result<Vec<ListedUser>, CallError> {
    let filters = filters(name).into_iter();
    let pages = filters.map(|filter| user::page(account, pool, Some(filter)));
    let mut found: Vec<ListedUser> = Vec::new();
    for user in try_join_all(pages).await?.into_iter().flatten() {
        let is_known = |known: &ListedUser| known.user.username == user.user.username;
        if !found.iter().any(is_known) {
            found.push(user);
        }
    }
    Ok(found)
}
