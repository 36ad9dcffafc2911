//! Users with MFA. MFA enrollment can't be migrated, so the user of cogmig has to choose how these
//! users are handled. No default is assumed.

use rules::settings::MfaUsers;

use super::pools::{Pools, Preflight, text, uses_mfa};
use crate::problem::{Problem, Severity};

/// The choice is missing.
#[must_use]
pub fn undecided() -> Problem {
    Problem::error(
        "mfa-undecided",
        "the old user pool uses MFA, and MFA enrollment can't be migrated. Choose how to handle these users",
    )
    .fix("use --mfa-users refuse: these users aren't migrated")
    .fix("use --mfa-users migrate: they are migrated after a check of their password alone. SMS MFA is kept if the new pool has SMS MFA enabled")
}

/// Sets the rules for the function, and warns of what users notice.
pub(super) fn check(preflight: &mut Preflight, pools: Pools<'_>, mfa: MfaUsers) {
    let new_uses_mfa = uses_mfa(pools.new);
    let migrates = mfa == MfaUsers::Migrate;
    preflight.rules.mfa_users = mfa;
    if text(pools.old, &["MfaConfiguration"]) == Some("ON") {
        // A phone number is then an MFA factor, although no setting of the user shows it.
        preflight.rules.mfa_required = true;
        if !migrates {
            let summary = "the old pool requires MFA for all users, and users with MFA are rejected (--mfa-users refuse), so no user could be migrated";
            let problem = Problem::new("mfa-users-rejected", Severity::Lockout, summary);
            preflight
                .blockers
                .push(problem.fix("use --mfa-users migrate"));
        }
    }
    preflight.rules.sms_mfa = migrates && new_uses_mfa && pools.sms_mfa;
    if migrates && !new_uses_mfa {
        preflight.warn("mfa-not-required", Severity::Security, 
            "users with MFA are migrated, but the new pool doesn't use MFA: they sign in with their password alone",
            "set MfaConfiguration of the new pool to OPTIONAL or ON, or use --mfa-users refuse",
        );
    } else if migrates {
        let kinds = [
            ("authenticator apps", true),
            ("SMS codes", !pools.sms_mfa),
            ("codes by email", pools.old_email_mfa),
        ];
        let kinds = kinds.into_iter().filter(|(_, is_lost)| *is_lost);
        let kinds: Vec<_> = kinds.map(|(kind, _)| kind).collect();
        let kinds = kinds.join(", ");
        let kinds = match kinds.rsplit_once(", ") {
            Some((first, last)) => format!("{first} and {last}"),
            None => kinds,
        };
        preflight.warn("mfa-not-migrated", Severity::Security, 
            format!("{kinds} aren't migrated: users who have them sign in with their password alone until they set up MFA in the new pool"),
            "let the application prompt these users to set up MFA, or use --mfa-users refuse",
        );
    }
    if text(pools.new, &["MfaConfiguration"]) == Some("ON") && !uses_mfa(pools.old) {
        preflight.warn("mfa-setup-required", Severity::Warning, 
            "the new pool requires MFA and the old pool doesn't use it: users have to set up MFA when they are migrated",
            "handle the MFA_SETUP challenge in the application, or set MfaConfiguration of the new pool to OPTIONAL during the migration",
        );
    }
}
