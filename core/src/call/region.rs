//! The errors of a Region that isn't enabled in the account of a profile, or in an account from
//! which the profile gets its credentials.

use super::error::CallError;
use crate::problem::{Cause, Problem};

/// The codes of AWS. In a chain of profiles, they are part of the SDK's message.
const OF_ROLE: &[&str] = &["RegionDisabledException"];
const OF_CALLER: &[&str] = &["InvalidClientTokenId", "UnrecognizedClientException"];

/// The problem, with a remedy that names the Region. `None` if the error is another one.
#[must_use]
pub fn disabled(error: &CallError, profile: &str, region: &str) -> Option<Problem> {
    let is_chain = !error.answered;
    let known = |codes: &[&'static str]| {
        let is = |code: &&&str| error.is(code) || is_chain && error.message.contains(**code);
        codes.iter().find(is).copied()
    };
    let (of_role, of_caller) = (known(OF_ROLE), known(OF_CALLER));
    let code = of_role.or(of_caller)?;
    let enable = format!("`aws account enable-region --region-name {region}`");
    let remedy = if of_role.is_some() {
        format!(
            "enable Region {region} in the account of the role that profile `{profile}` assumes: {enable}. If it's enabled, activate its STS endpoint in the IAM console (Account settings)"
        )
    } else if is_chain {
        format!(
            "enable Region {region} in the account of the source profile of `{profile}`, and in the account of its role_arn: {enable}. If it's enabled in both, check the keys of the source profile"
        )
    } else {
        format!(
            "check the keys of profile `{profile}`. If they're valid, enable Region {region} in their account: {enable}"
        )
    };
    let mut problem = Problem::from(error);
    problem.remedy = vec![remedy];
    if is_chain {
        let message = words(&error.message, code);
        let code = code.to_owned();
        problem.causes = vec![Cause::Aws { code, message }];
    }
    Some(problem)
}

/// The message of AWS in the SDK's chain of causes.
fn words(chain: &str, code: &str) -> String {
    let rest = chain.split_once(code).map_or("", |(_, rest)| rest);
    let typed = rest.strip_prefix(": ");
    let untyped = rest.split_once("message: ").map(|(_, rest)| rest);
    let untyped = untyped.and_then(|rest| rest.split(", aws_request_id").next());
    let message = untyped.or(typed).unwrap_or(chain);
    message.trim_matches(['"', ' ', '}', ')']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remedy(code: Option<&str>, message: &str) -> Option<String> {
        let error = CallError {
            place: "old account".into(),
            call: "sts:GetCallerIdentity",
            code: code.map(str::to_owned),
            message: message.into(),
            request_id: None,
            answered: code.is_some(),
            unanswered: false,
        };
        let problem = disabled(&error, "dev", "eu-south-2")?;
        Some(problem.remedy.concat())
    }

    #[test]
    fn the_remedy_names_the_region_and_the_profile() {
        let chain = |code: &str| format!("failed to load credentials: service error: {code}");
        for (code, message, word) in [
            (Some("RegionDisabledException"), "", "of the role"),
            (None, &*chain("RegionDisabledException"), "of the role"),
            (None, &chain("InvalidClientTokenId"), "source profile"),
            (
                Some("InvalidClientTokenId"),
                "",
                "check the keys of profile",
            ),
            (
                Some("UnrecognizedClientException"),
                "",
                "check the keys of profile",
            ),
        ] {
            let remedy = remedy(code, message).unwrap_or_default();
            for word in [word, "enable Region eu-south-2", "`dev`"] {
                assert!(remedy.contains(word), "{code:?} {message}: {remedy}");
            }
        }
        for (code, message) in [
            (Some("AccessDenied"), "InvalidClientTokenId"),
            (None, "dispatch failure"),
        ] {
            assert_eq!(remedy(code, message), None);
        }
    }
}
