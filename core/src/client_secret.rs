//! Whether the function can read the secret of the old app client. Since 2026 an app client has up
//! to two secrets: `DescribeUserPoolClient` returns only the one that it was created with, and none
//! after that one was deleted, or while AWS Secrets Manager manages it.

use serde_json::Value;

use crate::call::CallError;
use crate::cognito::client;
use crate::cognito::lossless::Object;
use crate::identity::Side;
use crate::problem::{Problem, Severity};

/// What is known of the secret of an application's app client.
pub struct ClientSecret<'a> {
    /// The id of the app client.
    pub id: &'a str,
    /// The app client.
    pub described: &'a Object,
    /// The number of its secrets, by `ListUserPoolClientSecrets`.
    pub listed: &'a Result<usize, CallError>,
    /// Whether the deployed function reads a secret of this app client. Its last secret can't be
    /// deleted.
    pub is_in_use: bool,
}

const DEDICATED: &str =
    "use --dedicated-old-client: setup then creates an app client without a secret";

impl ClientSecret<'_> {
    /// Whether the app client has a secret, which a sign-in needs.
    #[must_use]
    pub fn exists(&self) -> bool {
        let is_listed = self.listed.as_ref().map_or(self.is_in_use, |all| *all > 0);
        self.is_shown() || self.is_in_secrets_manager() || is_listed
    }

    /// Why the function can't read the secret, or soon can't (a warning). A note, if that isn't
    /// known.
    #[must_use]
    pub fn problem(&self) -> Option<Problem> {
        let (id, count) = (self.id, self.listed.as_ref());
        let unreadable = |why: String| {
            let effect = "so the function can't read it, and no user can be migrated";
            let problem = Problem::error("client-secret-unreadable", format!("{why}, {effect}"));
            Some(problem.fix(DEDICATED))
        };
        if self.is_in_secrets_manager() {
            return unreadable(format!(
                "AWS Secrets Manager manages the secret of the old app client {id}"
            ));
        }
        if self.exists() && !self.is_shown() {
            return unreadable(format!(
                "the secret of the old app client {id} was rotated. Cognito doesn't return the new one"
            ));
        }
        match count {
            Ok(0 | 1) => None,
            Ok(_) => {
                let summary = format!(
                    "the old app client {id} has two secrets, so a rotation is in progress. When the first one is deleted, Cognito returns no secret, and no user can be migrated"
                );
                let warning = Problem::new("client-secret-rotating", Severity::Lockout, summary);
                Some(warning.fix(DEDICATED))
            }
            Err(error) => Some(self.unknown(error)),
        }
    }

    fn unknown(&self, error: &CallError) -> Problem {
        let summary = format!(
            "can't check whether the old app client {} has a secret that was rotated ({}: {}). The connectivity check of setup reports it",
            self.id,
            error.word(),
            error.message
        );
        let note = Problem::new("client-secrets-not-listed", Severity::Info, summary);
        if error.is_denied() {
            note.fix(Side::Old.grant(error.call))
        } else {
            note
        }
    }

    fn is_shown(&self) -> bool {
        client::has_secret(self.described)
    }

    fn is_in_secrets_manager(&self) -> bool {
        let arn = self.described.get("ClientSecretArn");
        arn.and_then(Value::as_str)
            .is_some_and(|arn| !arn.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn denied() -> CallError {
        CallError {
            place: "old account".into(),
            call: "cognito-idp:ListUserPoolClientSecrets",
            code: Some("AccessDeniedException".into()),
            message: "not authorized".into(),
            request_id: None,
            answered: true,
            unanswered: false,
        }
    }

    #[test]
    fn a_secret_that_cognito_does_not_return_is_found_before_setup() {
        let shown = json!({"ClientSecret": "s"});
        let managed = json!({"ClientSecretArn": "arn:aws:secretsmanager:…"});
        let none = json!({"ClientSecret": ""});
        let unreadable = Some(("client-secret-unreadable", Severity::Error));
        let rotating = Some(("client-secret-rotating", Severity::Lockout));
        let unknown = Some(("client-secrets-not-listed", Severity::Info));
        for (described, listed, is_in_use, exists, problem) in [
            (&none, Ok(0), false, false, None),
            (&none, Ok(0), true, false, None),
            (&none, Ok(1), false, true, unreadable),
            (&none, Ok(2), false, true, unreadable),
            (&shown, Ok(1), true, true, None),
            (&shown, Ok(2), false, true, rotating),
            (&managed, Ok(1), false, true, unreadable),
            (&managed, Err(denied()), false, true, unreadable),
            (&shown, Err(denied()), false, true, unknown),
            (&none, Err(denied()), false, false, unknown),
            (&none, Err(denied()), true, true, unreadable),
        ] {
            let secret = ClientSecret {
                id: "oldclient",
                described: described.as_object().expect("an object"),
                listed: &listed,
                is_in_use,
            };
            let context = format!("{described} {:?} {is_in_use}", listed.as_ref().ok());
            assert_eq!(secret.exists(), exists, "{context}");
            let got = secret.problem();
            let found = got.as_ref().map(|found| (found.id, found.severity));
            assert_eq!(found, problem, "{context}");
            let words = got.map(|got| got.words()).unwrap_or_default();
            let remedy = match problem {
                None => "",
                Some((_, Severity::Info)) => "allow cognito-idp:ListUserPoolClientSecrets",
                Some(_) => "--dedicated-old-client",
            };
            assert!(words.contains(remedy), "{words}");
        }
    }
}
