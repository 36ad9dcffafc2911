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
        "create the policy in this account, or correct --permissions-boundary",
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
        "a setting of the pool is no longer part of its feature plan: choose a plan that includes it, or turn the setting off. cogmig can't omit it from the update, because Cognito would then reset it",
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
mod tests;
