//! What the reader of an error can do about it: a table of what AWS or the SDK says.

use super::error::{CallError, DENIED, NOT_OF_AWS};

/// Codes of AWS, and a fragment of the message; the first row that fits is the one. Without a
/// code no answer of AWS came: the message is the SDK's own.
const ADVICE: [(&[&str], &str, &str); 31] = [
    (
        DENIED,
        "service control policy",
        "a service control policy of the organization forbids it: ask who administers that",
    ),
    (
        DENIED,
        "permissions boundary",
        "the permissions boundary of these credentials forbids it: widen it, or use others",
    ),
    (
        DENIED,
        "explicit deny",
        "look for the Deny in the policies of these credentials: it beats whatever allows",
    ),
    (
        &["ExpiredToken", "ExpiredTokenException"],
        "",
        "the credentials of this profile have expired: sign in again, or renew them",
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
        "the secret key of this profile is not that of its access key: check both",
    ),
    (
        &["InvalidClientTokenId", "UnrecognizedClientException"],
        "",
        "AWS does not know these credentials here: check the keys of this profile, and that the Region is enabled for the account",
    ),
    (
        &[
            "AuthFailure",
            "IncompleteSignature",
            "MissingAuthenticationToken",
        ],
        "",
        "check the keys of this profile, and what a proxy on the way does to requests",
    ),
    (
        &["OptInRequired", "SubscriptionRequiredException"],
        "",
        "the account is not signed up for this service, or is closed: look at it in the console",
    ),
    (
        &["UserImportInProgressException"],
        "",
        "wait until the user import job of this pool has ended, then run this again",
    ),
    (
        &[
            "InvalidSmsRoleAccessPolicyException",
            "InvalidSmsRoleTrustRelationshipException",
        ],
        "",
        "mend the role that the pool sends SMS by: until then Cognito takes no change of this pool from anybody",
    ),
    (
        &["InvalidEmailRoleAccessPolicyException"],
        "",
        "mend the SES identity that the pool sends e-mail by: until then Cognito takes no change of this pool from anybody",
    ),
    (
        &["FeatureUnavailableInTierException"],
        "",
        "a setting of the pool is not of its feature plan any more: choose the plan that has it, since an update sends all settings",
    ),
    (
        &["LimitExceeded", "LimitExceededException"],
        "",
        "a quota of the account is used up: delete what nobody needs, or ask for more in Service Quotas",
    ),
    (
        &["CodeStorageExceededException"],
        "",
        "the account's Lambda storage is full: delete versions and functions that nobody needs",
    ),
    (
        &[
            "TooManyRequestsException",
            "ThrottlingException",
            "Throttling",
        ],
        "",
        "others use up the account's rate of such calls: run this again later",
    ),
    (
        &[
            "ServiceUnavailable",
            "ServiceException",
            "InternalErrorException",
            "InternalFailure",
        ],
        "",
        "the fault is AWS's: run this again later",
    ),
    (
        &[""],
        "was not defined",
        "`aws configure list-profiles` shows the profiles that are there",
    ),
    (
        &[""],
        "No profiles were defined",
        "`aws configure list-profiles` shows the profiles that are there",
    ),
    (
        &[""],
        "mfa_serial",
        "profiles with mfa_serial are not supported: use SSO, or export a session with `aws configure export-credentials`",
    ),
    (
        &[""],
        "certificate",
        "a proxy on the way has a certificate of its own: name its CA in SSL_CERT_FILE",
    ),
    (
        &[""],
        "dns error",
        "check the Region's name, the network and endpoint_url",
    ),
    (&[""], "SSO", "`aws sso login` with this profile"),
    (&[""], "sso_", "`aws sso login` with this profile"),
    (
        &[""],
        "WebIdentityToken",
        "look at web_identity_token_file of this profile: the pipeline writes it, and it lives for minutes",
    ),
    (
        &[""],
        "AssumeRole",
        "see that the source profile may sts:AssumeRole the profile's role_arn, and that the role trusts it",
    ),
    (
        &[""],
        "credential_process",
        "run the credential_process of this profile by hand, and see what it says",
    ),
    (
        &[""],
        "credential",
        "sign in again, or look at what gives this profile its credentials",
    ),
    (
        &[""],
        NOT_OF_AWS,
        "look for a proxy or a sign-in page on the way, and at endpoint_url",
    ),
];

const CLOCK: &str = "set this machine's clock: AWS takes what was signed within minutes only";
const NETWORK: [&str; 4] = ["dispatch failure", "connect", "timed out", "timeout"];

/// What to do about an error, where that is known.
pub fn of(error: &CallError) -> Option<String> {
    let code = error.code.as_deref().unwrap_or_default();
    let fits = |(codes, fragment, _): &&(&[&str], &str, &str)| {
        codes.contains(&code) && error.message.contains(fragment)
    };
    if error.is_already_there() {
        let by_another =
            "somebody made it while this ran: the same command again takes it from there";
        return Some(by_another.into());
    }
    if let Some((_, _, advice)) = ADVICE.iter().find(fits) {
        return Some((*advice).into());
    }
    if error.is_denied() {
        return Some(grant(error));
    }
    let is_network = code.is_empty() && NETWORK.iter().any(|said| error.message.contains(said));
    is_network.then(|| "check the network, a proxy, the Region's name and endpoint_url".into())
}

/// AWS names the action that is missing, which need not be the call's own: CreateFunction
/// needs iam:PassRole too.
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
            format!("grant {action} on {resource} to the credentials of this profile")
        }
        None => format!("grant {action} to the credentials of this profile"),
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

    /// What AWS and the SDK say, in their own words, and a word of the remedy.
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
                "grant iam:CreateRole on arn:aws:iam::222222222222:role/x to",
            ),
            (
                "AccessDeniedException",
                format!(
                    "{user} iam:PassRole on resource: arn:aws:iam::222222222222:role/x because no identity-based policy allows it"
                ),
                "grant iam:PassRole on",
            ),
            (
                "AccessDeniedException",
                String::new(),
                "grant lambda:CreateFunction to",
            ),
            (
                "AccessDenied",
                format!("{user} iam:CreateRole with an explicit deny in a service control policy"),
                "organization",
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
                "secret key",
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
                "LimitExceeded",
                "Cannot exceed quota for RolesPerAccount: 1000".into(),
                "quota",
            ),
            ("CodeStorageExceededException", String::new(), "storage"),
            ("TooManyRequestsException", "Rate exceeded".into(), "later"),
            ("ServiceException", String::new(), "later"),
            (
                "EntityAlreadyExists",
                "Role with name x already exists.".into(),
                "somebody made it",
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
            ("error running credential_process: exit 1", "by hand"),
            (
                "no providers in chain provided credentials",
                "sign in again",
            ),
            (NOT_OF_AWS, "proxy"),
            (
                "dispatch failure: io error: invalid peer certificate: UnknownIssuer",
                "SSL_CERT_FILE",
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
    fn no_row_stands_in_the_shadow_of_another() {
        for (index, (codes, fragment, advice)) in ADVICE.iter().enumerate() {
            for code in *codes {
                let code = (!code.is_empty()).then_some(*code);
                let shadow = ADVICE[..index].iter().any(|(above, wider, _)| {
                    above.contains(&code.unwrap_or_default()) && fragment.contains(wider)
                });
                assert!(!shadow, "{codes:?} {fragment:?} {advice}");
            }
        }
    }
}
