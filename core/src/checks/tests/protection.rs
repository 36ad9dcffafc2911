//! Threat protection of the old pool.

use serde_json::json;

use super::*;
use crate::problem::Severity;

#[test]
fn threat_protection_of_the_old_pool_gives_a_warning() {
    let add_ons = |mode: &str, custom: Option<&str>| {
        let mut add_ons = json!({"AdvancedSecurityMode": mode});
        if let Some(custom) = custom {
            add_ons["AdvancedSecurityAdditionalFlows"] = json!({"CustomAuthMode": custom});
        }
        with("UserPoolAddOns", add_ons)
    };
    let rows: [(Value, Option<(Severity, &str)>); 6] = [
        (
            add_ons("ENFORCED", None),
            Some((
                Severity::Lockout,
                "Unable to login because of security reasons",
            )),
        ),
        (
            add_ons("ENFORCED", Some("AUDIT")),
            Some((Severity::Lockout, "to AUDIT during the migration")),
        ),
        (
            add_ons("AUDIT", None),
            Some((Severity::Warning, "doesn't block them")),
        ),
        (
            add_ons("OFF", Some("ENFORCED")),
            Some((Severity::Info, "custom authentication only")),
        ),
        (add_ons("OFF", None), None),
        (with("UserPoolAddOns", json!(null)), None),
    ];
    for (old, expected) in rows {
        let preflight = checked(old.clone(), plain(), &UserHandling::default());
        match expected {
            Some((severity, words)) => {
                assert_warns(&preflight, &[words]);
                assert_eq!(preflight.warnings[0].severity, severity, "{old}");
            }
            None => assert_eq!(preflight.warnings, [], "{old}"),
        }
    }
    // The new pool evaluates the user's own sign-in.
    let enforced = add_ons("ENFORCED", None);
    assert_eq!(
        checked(plain(), enforced, &UserHandling::default()).warnings,
        []
    );
}
