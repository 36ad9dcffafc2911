//! The result of each error and each challenge of the old pool. The lists of errors and challenges
//! are those of botocore's model.

use std::process::Command;

use cogmig_sandbox::{Reply, tool};
use serde_json::{Value, json};

use super::{FAULT, Function, SIGN_IN, challenge, event, tokens, valid_user};

/// An error, and its reason for each of the two calls.
type Row = (&'static str, Option<&'static str>, Option<&'static str>);

/// Each error of the model: the reason if AdminInitiateAuth or AdminGetUser returns it. `None` if
/// the operation doesn't have the error.
const ERRORS: [Row; 19] = [
    (
        "FeatureUnavailableInTierException",
        Some("not_available"),
        None,
    ),
    (
        "ResourceNotFoundException",
        Some("pool_not_found"),
        Some("pool_not_found"),
    ),
    ("UnsupportedOperationException", Some("not_available"), None),
    (
        "InvalidParameterException",
        Some("invalid_parameter"),
        Some("invalid_parameter"),
    ),
    // A call without a password can't reject a password.
    (
        "NotAuthorizedException",
        Some("wrong_password"),
        Some("access_denied"),
    ),
    (
        "TooManyRequestsException",
        Some("throttled"),
        Some("throttled"),
    ),
    ("InternalErrorException", Some("internal"), Some("internal")),
    (
        "UnexpectedLambdaException",
        Some("old_trigger_failed"),
        None,
    ),
    (
        "InvalidUserPoolConfigurationException",
        Some("configuration"),
        None,
    ),
    ("UserLambdaValidationException", Some("old_trigger"), None),
    (
        "InvalidLambdaResponseException",
        Some("old_trigger_failed"),
        None,
    ),
    ("MFAMethodNotFoundException", Some("challenge"), None),
    (
        "InvalidSmsRoleAccessPolicyException",
        Some("configuration"),
        None,
    ),
    (
        "InvalidEmailRoleAccessPolicyException",
        Some("configuration"),
        None,
    ),
    (
        "InvalidSmsRoleTrustRelationshipException",
        Some("configuration"),
        None,
    ),
    (
        "PasswordResetRequiredException",
        Some("reset_required"),
        None,
    ),
    (
        "UserNotFoundException",
        Some("unknown_user"),
        Some("unknown_user"),
    ),
    ("UserNotConfirmedException", Some("not_confirmed"), None),
    (
        "OperationNotEnabledException",
        Some("not_available"),
        Some("not_available"),
    ),
];

/// Errors that the model of these operations doesn't have: HTTP status, code and reason.
const OTHER_ERRORS: [(u16, &str, &str); 14] = [
    (400, "UserPoolAddOnNotEnabledException", "not_available"),
    (400, "RequestExpired", "access_denied"),
    (400, "MissingAuthenticationToken", "access_denied"),
    (403, "MissingAuthenticationTokenException", "access_denied"),
    (403, "ForbiddenException", "access_denied"),
    (400, "NotAuthorized", "access_denied"),
    (400, "UnrecognizedClientException", "access_denied"),
    (400, "InvalidSignatureException", "access_denied"),
    (403, "SignatureDoesNotMatch", "access_denied"),
    (403, "OptInRequired", "access_denied"),
    // Unknown errors, by their class.
    (400, "MarkedException", "unknown_answer"),
    (403, "MarkedException", "access_denied"),
    (404, "MarkedException", "unreachable"),
    (413, "MarkedException", "invalid_parameter"),
];

/// Each challenge of the model: the reason if the options refuse the users, and whether the options
/// can allow their migration.
const CHALLENGES: [(&str, &str, bool); 16] = [
    ("SMS_MFA", "mfa", true),
    ("EMAIL_OTP", "mfa", true),
    ("SOFTWARE_TOKEN_MFA", "mfa", true),
    ("SELECT_MFA_TYPE", "mfa", true),
    ("MFA_SETUP", "mfa", true),
    ("NEW_PASSWORD_REQUIRED", "temporary_password", true),
    ("PASSWORD_VERIFIER", "challenge", false),
    ("CUSTOM_CHALLENGE", "challenge", false),
    ("SELECT_CHALLENGE", "challenge", false),
    ("DEVICE_SRP_AUTH", "challenge", false),
    ("DEVICE_PASSWORD_VERIFIER", "challenge", false),
    ("ADMIN_NO_SRP_AUTH", "challenge", false),
    ("SMS_OTP", "challenge", false),
    ("PASSWORD", "challenge", false),
    ("WEB_AUTHN", "challenge", false),
    ("PASSWORD_SRP", "challenge", false),
];

/// The faults among these reasons.
const FAULTS: [&str; 8] = [
    "pool_not_found",
    "not_available",
    "access_denied",
    "throttled",
    "internal",
    "configuration",
    "unreachable",
    "flow",
];

/// Prints the errors of both operations and the challenges.
const MODEL: &str = "
import json
from botocore.loaders import Loader
model = Loader().load_service_model('cognito-idp', 'service-2')
names = {
    name: [error['shape'] for error in model['operations'][name]['errors']]
    for name in ('AdminInitiateAuth', 'AdminGetUser')
}
names['challenges'] = model['shapes']['ChallengeNameType']['enum']
print(json.dumps(names))
";

fn sorted(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names
}

#[test]
fn the_tables_have_all_errors_and_challenges_of_the_model() {
    let python = tool("python").expect("the sandbox's venv");
    let output = Command::new(python).args(["-c", MODEL]).output();
    let output = output.expect("a process").stdout;
    let model: Value = serde_json::from_slice(&output).expect("JSON");
    let of = |name: &str| {
        let names = model[name].as_array().expect("names").iter();
        sorted(names.map(|name| name.as_str().expect("a name")).collect())
    };
    let errors = ERRORS.iter();
    let initiate = errors.clone().filter(|(_, reason, _)| reason.is_some());
    let get_user = errors.filter(|(.., reason)| reason.is_some());
    let table = sorted(initiate.map(|(code, ..)| *code).collect());
    assert_eq!(table, of("AdminInitiateAuth"));
    let table = sorted(get_user.map(|(code, ..)| *code).collect());
    assert_eq!(table, of("AdminGetUser"));
    let table = sorted(CHALLENGES.iter().map(|(name, ..)| *name).collect());
    assert_eq!(table, of("challenges"));
}

/// The reply to a sign-in with these answers, and its reason in the log.
fn check(rows: &[(Reply, Reply, &str)], changes: &[(&str, Option<&str>)]) {
    let mut function = Function::start(changes);
    let sent = event(SIGN_IN).to_string();
    for (password, user, reason) in rows {
        let ((responded, back), _) = function.invoke(&sent, std::slice::from_ref(password), user);
        if *reason == "migrated" {
            assert!(responded && back.contains("SUPPRESS"), "{back}");
        } else if FAULTS.contains(reason) {
            assert!(!responded && back.contains(FAULT), "{reason}: {back}");
        } else {
            assert!(responded && back == sent, "{reason}: {back}");
        }
    }
    let lines = function.end();
    assert_eq!(lines.len(), rows.len());
    for (line, (.., reason)) in lines.iter().zip(rows) {
        let logged = line.get("reason").unwrap_or(&line["outcome"]);
        assert_eq!(logged, reason, "{line}");
        let is_fault = FAULTS.contains(reason);
        assert_eq!(line["outcome"] == "fault", is_fault, "{line}");
        let alarm = is_fault && *reason != "throttled";
        assert_eq!(line["Faults"], i32::from(alarm), "{line}");
    }
}

/// The errors of a call: HTTP status, code and reason. `reason_of` is its column in the table.
fn errors(
    reason_of: impl Fn(&Row) -> Option<&'static str>,
) -> impl Iterator<Item = (u16, &'static str, &'static str)> {
    let known = ERRORS.iter().filter_map(move |row| {
        let code = row.0;
        let status = if code.starts_with("Internal") {
            500
        } else {
            400
        };
        Some((status, code, reason_of(row)?))
    });
    known.chain(OTHER_ERRORS)
}

#[test]
fn each_error_of_the_password_call_has_its_reason() {
    let rows = errors(|(_, reason, _)| *reason).map(|(status, code, reason)| {
        let error = Reply::error(status, code, "marked-message");
        (error, valid_user(), reason)
    });
    check(&rows.collect::<Vec<_>>(), &[]);
}

#[test]
fn each_error_of_the_call_for_the_user_has_its_reason() {
    let rows = errors(|(.., reason)| *reason).map(|(status, code, reason)| {
        let error = Reply::error(status, code, "marked-message");
        (tokens(), error, reason)
    });
    check(&rows.collect::<Vec<_>>(), &[]);
}

#[test]
fn each_challenge_has_its_reason_under_both_options() {
    let unknown = [("MARKED_CHALLENGE", "challenge", false)];
    let rows = CHALLENGES.into_iter().chain(unknown);
    let refused = rows
        .clone()
        .map(|(name, reason, _)| (challenge(name), valid_user(), reason));
    check(&refused.collect::<Vec<_>>(), &[]);
    let allowed = rows.map(|(name, reason, can_migrate)| {
        let reason = if can_migrate { "migrated" } else { reason };
        (challenge(name), valid_user(), reason)
    });
    let options = [
        ("MFA_USERS", Some("migrate")),
        ("TEMPORARY_PASSWORDS", Some("reset")),
    ];
    check(&allowed.collect::<Vec<_>>(), &options);
}

/// Such a user would have a response without attributes, which Cognito takes for a rejection.
#[test]
fn a_user_without_migrated_attributes_is_migrated_with_the_username_or_rejected() {
    let only_sub = super::user(|user| {
        user["UserAttributes"] = json!([{"Name": "sub", "Value": "marked-sub"}]);
    });
    for (pool, attributes, user, reason) in [
        (None, "email", only_sub.clone(), "migrated"),
        (None, "", valid_user(), "migrated"),
        (Some("email"), "email", only_sub, "no_attributes"),
        (Some("email"), "", valid_user(), "no_attributes"),
    ] {
        let mut function = Function::start(&[
            ("NEW_USERNAME_ATTRIBUTES", pool),
            ("ATTRIBUTES", Some(attributes)),
        ]);
        let sent = event(SIGN_IN);
        let ((responded, back), _) = function.invoke(&sent.to_string(), &[tokens()], &user);
        assert!(responded);
        let mut wanted = sent;
        if reason == "migrated" {
            wanted["response"] = json!({
                "userAttributes": {"username": "marked-user"},
                "finalUserStatus": "CONFIRMED", "messageAction": "SUPPRESS",
            });
        }
        let back: Value = serde_json::from_str(&back).expect("JSON");
        assert_eq!(back, wanted);
        let line = &function.end()[0];
        let logged = line.get("reason").unwrap_or(&line["outcome"]);
        assert_eq!(logged, reason, "{line}");
    }
}
