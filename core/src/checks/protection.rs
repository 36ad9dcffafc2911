//! Threat protection of the old pool. It evaluates the sign-ins that the function makes for users.

use super::pools::{Pools, Preflight, text};
use crate::problem::{Problem, Severity};

/// What all sign-ins through the function look like to the old pool.
const ORIGIN: &str = "The function signs users in to check their passwords, all from AWS's IP addresses and without their device";

/// Adds the warning.
pub(super) fn check(preflight: &mut Preflight, pools: Pools<'_>) {
    let set = |path: &[&str]| text(pools.old, &[&["UserPoolAddOns"], path].concat());
    let mode = set(&["AdvancedSecurityMode"]).filter(|mode| *mode != "OFF");
    let custom = set(&["AdvancedSecurityAdditionalFlows", "CustomAuthMode"]);
    let problem =
        |severity, summary: String| Problem::new("old-pool-threat-protection", severity, summary);
    let accept = "set AdvancedSecurityMode of the old pool to AUDIT during the migration";
    let warning = match (mode, custom) {
        (None, None) => return,
        (None, Some(mode)) => problem(Severity::Info, format!(
            "threat protection of the old pool is {mode} for custom authentication only (AdvancedSecurityAdditionalFlows). The function checks passwords without custom authentication, so it isn't affected"
        )).fix("keep AdvancedSecurityMode of the old pool OFF during the migration"),
        (Some("AUDIT"), _) => problem(Severity::Warning, format!(
            "threat protection of the old pool is in AUDIT mode. {ORIGIN}, so its logs and metrics show these sign-ins as risks. It doesn't block them"
        )).fix("keep AdvancedSecurityMode of the old pool at AUDIT during the migration: with ENFORCED, it can block these sign-ins"),
        (Some(mode), _) => problem(Severity::Lockout, format!(
            "threat protection of the old pool is in {mode} mode. {ORIGIN}. It can block these sign-ins as a risk (`Unable to login because of security reasons`) or require MFA, and can send the user a message about each of them. Users whose sign-ins it blocks aren't migrated, although their password is right"
        ))
        .fix(accept)
        .fix("set all account takeover actions to NO_ACTION in the risk configuration of the old app client that checks passwords"),
    };
    preflight.warnings.push(warning);
}
