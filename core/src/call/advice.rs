//! The remedies for errors of AWS and of the SDK, as a table.

use super::error::{ANALYTICS, CallError, DENIED, NO_PROVIDER, NOT_OF_AWS, PINPOINT};

/// AWS's error codes and a fragment of the message, each with the remedy. The first row that
/// matches applies. An empty code means that AWS didn't answer: the message is the SDK's.
const ADVICE: [(&[&str], &str, &str); 39] = [
    (
        DENIED,
        "service control policy",
        "a service control policy of the organization denies it: contact the administrator of the organization",
    ),
    (
        DENIED,
        "resource control policy",
        "a resource control policy of the organization that owns the resource denies it. Some allow access from outside the organization only to roles with a tag: contact the administrator of that organization, and use --tag if a tag is required",
    ),
    (
        DENIED,
        "permissions boundary",
        "the permissions boundary of these credentials denies it: extend the boundary, or use other credentials",
    ),
    (
        DENIED,
        "explicit deny",
        "find the Deny statement in the type of policy that the message names. It overrides any Allow: change that policy, or use other credentials",
    ),
    (
        &["NoSuchEntity"],
        "Scope ARN",
        "create the policy of the permissions boundary in this account, or correct the option of the permissions boundary",
    ),
    (
        &["ExpiredToken", "ExpiredTokenException"],
        "",
        "the credentials of this profile have expired: sign in again, or renew the credentials",
    ),
    (
        &["SignatureDoesNotMatch", "InvalidSignatureException"],
        "expired",
        CLOCK,
    ),
    (
        &["SignatureDoesNotMatch", "InvalidSignatureException"],
        "not yet current",
        CLOCK,
    ),
    (&["RequestExpired", "RequestTimeTooSkewed"], "", CLOCK),
    (
        &["SignatureDoesNotMatch", "InvalidSignatureException"],
        "",
        "the secret access key of this profile doesn't match its access key ID: check both",
    ),
    (
        &["InvalidClientTokenId", "UnrecognizedClientException"],
        "",
        "AWS doesn't recognize these credentials: check the keys of this profile, and that the Region is enabled for the account",
    ),
    (
        &[
            "AuthFailure",
            "IncompleteSignature",
            "MissingAuthenticationToken",
        ],
        "",
        "check the keys of this profile, and whether a proxy changes the requests",
    ),
    (
        &["OptInRequired", "SubscriptionRequiredException"],
        "",
        "the account is not signed up for this service, or is closed: check the account in the console",
    ),
    (
        &["UserImportInProgressException"],
        "",
        "wait until the user import job of this pool has ended, then run the command again",
    ),
    (
        &[
            "InvalidSmsRoleAccessPolicyException",
            "InvalidSmsRoleTrustRelationshipException",
        ],
        "",
        "fix the role with which the pool sends SMS: until then Cognito rejects every update of this pool. If the role was created in the last minutes, run the command again",
    ),
    (
        &["InvalidEmailRoleAccessPolicyException"],
        "",
        "fix the SES identity with which the pool sends email: until then Cognito rejects every update of this pool",
    ),
    (
        &["FeatureUnavailableInTierException"],
        "",
        "a setting of the pool is no longer part of its feature plan: choose a plan that includes it, or turn the setting off. cogmig doesn't leave it out of the update, because Cognito would reset it",
    ),
    (
        &["ScopeDoesNotExistException"],
        "",
        "remove this scope from AllowedOAuthScopes of the app client, or create its resource server again, then run the command again: until then Cognito rejects every update of this app client",
    ),
    (
        &["InvalidParameterException"],
        NO_PROVIDER,
        "remove this provider from SupportedIdentityProviders of the app client, or create it again, then run the command again: until then Cognito rejects every update of this app client",
    ),
    (
        &["InvalidParameterException", "ResourceNotFoundException"],
        PINPOINT,
        NO_APPLICATION,
    ),
    (
        &["InvalidParameterException", "ResourceNotFoundException"],
        ANALYTICS,
        NO_APPLICATION,
    ),
    (
        &["InvalidParameterValueException", "ValidationException"],
        "arm64",
        ARCHITECTURE,
    ),
    (
        &["InvalidParameterValueException", "ValidationException"],
        "rchitecture",
        ARCHITECTURE,
    ),
    (
        &["LimitExceeded", "LimitExceededException"],
        "",
        "a quota of the account is exceeded: delete unused resources, or request an increase in Service Quotas",
    ),
    (
        &["CodeStorageExceededException"],
        "",
        "the code storage of Lambda in this account is full: delete unused versions and functions",
    ),
    (
        &[
            "TooManyRequestsException",
            "ThrottlingException",
            "Throttling",
        ],
        "",
        "the request rate of the account is exceeded: run the command again later",
    ),
    (
        &[
            "ServiceUnavailable",
            "ServiceException",
            "InternalErrorException",
            "InternalFailure",
        ],
        "",
        "AWS failed: run the command again later",
    ),
    (
        &[""],
        "was not defined",
        "run `aws configure list-profiles` to list the existing profiles",
    ),
    (
        &[""],
        "No profiles were defined",
        "run `aws configure list-profiles` to list the existing profiles",
    ),
    (
        &[""],
        "mfa_serial",
        "profiles with mfa_serial aren't supported: use SSO, or a profile with temporary credentials from `aws sts assume-role`",
    ),
    (
        &[""],
        "certificate",
        "a proxy uses its own certificate: set AWS_CA_BUNDLE, or ca_bundle in the profile, to the file of its CA",
    ),
    (
        &[""],
        "dns error",
        "check the Region's name, the network and endpoint_url",
    ),
    (&[""], "SSO", "run `aws sso login` with this profile"),
    (&[""], "sso_", "run `aws sso login` with this profile"),
    (
        &[""],
        "WebIdentityToken",
        "check web_identity_token_file of this profile: the pipeline writes the token, which is valid for some minutes",
    ),
    (
        &[""],
        "AssumeRole",
        "check that the source profile is allowed to call sts:AssumeRole on the profile's role_arn, and that the role trusts it",
    ),
    (
        &[""],
        "credential_process",
        "run the credential_process of this profile manually, and check its output",
    ),
    (
        &[""],
        "credential",
        "sign in again, or check where this profile gets its credentials",
    ),
    (
        &[""],
        NOT_OF_AWS,
        "check for a proxy or a sign-in page in the network, and check endpoint_url",
    ),
];

