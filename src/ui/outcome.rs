//! The end of a command, for people.

use std::fmt::Write;

use cogmig_core::deployments::Deployment;
use cogmig_core::diagnosis::Forecast;
use cogmig_core::outcome::{Outcome, Verified};
use cogmig_core::plan::Action;

use super::problem;
use super::transcript::Transcript;

/// The end of a command.
pub fn text(told: &Transcript, outcome: &Outcome<'_>, quiet: bool) -> String {
    if let Outcome::Verified(verified) = outcome {
        return self::verified(told, verified);
    }
    let nothing = told.changes.iter().all(|line| line.action == Action::Leave);
    let left = told.changes.iter().any(|line| line.action == Action::Leave);
    let mut text = match outcome {
        _ if nothing && left => {
            "Nothing more to do, but for what is marked ! above: look at it.".to_owned()
        }
        Outcome::Planned | Outcome::SetUp { .. } if nothing => {
            "Nothing to do: everything stands as it should.".to_owned()
        }
        Outcome::NotDeployed { deployment, others } => not_deployed(told, deployment, others),
        Outcome::Planned => "Nothing was changed.".to_owned(),
        Outcome::SetUp { probed: true, .. } => {
            "Done, and tried: old users can sign in to the new pool with their old passwords."
                .to_owned()
        }
        Outcome::SetUp { .. } => {
            "Done. Whether users can sign in was not tried, since the package is your own."
                .to_owned()
        }
        Outcome::TornDown if left => "Done, but for what is marked ! above: look at it.".to_owned(),
        Outcome::TornDown if told.accounts.len() == 1 => {
            "Done: this account is as it was before setup. The other one was not looked at."
                .to_owned()
        }
        Outcome::TornDown => {
            "Done: everything is as it was before setup. Users who moved stay.".to_owned()
        }
        Outcome::Declined => "Cancelled. No changes were made.".to_owned(),
        Outcome::Verified(_) | Outcome::Status(_) => String::new(),
    };
    if let Outcome::SetUp { new, .. } = outcome
        && !quiet
        && !nothing
    {
        let _ = write!(
            text,
            "\n\nWhat the application has to do\n  Region      {}\n  user pool   {}",
            new.identity.region, new.pool.id
        );
        for client in &new.clients {
            let _ = write!(text, "\n  app client  {}", client.id);
        }
        let _ = write!(
            text,
            "\n  auth flow   USER_PASSWORD_AUTH, since SRP never fires the trigger"
        );
    }
    format!("\n{text}")
}

/// Nothing of the deployment exists; those that do are named, since its name may be mistyped.
fn not_deployed(told: &Transcript, deployment: &str, others: &[Deployment]) -> String {
    let place = match told.accounts.len() {
        1 => "this account",
        _ => "these accounts",
    };
    let mut text = format!("Nothing to do: deployment `{deployment}` doesn't exist in {place}.");
    if others.is_empty() {
        return text;
    }
    let _ = write!(text, "\n\nDeployments in {place}");
    let longest = others.iter().map(|one| one.name.len()).max().unwrap_or(0);
    for Deployment {
        name,
        old_pool,
        new_pool,
    } in others
    {
        let pools = [("old", old_pool), ("new", new_pool)];
        let pools = pools.iter().filter_map(|(side, pool)| {
            let pool = pool.as_ref()?;
            Some(format!("{side} user pool {pool}"))
        });
        let pools = pools.collect::<Vec<_>>().join(", ");
        let _ = write!(text, "\n  {name:longest$}  {pools}");
    }
    text
}

/// What verify found, a line a question.
fn verified(told: &Transcript, verified: &Verified) -> String {
    let drift = match told.changes.len() {
        0 => "none: everything stands as setup makes it".to_owned(),
        1 => "one resource differs, see above: `cogmig setup` with the options of before mends it"
            .to_owned(),
        many => format!(
            "{many} resources differ, see above: `cogmig setup` with the options of before mends them"
        ),
    };
    let chain = match &verified.chain {
        Ok(()) => "works: the function can ask the old pool whether a password is right".to_owned(),
        Err(broken) => problem::lines(&broken.into(), "\n       "),
    };
    let mut text = format!("\ndrift  {drift}\nchain  {chain}");
    if let Some(forecast) = &verified.user {
        let _ = write!(text, "\nuser   {}", user(forecast));
    }
    text
}

/// What would become of a user.
pub fn user(forecast: &Forecast) -> String {
    match forecast {
        Forecast::Migrated(attributes) => format!("would move, with {}", attributes.join(", ")),
        Forecast::Rejected(why) => format!("would be rejected: {why}"),
        Forecast::Broken(broken) => problem::lines(&broken.into(), "\n"),
    }
}
