//! Parts of a request.

use bytes::Bytes;
use http::Request;

/// A header, or an empty string if it doesn't exist.
pub(super) fn header<'a>(request: &'a Request<Bytes>, name: &str) -> &'a str {
    let value = request.headers().get(name);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// A parameter in a body of the query protocol (IAM, STS).
pub(super) fn form(request: &Request<Bytes>, name: &str) -> Option<String> {
    form_urlencoded::parse(request.body())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
