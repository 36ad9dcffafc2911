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

/// The old pool has sent these users a code that they haven't used.
#[test]
fn a_user_who_has_to_reset_the_password_is_migrated_by_a_forgotten_password_only() {
    let stage = Stage::new();
    let verified = ("email_verified", "True");
    for name in ["reset", "unverified"] {
        let email = format!("{name}@example.com");
        let mut attributes = vec![("email", email.as_str())];
        attributes.extend((name == "reset").then_some(verified));
        stage.old_user(name, &attributes);
        let reset = json!({"Username": name});
        stage.in_pool(&stage.old, "AdminResetUserPassword", reset);
    }
    let run = stage.setup();
    let checked =
        "3 of the old pool: 2 can be migrated (1 by a password reset request), reset_required 1";
    assert!(run.flat().contains(checked), "{run}");

    let wrong = stage.sign_in("ada", "Wrong-Horse-1").unwrap_err();
    assert_eq!(stage.sign_in("reset", PASSWORD), Err(wrong));
    assert_eq!(stage.migrated("reset"), None);
    let report = |name: &str| {
        let run = stage.ok(&format!("user {name} {BOTH} --output json"));
        run.json()["user"]["old"][0].take()
    };
    let reset = report("reset");
    assert_eq!(reset["can_be_migrated"], false);
    assert_eq!(reset["reason"], "reset_required");
    assert_eq!(reset["can_be_migrated_by_reset"], true);
    assert_eq!(report("unverified")["reset_reason"], "no_verified_contact");
    let run = stage.ok(&format!("user reset {BOTH}"));
    for words in [
        "no sign-in would migrate the user (reset_required)",
        "a password reset request would migrate the user",
    ] {
        assert!(run.flat().contains(words), "{run}");
    }
    let run = stage.ok(&format!("status {BOTH}"));
    for words in [
        "reset_required 1",
        "1 sign-in was rejected in the last 24 hours, because a password reset is required",
    ] {
        assert!(run.flat().contains(words), "{words}\n{run}");
    }

    let sent = stage.sandbox.messages().len();
    let _ = stage.forgot_password("unverified");
    assert_eq!(stage.migrated("unverified"), None);
    assert_eq!(stage.sandbox.messages().len(), sent);
    stage.forgot_password("reset").unwrap();
    let user = stage.sandbox.find_user(&stage.new, "reset").unwrap();
    let user = user.unwrap();
    assert_eq!(user["UserStatus"], "RESET_REQUIRED");
    let flag = ("email_verified".to_owned(), "true".to_owned());
    assert!(stage.migrated("reset").unwrap().contains(&flag));
    let messages = stage.sandbox.messages();
    let codes = messages.iter().filter(|message| {
        message.username == "reset" && message.kind == MessageKind::Code && message.pool.is_empty()
    });
    assert_eq!(codes.count(), 1, "{messages:?}");
    let params = json!({
        "ClientId": stage.new.client, "Username": "reset",
        "ConfirmationCode": "654321", "Password": "Another-Horse-22",
    });
    stage
        .sandbox
        .public("ConfirmForgotPassword", params)
        .unwrap();
    stage.sign_in("reset", "Another-Horse-22").unwrap();
}

/// A code would let them confirm a sign-up or accept an invitation.
#[test]
fn a_forgotten_password_migrates_no_user_who_has_never_had_a_password() {
    let stage = Stage::new();
    let attributes = json!([
        {"Name": "email", "Value": "eve@example.com"}, {"Name": "email_verified", "Value": "true"},
    ]);
    let invited = json!({
        "Username": "invited", "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS",
        "UserAttributes": attributes,
    });
    stage.in_pool(&stage.old, "AdminCreateUser", invited);
    stage.setup();
    let unknown = stage.forgot_password("nobody").is_ok();
    assert_eq!(stage.forgot_password("invited").is_ok(), unknown);
    assert_eq!(stage.migrated("invited"), None);
    let run = stage.ok(&format!("status {BOTH}"));
    assert!(
        run.flat().contains("temporary_password 1 (1 user)"),
        "{run}"
    );
    let run = stage.ok(&format!("user invited {BOTH}"));
    let words = "no password reset request would migrate the user (temporary_password)";
    assert!(run.flat().contains(words), "{run}");
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
