//! The connectivity check: an event that Cognito never sends, with which `cogmig` checks the
//! function's migration path, and the response, which creates no user. The response contains only
//! words of closed sets, the names of attributes, and the errors with which STS rejects the
//! function.

use serde_json::{Value, json};

use crate::log::{MIGRATED, Source};
use crate::reasons::Failure;

/// An API call that the function makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Gets the credentials of the access role. All other calls need them.
    AssumeRole,
    /// Gets the secret of the old app client.
    DescribeUserPoolClient,
    /// Checks the password.
    AdminInitiateAuth,
    /// Gets the user.
    AdminGetUser,
}

impl Call {
    /// In the order in which the decision evaluates their results.
    pub const ALL: [Self; 4] = [
        Self::AssumeRole,
        Self::DescribeUserPoolClient,
        Self::AdminInitiateAuth,
        Self::AdminGetUser,
    ];

    /// The name of the API operation.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AssumeRole => "AssumeRole",
            Self::DescribeUserPoolClient => "DescribeUserPoolClient",
            Self::AdminInitiateAuth => "AdminInitiateAuth",
            Self::AdminGetUser => "AdminGetUser",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|call| call.as_str() == name)
    }
}

/// The event that checks the sign-in of a user of the pool.
#[must_use]
pub fn event(pool: &str, username: &str, password: &str) -> Value {
    json!({
        "triggerSource": Source::Probe.as_str(),
        "userPoolId": pool,
        "userName": username,
        "request": {"password": password},
    })
}

/// The result that the sign-in would have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The user would be migrated, with these attributes.
    Migrated(Vec<String>),
    /// The user would not be migrated, for this reason.
    Failed(Failure),
    /// An outcome and a reason that this version doesn't know.
    Unknown(String, String),
}

/// An error of AssumeRole in the STS of a Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StsError {
    /// The Region.
    pub region: String,
    /// The code of STS. `None` if STS didn't answer.
    pub code: Option<String>,
    /// The message of STS, without secrets.
    pub message: String,
}

impl StsError {
    /// Whether the Region isn't enabled in the old or in the new account. STS in another Region may
    /// accept the same request.
    #[must_use]
    pub fn is_region_disabled(&self) -> bool {
        let code = self.code.as_deref();
        matches!(
            code,
            Some("RegionDisabledException" | "InvalidClientTokenId")
        )
    }

    fn to_json(&self) -> Value {
        json!({"region": self.region, "code": self.code, "message": self.message})
    }

    fn of_json(error: &Value) -> Option<Self> {
        let text = |member: &str| error.get(member)?.as_str().map(str::to_owned);
        Some(Self {
            region: text("region")?,
            code: text("code"),
            message: text("message").unwrap_or_default(),
        })
    }
}

/// The response to the connectivity check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The result that the sign-in would have.
    pub verdict: Verdict,
    /// The call that failed with a fault.
    pub call: Option<Call>,
    /// The errors of STS, if the function can't assume the access role.
    pub sts_errors: Vec<StsError>,
}

impl Answer {
    /// The response as JSON, as the function returns it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let (outcome, reason, attributes) = match &self.verdict {
            Verdict::Migrated(attributes) => (MIGRATED, None, attributes.as_slice()),
            Verdict::Failed(failure) => (failure.outcome(), Some(failure.reason()), &[][..]),
            Verdict::Unknown(outcome, reason) => (outcome.as_str(), Some(reason.as_str()), &[][..]),
        };
        let mut answer = json!({
            "outcome": outcome,
            "reason": reason,
            "call": self.call.map(Call::as_str),
            "attributes": attributes,
        });
        if !self.sts_errors.is_empty() {
            let errors = self.sts_errors.iter().map(StsError::to_json);
            answer["stsErrors"] = errors.collect();
        }
        answer
    }

    /// Parses the JSON that the function returned. `None` if it isn't a response to the
    /// connectivity check.
    #[must_use]
    pub fn of_json(answer: &Value) -> Option<Self> {
        let text = |member: &str| answer.get(member).and_then(Value::as_str);
        let outcome = text("outcome")?;
        let attributes = answer.get("attributes").and_then(Value::as_array);
        let attributes = attributes.into_iter().flatten().filter_map(Value::as_str);
        let reason = text("reason").unwrap_or_default();
        let verdict = match Failure::of(outcome, reason) {
            Some(failure) => Verdict::Failed(failure),
            None if outcome == MIGRATED => {
                Verdict::Migrated(attributes.map(str::to_owned).collect())
            }
            None => Verdict::Unknown(outcome.to_owned(), reason.to_owned()),
        };
        let sts_errors = answer.get("stsErrors").and_then(Value::as_array);
        let sts_errors = sts_errors.into_iter().flatten();
        Some(Self {
            verdict,
            call: text("call").and_then(Call::of_name),
            sts_errors: sts_errors.filter_map(StsError::of_json).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reasons::{Fault, Rejection};

    #[test]
    fn an_answer_round_trips_through_json() {
        let failures = Rejection::ALL.iter().copied().map(Failure::Rejected);
        let failures = failures.chain(Fault::ALL.iter().copied().map(Failure::Fault));
        let mut verdicts: Vec<_> = failures.map(Verdict::Failed).collect();
        verdicts.push(Verdict::Migrated(vec!["email".into(), "name".into()]));
        verdicts.push(Verdict::Unknown("rejected".into(), "of_the_future".into()));
        let calls = Call::ALL.into_iter().map(Some).chain([None]);
        let sts_errors = ["RegionDisabledException", ""].map(|code| StsError {
            region: "eu-south-2".into(),
            code: (!code.is_empty()).then(|| code.into()),
            message: "STS is not activated".into(),
        });
        for (verdict, call) in verdicts.into_iter().zip(calls.cycle()) {
            let answer = Answer {
                verdict,
                call,
                sts_errors: call.map_or_else(Vec::new, |_| sts_errors.to_vec()),
            };
            assert_eq!(Answer::of_json(&answer.to_json()), Some(answer));
        }
        for none in [
            json!(null),
            json!({}),
            json!("rejected"),
            json!({"outcome": 1}),
        ] {
            assert_eq!(Answer::of_json(&none), None);
        }
    }

    #[test]
    fn the_event_has_the_trigger_source_of_the_probe() {
        let event = event("pool", "ann", "secret");
        let source = event["triggerSource"].as_str().and_then(Source::of_name);
        assert_eq!(source, Some(Source::Probe));
    }
}
