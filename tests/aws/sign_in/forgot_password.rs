//! A forgotten password migrates only users with a verified email or phone number.

use cogmig_sandbox::{AwsFault, MessageKind, OLD_ACCOUNT};
use serde_json::{Value, json};

use crate::support::stage::{BOTH, PASSWORD, Stage};

impl Stage {
    fn forgot_password(&self, name: &str) -> Result<Value, AwsFault> {
        let params = json!({"ClientId": self.new.client, "Username": name});
        self.sandbox.public("ForgotPassword", params)
    }
}

#[test]
fn a_forgotten_password_migrates_the_user_who_then_sets_a_new_one() {
    let stage = Stage::new();
    stage.setup();
    stage.forgot_password("ada").unwrap();
    let user = stage.sandbox.find_user(&stage.new, "ada").unwrap().unwrap();
    assert_eq!(user["UserStatus"], "RESET_REQUIRED");
    let sent: Vec<_> = stage
        .sandbox
        .messages()
        .into_iter()
        .map(|m| (m.username, m.kind))
        .collect();
    assert_eq!(sent, [("ada".to_owned(), MessageKind::Code)]);
    stage.sign_in("ada", PASSWORD).unwrap_err();

    let params = json!({
        "ClientId": stage.new.client, "Username": "ada",
        "ConfirmationCode": "654321", "Password": "Another-Horse-22",
    });
    stage
        .sandbox
        .public("ConfirmForgotPassword", params)
        .unwrap();
    stage.sign_in("ada", "Another-Horse-22").unwrap();
}

#[test]
fn a_forgotten_password_migrates_no_user_without_a_verified_email() {
    let stage = Stage::new();
    let email = ("email", "eve@example.com");
    stage.old_user("disabled", &[email, ("email_verified", "true")]);
    stage.old_user("unverified", &[email, ("email_verified", "false")]);
    stage.in_pool(
        &stage.old,
        "AdminDisableUser",
        json!({"Username": "disabled"}),
    );
    stage.setup();
    let unknown = stage
        .forgot_password("nobody")
        .map_err(|fault| fault.to_string());
    for name in ["disabled", "unverified"] {
        let answer = stage
            .forgot_password(name)
            .map_err(|fault| fault.to_string());
        assert_eq!(answer.is_ok(), unknown.is_ok(), "{name}: {answer:?}");
        assert_eq!(stage.migrated(name), None, "{name}");
    }
    assert_eq!(stage.migrated("nobody"), None);
    assert_eq!(stage.sandbox.messages(), Vec::new());
}

/// A code proves less than a password, and bypasses the old pool's own triggers.
#[test]
fn migration_by_a_forgotten_password_can_be_disabled() {
    let stage = Stage::new();
    stage.ok(&format!("setup {BOTH} --forgot-password refuse"));
    let unknown = stage
        .forgot_password("nobody")
        .map_err(|fault| fault.to_string());
    stage.sandbox.clear_journal();
    let answer = stage
        .forgot_password("ada")
        .map_err(|fault| fault.to_string());
    assert_eq!(answer.is_ok(), unknown.is_ok(), "{answer:?}");
    assert_eq!(stage.migrated("ada"), None);
    let calls = stage.sandbox.journal();
    assert!(calls.iter().all(|call| call.account != OLD_ACCOUNT));
    stage.sign_in("ada", PASSWORD).unwrap();
}
