//! A fake old pool, an event, and assertions about rejections and faults.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use rules::attributes::Mapping;
use rules::decision::{Answer, OldUser, Status};
use rules::probe::StsError;
use rules::reasons::Failure;
use rules::settings::{ForgotPassword, MfaUsers, Rules, TemporaryPasswords};
use rules::user_hash::LogKey;
use rules::usernames::NameRules;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::handler::{Reply, Service, answer};
use crate::log;
use crate::old_pool::{OldPool, SignIn};

pub const AUTHENTICATION: &str = "UserMigration_Authentication";
pub const FORGOT_PASSWORD: &str = "UserMigration_ForgotPassword";
pub const PROBE: &str = "cogmig_Probe";
pub const NEW_POOL: &str = "eu-west-1_x";
pub const SECRETS: [&str; 4] = [
    "marked-user",
    "marked-password",
    "marked-sub",
    "marked@example.com",
];

/// Returns the given results after the given delays, and records the calls.
#[derive(Debug)]
pub struct FakePool {
    pub session: Result<(), Failure>,
    pub prepared: Result<(), Failure>,
    pub password: Result<Answer, Failure>,
    pub user: Result<OldUser, Failure>,
    /// The user after a password call, as written by a trigger of the pool.
    pub user_then: Option<OldUser>,
    pub takes: Duration,
    /// The delay before the user is returned.
    pub user_takes: Duration,
    pub calls: Rc<RefCell<Vec<String>>>,
    /// Whether there was a password call.
    pub signed_in: Rc<Cell<bool>>,
    /// The number of calls of `cold`.
    pub cold: Rc<Cell<usize>>,
}

impl OldPool for FakePool {
    fn cold(&self) -> Self {
        self.cold.set(self.cold.get() + 1);
        Self {
            session: self.session,
            prepared: self.prepared,
            password: self.password.clone(),
            user: self.user.clone(),
            user_then: self.user_then.clone(),
            takes: self.takes,
            user_takes: self.user_takes,
            calls: Rc::clone(&self.calls),
            signed_in: Rc::clone(&self.signed_in),
            cold: Rc::clone(&self.cold),
        }
    }

    async fn session(&self) -> Result<(), Failure> {
        self.session
    }

    fn sts_errors(&self) -> Vec<StsError> {
        vec![StsError {
            region: "eu-west-1".into(),
            code: Some("AccessDenied".into()),
            message: "not authorized".into(),
        }]
    }

    async fn prepare(&self, _: Instant) -> Result<(), Failure> {
        self.prepared
    }

    async fn check_password(&self, sign_in: &SignIn<'_>, _: Instant) -> Result<Answer, Failure> {
        let SignIn {
            username, password, ..
        } = sign_in;
        self.calls
            .borrow_mut()
            .push(format!("password {username} {password}"));
        tokio::time::sleep(self.takes).await;
        self.signed_in.set(true);
        self.password.clone()
    }

    async fn user(&self, username: &str, _: Instant, _: &Cell<bool>) -> Result<OldUser, Failure> {
        self.calls.borrow_mut().push(format!("user {username}"));
        let signed_in = self.signed_in.get();
        tokio::time::sleep(self.user_takes).await;
        match &self.user_then {
            Some(user) if signed_in => Ok(user.clone()),
            _ => self.user.clone(),
        }
    }
}

pub fn pool() -> FakePool {
    FakePool {
        session: Ok(()),
        prepared: Ok(()),
        password: Ok(tokens()),
        user: Ok(user()),
        user_then: None,
        signed_in: Rc::default(),
        takes: Duration::ZERO,
        user_takes: Duration::ZERO,
        calls: Rc::default(),
        cold: Rc::default(),
    }
}

/// A service with this pool and simple rules.
pub fn service(pool: FakePool) -> Service<FakePool> {
    let attributes = ["email", "email_verified", "name", "sub"].map(|name| Mapping {
        old: name.into(),
        new: name.into(),
    });
    Service {
        pool: Rc::new(pool),
        log_key: LogKey::of_hex(&"0f".repeat(32)).map(Rc::new),
        new_user_pool_id: NEW_POOL.into(),
        first_answer_by: Cell::default(),
        rules: Rules {
            attributes: attributes.to_vec(),
            dropped: Vec::new(),
            mfa_users: MfaUsers::Refuse,
            temporary_passwords: TemporaryPasswords::Refuse,
            forgot_password: ForgotPassword::Migrate,
            mfa_required: false,
            old_triggers: false,
            recovery: vec!["email", "phone_number"],
            recovery_without_sender: Vec::new(),
            sms_mfa: false,
            names: NameRules::default(),
        },
    }
}

pub fn tokens() -> Answer {
    Answer {
        tokens: true,
        challenge: None,
    }
}

pub fn challenge(name: &str) -> Answer {
    Answer {
        tokens: false,
        challenge: Some(name.to_owned()),
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
        username: "marked-user".into(),
        enabled: true,
        status: Status::Confirmed,
        has_mfa: false,
        has_sms_mfa: false,
        attributes,
    }
}

pub fn event(source: &str) -> Value {
    json!({
        "version": "1", "triggerSource": source, "region": "eu-west-1", "userPoolId": NEW_POOL,
        "userName": "marked-user", "callerContext": {"awsSdkVersion": "1", "clientId": "c"},
        "request": {"password": "marked-password", "validationData": null, "userAttributes": null},
        "response": {
            "userAttributes": null, "forceAliasCreation": null, "enableSMSMFA": null, "finalUserStatus": null,
            "messageAction": null, "desiredDeliveryMediums": null,
        },
    })
}

pub fn raw(event: &Value) -> Box<RawValue> {
    to_raw_value(event).expect("JSON")
}

pub fn line(reply: &Reply) -> Value {
    let invocation = log::Invocation {
        request_id: "request-1",
        function: "function-1",
        now: SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123),
    };
    let line = log::line(invocation, &reply.record, Duration::from_millis(7));
    let text = line.to_string();
    for secret in SECRETS {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(!text.contains('\n'));
    line
}

/// The function returns the event byte for byte, for this reason.
pub async fn assert_rejected(service: &Service<FakePool>, source: &str, reason: &str) {
    // With blanks, an order of fields and a number format that serde_json wouldn't write.
    let bytes = event(source).to_string().replacen(
        '{',
        r#"{ "zzz" : 1.50, "aaa":"\u0041\/",  "version":"1","#,
        1,
    );
    let sent = RawValue::from_string(bytes.clone()).expect("JSON");
    let reply = answer(Some(service), sent).await;
    let line = line(&reply);
    assert_eq!(
        [&line["outcome"], &line["triggerSource"]],
        ["rejected", source]
    );
    // The log can have another reason, see `explain`.
    assert_eq!(reply.record.failure.map(Failure::reason), Some(reason));
    let back = reply.into_parts().0.map(|event| event.get().to_owned());
    assert_eq!(back, Ok(bytes), "{reason}");
}

/// The function returns the same error for every fault, and the log has the reason.
pub async fn assert_fault(service: Option<&Service<FakePool>>, event: &Value, reason: &str) {
    let reply = answer(service, raw(event)).await;
    let line = line(&reply);
    assert_eq!([&line["outcome"], &line["reason"]], ["fault", reason]);
    let error = reply.into_parts().0.expect_err(reason);
    assert_eq!(
        (&*error.error_type, &*error.error_message),
        ("Unavailable", "temporarily unavailable")
    );
}
