//! The state of a function. Lambda changes it asynchronously, after the call that caused the change.

use std::fmt;

use serde_json::Value;

use crate::cognito::lossless::Object;
use crate::text::on_one_line;

/// Whether Lambda runs a function, and which changes it accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// It runs.
    #[default]
    Active,
    /// It wasn't invoked for a long time. An invocation fails, and activates it.
    Inactive(Why),
    /// It's being created, activated or updated.
    Changing(Why),
    /// It runs, but without the last update.
    UpdateFailed(Why),
    /// It doesn't run, and Lambda rejects all changes except its deletion.
    Failed(Why),
    /// Another state with this name, such as `Deleting`.
    Other(String, Why),
}

/// Lambda's reason for a state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Why {
    /// The code, such as `KMSKeyNotFound`. Empty if there is none.
    pub code: String,
    /// The message. Empty if there is none.
    pub message: String,
}

impl State {
    /// The state in a `FunctionConfiguration`. A function without a state is older than states, and
    /// runs.
    #[must_use]
    pub fn of(configuration: &Object) -> Self {
        let text = |member: &str| {
            let text = configuration.get(member).and_then(Value::as_str);
            on_one_line(text.unwrap_or_default())
        };
        let why = |kind: &str| Why {
            code: text(&format!("{kind}ReasonCode")),
            message: text(&format!("{kind}Reason")),
        };
        let (state, update) = (text("State"), text("LastUpdateStatus"));
        match (state.as_str(), update.as_str()) {
            ("Failed", _) => Self::Failed(why("State")),
            ("Pending", _) => Self::Changing(why("State")),
            (_, "InProgress") => Self::Changing(why("LastUpdateStatus")),
            ("" | "Active" | "Inactive", "Failed") => Self::UpdateFailed(why("LastUpdateStatus")),
            ("" | "Active", _) => Self::Active,
            ("Inactive", _) => Self::Inactive(why("State")),
            _ => Self::Other(state, why("State")),
        }
    }

    /// Why an invocation fails, whatever the function does. `None` if Lambda invokes it, if
    /// necessary after a while.
    #[must_use]
    pub fn blocker(&self) -> Option<(&str, &Why)> {
        match self {
            Self::Failed(why) => Some(("Failed", why)),
            Self::Other(state, why) => Some((state, why)),
            Self::Active | Self::Inactive(_) | Self::Changing(_) | Self::UpdateFailed(_) => None,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code.as_str(), self.message.as_str()) {
            ("", "") => f.write_str("Lambda returns no reason"),
            (one, "") | ("", one) => f.write_str(one),
            (code, message) => write!(f, "{code}: {message}"),
        }
    }
}

/// Prefixes of reason codes, each with its remedy. The first row that matches applies.
const REMEDIES: [(&[&str], &str); 5] = [
    (
        &[
            "Eni",
            "Subnet",
            "InvalidSubnet",
            "InvalidSecurityGroup",
            "EC2",
            "DisallowedByVpc",
        ],
        "fix the VPC settings of the function, then run `cogmig setup` again",
    ),
    (
        &["KMS", "InvalidStateKMS", "DisabledKMS"],
        "fix the KMS key of the function or its key policy, then run `cogmig setup` again",
    ),
    (
        &["EFS"],
        "fix the file system of the function, then run `cogmig setup` again",
    ),
    (
        &["InsufficientRolePermissions"],
        "grant the role of the function the permissions that the reason names, then run `cogmig setup` again",
    ),
    (
        &["FunctionError", "Invalid"],
        "check the deployment package and the settings that others added to the function, then run `cogmig setup` again",
    ),
];

/// The remedy for a reason.
#[must_use]
pub fn remedy(why: &Why) -> &'static str {
    let matches = |prefixes: &[&str]| prefixes.iter().any(|prefix| why.code.starts_with(prefix));
    let mut rows = REMEDIES.iter();
    rows.find(|(prefixes, _)| matches(prefixes))
        .map_or("run `cogmig setup` again", |(_, remedy)| remedy)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(configuration: &Value) -> State {
        State::of(configuration.as_object().expect("an object"))
    }

    #[test]
    fn each_state_of_lambda_has_its_meaning() {
        let why = |code: &str, message: &str| Why {
            code: code.into(),
            message: message.into(),
        };
        let none = Why::default;
        for (state, update, expected) in [
            ("Active", "Successful", State::Active),
            ("Inactive", "Successful", State::Inactive(none())),
            ("Pending", "Successful", State::Changing(none())),
            ("Pending", "Failed", State::Changing(none())),
            ("Active", "InProgress", State::Changing(none())),
            ("Inactive", "InProgress", State::Changing(none())),
            ("Active", "Failed", State::UpdateFailed(none())),
            ("Inactive", "Failed", State::UpdateFailed(none())),
            ("Failed", "Successful", State::Failed(none())),
            ("Failed", "Failed", State::Failed(none())),
            ("Failed", "InProgress", State::Failed(none())),
            (
                "Deleting",
                "Successful",
                State::Other("Deleting".into(), none()),
            ),
            (
                "Deactivated",
                "Failed",
                State::Other("Deactivated".into(), none()),
            ),
            (
                "NewInAws",
                "Successful",
                State::Other("NewInAws".into(), none()),
            ),
        ] {
            let set = json!({"State": state, "LastUpdateStatus": update});
            assert_eq!(of(&set), expected, "{state} {update}");
            let blocked = matches!(expected, State::Failed(_) | State::Other(..));
            assert_eq!(expected.blocker().is_some(), blocked, "{state} {update}");
        }
        assert_eq!(of(&json!({})), State::Active);
        let both = json!({
            "State": "Failed", "StateReasonCode": "KMSKeyNotFound", "StateReason": "No\nkey",
            "LastUpdateStatusReasonCode": "InternalError",
        });
        assert_eq!(
            of(&both),
            State::Failed(why("KMSKeyNotFound", &on_one_line("No\nkey")))
        );
        let update = json!({
            "State": "Active", "LastUpdateStatus": "Failed", "StateReason": "old",
            "LastUpdateStatusReasonCode": "EniLimitExceeded", "LastUpdateStatusReason": "full",
        });
        assert_eq!(
            of(&update),
            State::UpdateFailed(why("EniLimitExceeded", "full"))
        );
    }

    #[test]
    fn the_reason_is_that_of_lambda_with_a_remedy_for_its_code() {
        for (code, message, text, fix) in [
            ("", "", "Lambda returns no reason", "run `cogmig setup`"),
            ("InternalError", "", "InternalError", "run `cogmig setup`"),
            (
                "SubnetOutOfIPAddresses",
                "full",
                "SubnetOutOfIPAddresses: full",
                "VPC",
            ),
            ("InvalidSubnet", "gone", "InvalidSubnet: gone", "VPC"),
            (
                "InvalidStateKMSKey",
                "off",
                "InvalidStateKMSKey: off",
                "KMS",
            ),
            (
                "InvalidZipFileException",
                "x",
                "InvalidZipFileException: x",
                "package",
            ),
            ("", "text", "text", "run `cogmig setup`"),
        ] {
            let why = Why {
                code: code.into(),
                message: message.into(),
            };
            assert_eq!(why.to_string(), text);
            assert!(remedy(&why).contains(fix), "{code}: {}", remedy(&why));
        }
    }
}
