//! `cogmig status`: how far the migration is. Reads what plan reads, and the function's log;
//! invokes nothing, so that a role that may only read can run it on a schedule.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Result;

use super::End;
use super::prepare::{Prepared, Purpose, prepare};
use crate::error::CallError;
use crate::report::{Outcome, Report};
use crate::resources::{log_group, user_pool};
use crate::settings::Settings;
use crate::status::{self, Counted, LATELY, Log, MOVED, State, Status, Sums, Unread, Users};

/// Says how far it is.
///
/// # Errors
/// An account cannot be read, but for the function's log.
pub async fn run(settings: &Settings, report: &Arc<Report>) -> Result<End> {
    let prepared = prepare(settings, report, Purpose::Report).await?;
    let now = seconds(SystemTime::UNIX_EPOCH.elapsed()?);
    let log = log(&prepared, now, settings.since).await;
    report.known(&prepared.plan);
    let status = told(prepared, now, log);
    report.outcome(&Outcome::Status(&status));
    let sound = status.differing() == 0 && status.faults() == 0;
    Ok(if sound { End::Done } else { End::Differences })
}

fn seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

/// Reads the function's log. That it cannot be read is no error.
async fn log(prepared: &Prepared, now: i64, lately: Duration) -> Result<Log, Unread> {
    let (new, side) = (&prepared.new, &prepared.new_side);
    let name = &prepared.desired.names.log_group;
    let Some(group) = &side.log_group else {
        return Err(Unread {
            why: format!("the log group {name} is not there"),
            grant: None,
        });
    };
    let since = now.saturating_sub(seconds(lately));
    let kept = group.retention.map(|days| now - i64::from(days) * 86_400);
    let began = side.role.as_ref().and_then(|role| role.created);
    let moved_since = began.max(kept).unwrap_or(since);
    let (recent, moved) = tokio::try_join!(
        log_group::read(new, name, since, LATELY),
        log_group::read(new, name, moved_since, MOVED),
    )
    .map_err(|error| unread(&error))?;
    let sums = |read: &log_group::Read| Sums::of(read.lines.iter().map(String::as_str));
    Ok(Log {
        since,
        lately: Counted {
            of: sums(&recent),
            complete: recent.complete,
        },
        moved_since,
        moved: Counted {
            of: sums(&moved).migrated,
            complete: moved.complete && began.is_some_and(|began| Some(began) >= kept),
        },
    })
}

fn unread(error: &CallError) -> Unread {
    Unread {
        why: format!(
            "{}: {}",
            error.code.as_deref().unwrap_or("no answer"),
            error.message
        ),
        grant: error.is_denied().then_some(error.call),
    }
}

fn told(prepared: Prepared, now: i64, log: Result<Log, Unread>) -> Status {
    let Prepared {
        desired,
        plan,
        old_side,
        new_side,
        ..
    } = prepared;
    let resources = status::resources(&desired, &plan);
    let trigger = |one: &&status::Resource| one.kind == "user pool";
    let attached = resources.iter().find(trigger);
    let users = |pool: &crate::observe::Pool| pool.described.as_ref().and_then(user_pool::users);
    let mut status = Status {
        deployment: desired.names.deployment.clone(),
        attached: attached.is_some_and(|pool| pool.state == State::Stands),
        resources,
        notes: plan.notes,
        now,
        began: new_side.role.as_ref().and_then(|role| role.created),
        changed: (new_side.function.as_ref()).and_then(|function| function.modified),
        users: Users {
            old: users(&old_side.pool),
            new: users(&new_side.pool),
        },
        log,
        left: Vec::new(),
    };
    let told = new_side.function.map(|function| function.configuration);
    let variables = told.map(|set| set.environment).unwrap_or_default();
    status.left = status::left(&status, &desired, &variables);
    status
}
