//! Each message has its own remedy.

use super::*;

fn advice(code: Option<&str>, message: &str) -> Option<String> {
    of(&CallError {
        place: "new account".into(),
        call: "lambda:CreateFunction",
        code: code.map(str::to_owned),
        message: message.into(),
        request_id: None,
        answered: false,
        unanswered: false,
    })
}

/// Messages of AWS and the SDK, each with a word of the remedy.
#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn each_common_error_has_its_own_remedy() {
    let user = "User: arn:aws:iam::222222222222:user/ci is not authorized to perform:";
    for (code, message, word) in [
        (
            "AccessDenied",
            format!(
                "{user} iam:CreateRole on resource: arn:aws:iam::222222222222:role/x because no identity-based policy allows the iam:CreateRole action"
            ),
            "allow iam:CreateRole on arn:aws:iam::222222222222:role/x in",
        ),
        (
            "AccessDeniedException",
            format!(
                "{user} iam:PassRole on resource: arn:aws:iam::222222222222:role/x because no identity-based policy allows it"
            ),
            "allow iam:PassRole on",
        ),
        (
            "AccessDeniedException",
            String::new(),
            "allow lambda:CreateFunction in",
        ),
        (
            "AccessDenied",
            format!("{user} iam:CreateRole with an explicit deny in a service control policy"),
            "organization",
        ),
        (
            "AccessDenied",
            format!("{user} sts:AssumeRole with an explicit deny in a resource control policy"),
            "owns the resource",
        ),
        (
            "AccessDenied",
            format!("{user} iam:CreateRole because no permissions boundary allows it"),
            "boundary",
        ),
        (
            "AccessDenied",
            format!("{user} iam:CreateRole with an explicit deny in an identity-based policy"),
            "Deny",
        ),
        (
            "ExpiredToken",
            "The security token included in the request is expired".into(),
            "sign in again",
        ),
        (
            "ExpiredTokenException",
            "The security token included in the request is expired".into(),
            "sign in again",
        ),
        (
            "SignatureDoesNotMatch",
            "Signature expired: 20261101T000000Z is now earlier than 20261101T001500Z".into(),
            "clock",
        ),
        (
            "InvalidSignatureException",
            "Signature not yet current: 20261101T000000Z".into(),
            "clock",
        ),
        ("RequestExpired", "Request has expired.".into(), "clock"),
        (
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided."
                .into(),
            "secret access key",
        ),
        (
            "InvalidClientTokenId",
            "The security token included in the request is invalid".into(),
            "Region is enabled",
        ),
        (
            "UnrecognizedClientException",
            "The security token included in the request is invalid.".into(),
            "Region is enabled",
        ),
        (
            "OptInRequired",
            "The AWS Access Key Id needs a subscription for the service".into(),
            "signed up",
        ),
        ("UserImportInProgressException", String::new(), "import job"),
        (
            "InvalidSmsRoleTrustRelationshipException",
            "Role does not have a trust relationship allowing Cognito to assume the role"
                .into(),
            "SMS",
        ),
        (
            "InvalidEmailRoleAccessPolicyException",
            String::new(),
            "SES",
        ),
        (
            "FeatureUnavailableInTierException",
            String::new(),
            "feature plan",
        ),
        (
            "ScopeDoesNotExistException",
            "Invalid scope requested: api/read".into(),
            "AllowedOAuthScopes",
        ),
        (
            "InvalidParameterException",
            "The provider corporate does not exist for User Pool eu-west-1_a.".into(),
            "SupportedIdentityProviders",
        ),
        (
            "InvalidParameterException",
            "The Pinpoint application does not exist.".into(),
            "AnalyticsConfiguration",
        ),
        (
            "ResourceNotFoundException",
            "Invalid analytics configuration".into(),
            "AnalyticsConfiguration",
        ),
        (
            "LimitExceeded",
            "Cannot exceed quota for RolesPerAccount: 1000".into(),
            "quota",
        ),
        ("CodeStorageExceededException", String::new(), "storage"),
        (
            "InvalidParameterValueException",
            "Runtime provided.al2023 does not support the following architectures [arm64]. Please select different architectures from [x86_64]".into(),
            "--architecture x86_64",
        ),
        (
            "InvalidParameterValueException",
            "Unsupported Architecture".into(),
            "--architecture x86_64",
        ),
        (
            "ValidationException",
            "1 validation error detected: Value '[arm64]' at 'architectures' failed to satisfy constraint".into(),
            "--architecture x86_64",
        ),
        ("TooManyRequestsException", "Rate exceeded".into(), "later"),
        ("ServiceException", String::new(), "later"),
        (
            "EntityAlreadyExists",
            "Role with name x already exists.".into(),
            "another process created it",
        ),
    ] {
        let given = advice(Some(code), &message).unwrap_or_default();
        assert!(given.contains(word), "{code}: {message}\n{given}");
    }
    for (message, word) in [
        ("the profile `absent` was not defined", "list-profiles"),
        ("No profiles were defined", "list-profiles"),
        ("profile uses mfa_serial", "mfa_serial"),
        (
            "the SSO session has expired or is otherwise invalid",
            "aws sso login",
        ),
        (
            "could not read /run/token: WebIdentityTokenCredentials",
            "web_identity_token_file",
        ),
        (
            "the credential provider: AssumeRole: AccessDenied",
            "source profile",
        ),
        ("error running credential_process: exit 1", "manually"),
        (
            "no providers in chain provided credentials",
            "sign in again",
        ),
        (NOT_OF_AWS, "proxy"),
        (
            "dispatch failure: io error: invalid peer certificate: UnknownIssuer",
            "AWS_CA_BUNDLE",
        ),
        (
            "dispatch failure: dns error: failed to lookup address",
            "Region's name",
        ),
        ("dispatch failure: tcp connect error", "network"),
        ("request timed out", "network"),
    ] {
        let given = advice(None, message).unwrap_or_default();
        assert!(given.contains(word), "{message}\n{given}");
    }
    assert_eq!(
        advice(Some("ValidationError"), "1 validation error detected"),
        None
    );
}

#[test]
fn no_row_hides_another() {
    for (index, (codes, fragment, advice)) in ADVICE.iter().enumerate() {
        for code in *codes {
            let code = (!code.is_empty()).then_some(*code);
            let hidden = ADVICE[..index].iter().any(|(above, wider, _)| {
                above.contains(&code.unwrap_or_default()) && fragment.contains(wider)
            });
            assert!(!hidden, "{codes:?} {fragment:?} {advice}");
        }
    }
}
