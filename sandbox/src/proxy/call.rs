//! A call in the journal: its account, service and operation.

use std::collections::HashMap;
use std::time::Instant;

use bytes::Bytes;
use http::{Request, Response};

use super::credential::Credential;
use super::request::{form, header};

/// A call through the proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The account of the credentials. Empty for a public call, and for a session that wasn't
    /// created through the proxy.
    pub account: String,
    /// The service in the credential scope: `iam`, `lambda`, `cognito-idp`, `logs`,
    /// `monitoring`, `sts`.
    pub service: String,
    /// The Region in the credential scope. Empty for a public call.
    pub region: String,
    /// The operation: `CreateRole`, `AdminInitiateAuth`, `AddPermission`.
    pub action: String,
    /// Whether the operation writes.
    pub writes: bool,
    /// The HTTP status of the response.
    pub status: u16,
    /// The time of the request.
    pub at: Instant,
    /// The body of the request.
    pub body: Bytes,
    /// The round of the call, or 0 if rounds aren't counted.
    pub round: usize,
    /// Whether the call was signed with an account's own key, not with the session of a role, such
    /// as the function's.
    pub(super) is_direct: bool,
}

/// The prefixes of operations that only read. All other operations count as writes, so that an
/// unknown operation is never counted as a read.
const READS: [&str; 17] = [
    "AdminGet",
    "AdminInitiateAuth",
    "AdminList",
    "AdminRespondToAuthChallenge",
    "AssumeRole",
    "BatchGet",
    "Decode",
    "Describe",
    "Filter",
    "Get",
    "InitiateAuth",
    "Invoke",
    "List",
    "Lookup",
    "RespondToAuthChallenge",
    "Simulate",
    "StartQuery",
];

impl Call {
    /// The call of a request. The status isn't known yet.
    pub(super) fn of(request: &Request<Bytes>, keys: &HashMap<String, String>) -> Self {
        let credential = Credential::of(request);
        let target = header(request, "x-amz-target");
        let (prefix, operation) = target.split_once('.').unwrap_or(("", ""));
        let action = if operation.is_empty() {
            form(request, "Action").unwrap_or_else(|| rest_operation(request))
        } else {
            operation.to_owned()
        };
        let key = credential.key;
        let account = match keys.get(key) {
            Some(account) => account.clone(),
            None if is_account(key) => key.to_owned(),
            None => String::new(),
        };
        let service = if credential.service.is_empty() && prefix.contains("Cognito") {
            "cognito-idp"
        } else {
            credential.service
        };
        Self {
            account,
            service: service.to_owned(),
            region: credential.region.to_owned(),
            writes: !READS.iter().any(|read| action.starts_with(read))
                && !action.starts_with("GET "),
            action,
            status: 0,
            at: Instant::now(),
            body: request.body().clone(),
            round: 0,
            is_direct: is_account(key),
        }
    }

    /// Whether this is that operation of Cognito's user pools.
    pub(super) fn is_cognito(&self, action: &str) -> bool {
        self.service == "cognito-idp" && self.action == action
    }
}

/// Records the account of a new access key.
pub(super) fn record_key(
    call: &Call,
    request: &Request<Bytes>,
    reply: &Response<Bytes>,
    keys: &mut HashMap<String, String>,
) {
    let account = match call.action.as_str() {
        "CreateAccessKey" => Some(call.account.clone()),
        "AssumeRole" => {
            form(request, "RoleArn").and_then(|arn| arn.split(':').nth(4).map(str::to_owned))
        }
        _ => None,
    };
    let body = String::from_utf8_lossy(reply.body());
    let key = body
        .split_once("<AccessKeyId>")
        .and_then(|(_, rest)| rest.split_once("</AccessKeyId>"));
    if let (Some(account), Some((key, _))) = (account, key) {
        keys.insert(key.to_owned(), account);
    }
}

fn is_account(key: &str) -> bool {
    key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_digit())
}

