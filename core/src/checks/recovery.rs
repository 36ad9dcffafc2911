//! Users who have forgotten their password, and users with a temporary password. They are migrated
//! with a code that the new pool sends, so a user who gets no code could never sign in.

use rules::settings::{ForgotPassword, TemporaryPasswords};

use super::attributes::migrates_contact;
use super::pools::{Pools, Preflight, listed};
use super::senders::{DEFAULT_EMAILS, Mechanism, Sender, mechanisms};
use super::triggers::triggers;
use crate::cognito::pool;
use crate::options::UserHandling;
use crate::problem::{Problem, Severity};

/// Triggers of the old pool that can reject a sign-in, and that don't run for ForgotPassword.
const GUARDS: [&str; 3] = [
    "PreAuthentication",
    "PostAuthentication",
    "PreTokenGeneration",
];

/// Sets the rules for the function, and warns of triggers that don't run and of codes that aren't
/// sent.
pub(super) fn check(preflight: &mut Preflight, pools: Pools<'_>, handling: &UserHandling) {
    let migrates = handling.forgot_password == ForgotPassword::Migrate;
    preflight.rules.forgot_password = handling.forgot_password;
    let used = mechanisms(pools.new);
    let sends = |one: &&Mechanism| !matches!(one.sender, Sender::Missing(_));
    let contacts = used.iter().filter(sends).map(|one| one.contact);
    preflight.rules.recovery = contacts.collect();
    let takes_precedence = |one: &&Mechanism| {
        let mut working = used.iter().filter(sends);
        !sends(one) && working.any(|other| one.priority < other.priority)
    };
    let first = used.iter().filter(takes_precedence);
    preflight.rules.recovery_without_sender = first.map(|one| one.contact).collect();
    let mut refuse = Vec::new();
    if migrates {
        refuse.push("--forgot-password refuse");
    }
    if handling.temporary_passwords == TemporaryPasswords::Reset {
        refuse.push("--temporary-passwords refuse");
    }
    if !refuse.is_empty() && !used.is_empty() {
        let refuse = format!(
            "use {}: these users aren't migrated by a code",
            refuse.join(" and ")
        );
        codes(preflight, pools, &used, &refuse);
    }
    if !migrates {
        return;
    }
    if used.is_empty() {
        preflight.warn("recovery-off", Severity::Lockout, 
            "the new pool doesn't send codes to reset passwords (AccountRecoverySetting is admin_only): users who have forgotten their password aren't migrated",
            "set AccountRecoverySetting of the new pool to verified_email, or use --forgot-password refuse to accept this",
        );
    }
    let guards = triggers(pools.old, &GUARDS);
    if !guards.is_empty() {
        preflight.warn("recovery-bypasses-triggers", Severity::Security, 
            format!("users who reset a forgotten password are migrated, but these triggers of the old pool don't run for them, so they can't reject any of them: {}", listed(&guards)),
            "use --forgot-password refuse, or disable the users that these triggers would reject in the old pool",
        );
    }
}

/// Warns of mechanisms without a sender. `refuse` is how to do without codes.
fn codes(preflight: &mut Preflight, pools: Pools<'_>, used: &[Mechanism], refuse: &str) {
    let missing = used.iter().filter_map(|one| match &one.sender {
        Sender::Missing(why) => Some((one, why)),
        Sender::Configured | Sender::Limited => None,
    });
    let missing: Vec<_> = missing.collect();
    if missing.len() == used.len() {
        let reasons = missing
            .iter()
            .map(|(one, why)| format!("by {}, because {why}", one.medium));
        let reasons = reasons.collect::<Vec<_>>().join("; ");
        let summary = format!(
            "the new pool can't send codes to reset passwords: {reasons}. No user who needs a code could be migrated"
        );
        let problem = Problem::new("recovery-impossible", Severity::Lockout, summary);
        let fixes = missing.iter().map(|(one, _)| one.fix);
        let problem = fixes.fold(problem, Problem::fix);
        preflight.blockers.push(problem.fix(refuse));
        return;
    }
    let reaches_users = |one: &&Mechanism| migrates_contact(&preflight.rules, one.contact);
    let mut warnings = Vec::new();
    for (one, why) in missing.iter().filter(|(one, _)| reaches_users(one)) {
        let working = used.iter().find(|other| other.name != one.name);
        warnings.extend(working.map(|working| without_sender(one, why, working).fix(refuse)));
    }
    let limited = used.iter().filter(|one| one.sender == Sender::Limited);
    warnings.extend(limited.map(|one| limited_emails(one, pools).fix(refuse)));
    preflight.warnings.append(&mut warnings);
}

/// Without a sender, a mechanism is worse than none if it takes precedence.
fn without_sender(one: &Mechanism, why: &str, working: &Mechanism) -> Problem {
    let Mechanism {
        name,
        contact,
        medium,
        ..
    } = one;
    let precedence = if one.priority < working.priority {
        format!(
            " Users who also have a verified {} get no code either, because {medium} takes precedence. They aren't migrated by a code.",
            working.contact
        )
    } else {
        String::new()
    };
    let summary = format!(
        "the new pool can't send codes to reset passwords by {medium} ({name}): {why}. Users with a verified {contact} and no verified {} aren't migrated by a code.{precedence}",
        working.contact
    );
    Problem::new("recovery-without-sender", Severity::Lockout, summary)
        .fix(one.fix)
        .fix(format!(
            "set AccountRecoverySetting of the new pool to {} alone",
            working.name
        ))
}

fn limited_emails(one: &Mechanism, pools: Pools<'_>) -> Problem {
    let users = match pool::users(pools.old) {
        Some(1) => "The old pool has about 1 user, by AWS's estimate. ".to_owned(),
        Some(users) => format!("The old pool has about {users} users, by AWS's estimate. "),
        None => String::new(),
    };
    let summary = format!(
        "the new pool sends codes to reset passwords with Cognito's own email sender (COGNITO_DEFAULT): at most {DEFAULT_EMAILS} emails a day for all user pools of the account. {users}Above the limit, AWS reports success and sends no email: users who are migrated by a code they don't get can't sign in"
    );
    Problem::new("recovery-emails-limited", Severity::Lockout, summary).fix(one.fix)
}
