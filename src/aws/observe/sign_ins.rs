//! Reads the sign-ins from the function's log.

use std::time::Duration;

use cogmig_core::call::CallError;
use cogmig_core::found::{self, UserLog};
use cogmig_core::names::Names;
use cogmig_core::observed::NewSide;
use cogmig_core::status::{COUNTED, Counted, Log, Sums, Unread, pattern};
use rules::log;

use crate::aws::account::Account;
use crate::aws::resources::log_group;

/// Reads the function's log. If it can't be read, the command doesn't fail.
pub async fn sign_ins(
    account: &Account,
    names: &Names,
    side: &NewSide,
    now: i64,
    period: Duration,
) -> Result<Log, Unread> {
    let name = &names.log_group;
    let Some(group) = &side.log_group else {
        return Err(Unread {
            why: format!("the log group {name} doesn't exist"),
            grant: None,
        });
    };
    let since = now.saturating_sub(i64::try_from(period.as_secs()).unwrap_or(i64::MAX));
    let kept = group.retention.map(|days| now - i64::from(days) * 86_400);
    let began = side.role.as_ref().and_then(|role| role.created);
    let migrated_since = began.max(kept).unwrap_or(since);
    let (counted, migrated) = (pattern(&COUNTED), pattern(&[log::MIGRATED]));
    let (recent, migrations) = tokio::try_join!(
        log_group::read(account, name, since, &counted),
        log_group::read(account, name, migrated_since, &migrated),
    )
    .map_err(|error| unread(&error))?;
    let sums = |read: &log_group::Read| Sums::of(read.lines.iter().map(String::as_str));
    Ok(Log {
        since,
        recent: Counted {
            of: sums(&recent),
            complete: recent.complete,
        },
        migrated_since,
        migrated: Counted {
            of: sums(&migrations).migrated,
            complete: migrations.complete && began.is_some_and(|began| Some(began) >= kept),
        },
    })
}

/// The period in which a user's sign-ins are counted, in seconds: 24 hours.
const USER_PERIOD: i64 = 86_400;

/// Reads the sign-ins of the user with this hash from the function's log.
///
/// # Errors
/// The log can't be read, or has no users. The command doesn't fail.
pub async fn of_user(
    account: &Account,
    names: &Names,
    side: &NewSide,
    now: i64,
    hash: Option<String>,
) -> Result<UserLog, Unread> {
    let missing = |why: String| Unread { why, grant: None };
    let name = &names.log_group;
    if side.log_group.is_none() {
        return Err(missing(format!("the log group {name} doesn't exist")));
    }
    let none = "the function's log has no users (--log-users none)";
    let hash = hash.ok_or_else(|| missing(none.to_owned()))?;
    let since = now - USER_PERIOD;
    let read = log_group::read(account, name, since, &found::pattern(&hash)).await;
    let read = read.map_err(|error| unread(&error))?;
    let of = Sums::of(read.lines.iter().map(String::as_str));
    let complete = read.complete;
    Ok(UserLog {
        since,
        sign_ins: Counted { of, complete },
    })
}

fn unread(error: &CallError) -> Unread {
    Unread {
        why: format!("{}: {}", error.word(), error.message),
        grant: error.is_denied().then_some(error.call),
    }
}
