//! Users with a second factor. The factor itself does not move: what becomes of its users is
//! somebody's decision, and is never taken here.

use rules::settings;

use super::{Pools, Preflight, text};
use crate::cli::MfaUsers;
use crate::lossless::Object;

/// What was decided on users with a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mfa {
    /// The old pool has none.
    None,
    /// So.
    Users(MfaUsers),
}

impl From<Mfa> for settings::MfaUsers {
    fn from(mfa: Mfa) -> Self {
        match mfa {
            Mfa::None => Self::None,
            Mfa::Users(MfaUsers::Refuse) => Self::Refuse,
            Mfa::Users(MfaUsers::Migrate) => Self::Migrate,
        }
    }
}

/// Whether a pool asks some or all of its users for a second factor.
pub fn asks_for_mfa(pool: &Object) -> bool {
    !matches!(text(pool, &["MfaConfiguration"]), None | Some("OFF"))
}

/// Settles what the function has to know, and says what users will notice.
pub(super) fn check(preflight: &mut Preflight, pools: Pools<'_>, mfa: Mfa) {
    let asks = asks_for_mfa(pools.new);
    let migrates = mfa == Mfa::Users(MfaUsers::Migrate);
    preflight.rules.mfa_users = mfa.into();
    if text(pools.old, &["MfaConfiguration"]) == Some("ON") {
        // It takes a phone number for a second factor that no setting of the user shows.
        preflight.rules.mfa_required = true;
        if !migrates {
            preflight.warn(
                "the old pool asks every user for a second factor, and such users stay: nobody moves",
                "--mfa-users migrate",
            );
        }
    }
    preflight.rules.sms_mfa = migrates && asks && pools.sms_mfa;
    if migrates && !asks {
        preflight.warn(
            "users with a second factor move, and the new pool asks nobody for one: their password alone lets them in",
            "to set MfaConfiguration of the new pool to OPTIONAL or ON, or --mfa-users refuse",
        );
    } else if migrates {
        let sms = if pools.sms_mfa {
            ""
        } else {
            " and codes by SMS"
        };
        preflight.warn(
            format!("authenticator apps{sms} do not move: their users sign in by password alone until they set one up in the new pool"),
            "to have the application ask them to, or --mfa-users refuse",
        );
    }
    if text(pools.new, &["MfaConfiguration"]) == Some("ON") && !asks_for_mfa(pools.old) {
        preflight.warn(
            "the new pool requires a second factor and the old one does not: whoever has moved must set one up at once",
            "an application that answers MFA_SETUP, or MfaConfiguration OPTIONAL while users move",
        );
    }
}
