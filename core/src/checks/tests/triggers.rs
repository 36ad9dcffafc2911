//! Triggers of the new pool that run differently for migrated users.

use serde_json::json;

use super::*;
use crate::problem::Severity;

fn new_pool(triggers: Value) -> Value {
    with("LambdaConfig", triggers)
}

#[test]
fn a_post_confirmation_trigger_of_the_new_pool_gives_a_warning() {
    let trigger = || new_pool(json!({"PostConfirmation": "arn:…"}));
    let preflight = checked(plain(), trigger(), &UserHandling::default());
    assert_warns(
        &preflight,
        &[
            "PostConfirmation",
            "migrated by a sign-in",
            "PostAuthentication",
        ],
    );
    assert_eq!(preflight.warnings[0].severity, Severity::Warning);
    // The old pool creates no users by migration.
    assert_eq!(
        checked(trigger(), plain(), &UserHandling::default()).warnings,
        []
    );
}

#[test]
fn pre_authentication_with_hidden_users_gives_a_warning() {
    let warnings = |errors: Value, triggers: Value| {
        let (old, new) = (object(plain()), object(new_pool(triggers)));
        let client = |errors: &Value| json!({"PreventUserExistenceErrors": errors, "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]});
        let clients = [("one", errors), ("two", json!("LEGACY"))]
            .map(|(id, errors)| (id.to_owned(), Some(object(client(&errors)))));
        let pools = Pools {
            old_account: &account(),
            old: &old,
            new: &new,
            new_clients: &clients,
            sms_mfa: false,
            old_email_mfa: false,
            is_first: false,
        };
        let warnings = check(pools, &UserHandling::default(), MfaUsers::None).warnings;
        let mut warnings = warnings.into_iter();
        warnings.find(|one| one.id == "pre-authentication-unknown-users")
    };
    let trigger = || json!({"PreAuthentication": "arn:…"});
    let warning = warnings(json!("ENABLED"), trigger()).expect("a warning");
    assert!(
        warning
            .summary
            .contains("ENABLED on app client one: request.userNotFound"),
        "{warning}"
    );
    assert_eq!(warning.severity, Severity::Warning);
    assert_eq!(warnings(json!("LEGACY"), trigger()), None);
    assert_eq!(warnings(Value::Null, trigger()), None);
    assert_eq!(
        warnings(json!("ENABLED"), json!({"PreSignUp": "arn:…"})),
        None
    );
}