/// The operation of a REST call of Lambda, or of a call in CBOR (CloudWatch). For other services,
/// the method and the path.
fn rest_operation(request: &Request<Bytes>) -> String {
    let method = request.method().as_str();
    let path = request.uri().path();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if let ["service", _, "operation", operation] = parts[..] {
        return operation.to_owned();
    }
    let operation = match (method, parts.get(1..).unwrap_or_default()) {
        ("GET", ["account-settings"]) => "GetAccountSettings",
        ("GET", ["functions"]) => "ListFunctions",
        ("POST", ["functions"]) => "CreateFunction",
        ("GET", ["functions", _]) => "GetFunction",
        ("DELETE", ["functions", _]) => "DeleteFunction",
        ("GET", ["functions", _, "configuration"]) => "GetFunctionConfiguration",
        ("PUT", ["functions", _, "configuration"]) => "UpdateFunctionConfiguration",
        ("PUT", ["functions", _, "code"]) => "UpdateFunctionCode",
        ("POST", ["functions", _, "invocations"]) => "Invoke",
        ("GET", ["functions", _, "policy"]) => "GetPolicy",
        ("POST", ["functions", _, "policy"]) => "AddPermission",
        ("DELETE", ["functions", _, "policy", _]) => "RemovePermission",
        ("GET", ["functions", _, "concurrency"]) => "GetFunctionConcurrency",
        ("PUT", ["functions", _, "concurrency"]) => "PutFunctionConcurrency",
        ("DELETE", ["functions", _, "concurrency"]) => "DeleteFunctionConcurrency",
        ("GET", ["functions", _, "versions"]) => "ListVersionsByFunction",
        ("POST", ["functions", _, "versions"]) => "PublishVersion",
        ("GET", ["functions", _, "aliases"]) => "ListAliases",
        ("GET", ["tags", ..]) => "ListTags",
        ("POST", ["tags", ..]) => "TagResource",
        ("DELETE", ["tags", ..]) => "UntagResource",
        _ => return format!("{method} {path}"),
    };
    operation.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Call {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::from(body.to_owned()));
        Call::of(&request.expect("a request"), &HashMap::new())
    }

    const OLD: &str = "AWS4-HMAC-SHA256 Credential=111111111111/20261101/eu-west-1/iam/aws4_request, \
                       SignedHeaders=host, Signature=00";

    #[test]
    fn calls_of_every_protocol_are_identified() {
        let query = call(
            "POST",
            "/",
            &[("authorization", OLD)],
            "Action=CreateRole&RoleName=x",
        );
        assert_eq!(query.action, "CreateRole");
        assert_eq!(
            (query.account.as_str(), query.service.as_str()),
            ("111111111111", "iam")
        );
        assert!(query.writes);

        let target = "AWSCognitoIdentityProviderService.InitiateAuth";
        let public = call("POST", "/", &[("x-amz-target", target)], "{}");
        assert_eq!(
            (public.account.as_str(), public.service.as_str()),
            ("", "cognito-idp")
        );
        assert!(!public.writes);

        for (method, path, action, writes) in [
            ("POST", "/2015-03-31/functions", "CreateFunction", true),
            ("GET", "/2015-03-31/functions/f", "GetFunction", false),
            (
                "GET",
                "/2016-08-19/account-settings",
                "GetAccountSettings",
                false,
            ),
            ("GET", "/2015-03-31/functions/f/policy", "GetPolicy", false),
            (
                "POST",
                "/2015-03-31/functions/f/policy",
                "AddPermission",
                true,
            ),
            (
                "DELETE",
                "/2015-03-31/functions/f/policy/s",
                "RemovePermission",
                true,
            ),
            (
                "PUT",
                "/2015-03-31/functions/f/code",
                "UpdateFunctionCode",
                true,
            ),
            (
                "POST",
                "/2015-03-31/functions/f/invocations",
                "Invoke",
                false,
            ),
            ("DELETE", "/2017-03-31/tags/arn", "UntagResource", true),
            (
                "POST",
                "/service/GraniteServiceVersion20100801/operation/GetMetricData",
                "GetMetricData",
                false,
            ),
            ("GET", "/elsewhere", "GET /elsewhere", false),
            ("PUT", "/elsewhere", "PUT /elsewhere", true),
        ] {
            let call = call(method, path, &[], "");
            assert_eq!(
                (call.action.as_str(), call.writes),
                (action, writes),
                "{method} {path}"
            );
        }
    }

    #[test]
    fn an_unknown_operation_counts_as_a_write() {
        for (action, writes) in [
            ("AdminInitiateAuth", false),
            ("AdminGetUser", false),
            ("AdminCreateUser", true),
            ("SetUserPoolMfaConfig", true),
            ("TagRole", true),
            ("DetachRolePolicy", true),
            ("GetCallerIdentity", false),
            ("AssumeRoleWithWebIdentity", false),
            ("StartQuery", false),
            ("Frobnicate", true),
        ] {
            let body = format!("Action={action}");
            assert_eq!(call("POST", "/", &[], &body).writes, writes, "{action}");
        }
    }
}
