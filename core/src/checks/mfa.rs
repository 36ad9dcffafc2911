//! Users with a second factor. The factor itself does not move: what becomes of its users is
//! somebody's decision, and is never taken here.

use rules::env;
use rules::settings::MfaUsers;

use super::pools::{Pools, Preflight, asks_for_mfa, text};
use crate::observed::Function;
use crate::problem::{Problem, Severity};

/// What was decided when the function was set up.
#[must_use]
pub fn recorded(function: &Function) -> Option<MfaUsers> {
    let written = function.configuration.environment.get(env::MFA_USERS)?;
    MfaUsers::of_code(written).filter(|decided| *decided != MfaUsers::None)
}

/// Nobody has decided.
#[must_use]
pub fn undecided() -> Problem {
    Problem::error(
        "mfa-undecided",
        "the old user pool has MFA on, and a second factor does not move: what becomes of its users is yours to say",
    )
    .fix("--mfa-users refuse: they stay in the old pool")
    .fix("--mfa-users migrate: they move by their password alone; codes by SMS go on where the new pool sends them")
}

/// Settles what the function has to know, and says what users will notice.
pub(super) fn check(preflight: &mut Preflight, pools: Pools<'_>, mfa: MfaUsers) {
    let asks = asks_for_mfa(pools.new);
    let migrates = mfa == MfaUsers::Migrate;
    preflight.rules.mfa_users = mfa;
    if text(pools.old, &["MfaConfiguration"]) == Some("ON") {
        // It takes a phone number for a second factor that no setting of the user shows.
        preflight.rules.mfa_required = true;
        if !migrates {
            preflight.warn("mfa-users-rejected", Severity::Lockout, 
                "the old pool asks every user for a second factor, and such users stay: nobody moves",
                "--mfa-users migrate",
            );
        }
    }
    preflight.rules.sms_mfa = migrates && asks && pools.sms_mfa;
    if migrates && !asks {
        preflight.warn("mfa-not-required", Severity::Security, 
            "users with a second factor move, and the new pool asks nobody for one: their password alone lets them in",
            "to set MfaConfiguration of the new pool to OPTIONAL or ON, or --mfa-users refuse",
        );
    } else if migrates {
        let sms = if pools.sms_mfa {
            ""
        } else {
            " and codes by SMS"
        };
        preflight.warn("mfa-not-migrated", Severity::Security, 
            format!("authenticator apps{sms} do not move: their users sign in by password alone until they set one up in the new pool"),
            "to have the application ask them to, or --mfa-users refuse",
        );
    }
    if text(pools.new, &["MfaConfiguration"]) == Some("ON") && !asks_for_mfa(pools.old) {
        preflight.warn("mfa-setup-required", Severity::Warning, 
            "the new pool requires a second factor and the old one does not: whoever has moved must set one up at once",
            "an application that answers MFA_SETUP, or MfaConfiguration OPTIONAL while users move",
        );
    }
}
