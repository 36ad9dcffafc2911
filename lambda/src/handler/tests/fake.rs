//! A pool that answers as it is told, an event, and what every refusal and every fault must look like.

use std::cell::RefCell;
use std::time::Duration;

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::handler::{OldPool, OldUser, Reply, answer};
use crate::log;

pub const AUTHENTICATION: &str = "UserMigration_Authentication";
pub const FORGOT_PASSWORD: &str = "UserMigration_ForgotPassword";
pub const SECRETS: [&str; 4] = [
    "marked-user",
    "marked-password",
    "marked-sub",
    "marked@example.com",
];

/// Answers as it is told, after a while, and notes what it was asked.
pub struct FakePool {
    pub password: Result<(), Failure>,
    pub user: Result<OldUser, Failure>,
    pub takes: Duration,
    pub asked: RefCell<Vec<String>>,
}

impl OldPool for FakePool {
    async fn check_password(&self, username: &str, password: &str) -> Result<(), Failure> {
        self.asked
            .borrow_mut()
            .push(format!("password {username} {password}"));
        tokio::time::sleep(self.takes).await;
        self.password
    }

    async fn user(&self, username: &str) -> Result<OldUser, Failure> {
        self.asked.borrow_mut().push(format!("user {username}"));
        tokio::time::sleep(self.takes).await;
        self.user.clone()
    }
}

pub fn pool() -> FakePool {
    FakePool {
        password: Ok(()),
        user: Ok(user()),
        takes: Duration::ZERO,
        asked: RefCell::default(),
    }
}

pub fn user() -> OldUser {
    let attributes = [
        ("sub", "marked-sub"),
        ("email", "marked@example.com"),
        ("email_verified", "true"),
        ("name", ""),
    ];
    let attributes = attributes
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    OldUser {
        enabled: true,
        confirmed: true,
        has_mfa: false,
        attributes,
    }
}

pub fn event(source: &str) -> Value {
    json!({
        "version": "1", "triggerSource": source, "region": "eu-west-1", "userPoolId": "eu-west-1_x",
        "userName": "marked-user", "callerContext": {"awsSdkVersion": "1", "clientId": "c"},
        "request": {"password": "marked-password", "validationData": null, "userAttributes": null},
        "response": {
            "userAttributes": null, "forceAliasCreation": null, "enableSMSMFA": null, "finalUserStatus": null,
            "messageAction": null, "desiredDeliveryMediums": null,
        },
    })
}

pub fn line(reply: &Reply) -> Value {
    let line = log::line("request-1", reply, Duration::from_millis(7));
    for secret in SECRETS {
        assert!(!line.contains(secret), "{line}");
    }
    assert!(!line.contains('\n'));
    serde_json::from_str(&line).expect("JSON")
}

/// The event goes back exactly as it came, and the log says why.
pub async fn assert_refused(pool: &FakePool, source: &str, reason: &str) {
    let reply = answer(pool, event(source)).await;
    let line = line(&reply);
    let wanted = json!({
        "requestId": "request-1", "triggerSource": source, "outcome": "refused", "reason": reason, "durationMs": 7
    });
    assert_eq!(line, wanted);
    let bytes = reply.into_result().map(|event| event.to_string());
    assert_eq!(bytes, Ok(event(source).to_string()), "{reason}");
}

/// The one text goes back, whatever the fault, and the log says which.
pub async fn assert_fault(pool: &FakePool, event: Value, reason: &str) {
    let reply = answer(pool, event).await;
    let line = line(&reply);
    assert_eq!(
        (&line["outcome"], &line["reason"]),
        (&json!("fault"), &json!(reason))
    );
    let error = reply.into_result().expect_err(reason);
    assert_eq!(
        (&*error.error_type, &*error.error_message),
        ("Unavailable", "temporarily unavailable")
    );
}