const NO_APPLICATION: &str = "remove AnalyticsConfiguration from the app client if its Amazon Pinpoint application no longer exists, then run the command again: until then Cognito rejects every update of this app client";
const CLOCK: &str =
    "set the clock of this machine: AWS accepts a signed request only for some minutes";
const ARCHITECTURE: &str = "use --architecture x86_64: Lambda doesn't offer arm64 in every Region";
const NETWORK: [&str; 4] = ["dispatch failure", "connect", "timed out", "timeout"];

/// The remedy for an error, if one is known.
pub fn of(error: &CallError) -> Option<String> {
    let code = error.code.as_deref().unwrap_or_default();
    let applies = |(codes, fragment, _): &&(&[&str], &str, &str)| {
        codes.contains(&code) && error.message.contains(fragment)
    };
    if error.is_already_there() {
        let conflict = "another process created it while this command ran: run the same command again to continue";
        return Some(conflict.into());
    }
    if let Some((_, _, advice)) = ADVICE.iter().find(applies) {
        return Some((*advice).into());
    }
    if error.is_denied() {
        return Some(grant(error));
    }
    let is_network = code.is_empty() && NETWORK.iter().any(|word| error.message.contains(word));
    is_network.then(|| "check the network, a proxy, the Region's name and endpoint_url".into())
}

/// The options for what an account requires of new resources, by call. IAM doesn't say which
/// condition of a policy wasn't met.
const REQUIREMENTS: [(&[&str], &str); 3] = [
    (
        &[
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
        ],
        "if the account allows only roles with a path, use --role-path",
    ),
    (
        &["iam:CreateRole"],
        "if the account allows only roles with a permissions boundary, a path or tags, use --permissions-boundary, --role-path or --tag",
    ),
    (
        &[
            "iam:CreatePolicy",
            "lambda:CreateFunction",
            "logs:CreateLogGroup",
        ],
        "if the account allows only resources with tags, use --tag",
    ),
];

/// The option that may be missing, if the creation of a resource was denied.
pub fn requirement(error: &CallError) -> Option<String> {
    let mut requirements = REQUIREMENTS.iter().filter(|_| error.is_denied());
    let (_, advice) = requirements.find(|(calls, _)| calls.contains(&error.call))?;
    Some((*advice).to_owned())
}

/// AWS names the missing action, which can be another one than the call's: CreateFunction also
/// needs iam:PassRole.
fn grant(error: &CallError) -> String {
    let word_after = |words: &str| {
        let (_, rest) = error.message.split_once(words)?;
        let word = rest.split_whitespace().next()?;
        let word = word.trim_end_matches(['.', ',', ';', '"']);
        (!word.is_empty()).then_some(word)
    };
    let action = word_after("to perform: ").unwrap_or(error.call);
    match word_after("on resource: ") {
        Some(resource) => {
            format!(
                "allow {action} on {resource} in an IAM policy of this profile's role or user. `cogmig policy` prints the required policy"
            )
        }
        None => format!(
            "allow {action} in an IAM policy of this profile's role or user. `cogmig policy` prints the required policy"
        ),
    }
}

#[cfg(test)]
mod tests {
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
}
