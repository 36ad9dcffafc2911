//! Cognito's errors that a trigger causes, with Cognito's codes and messages.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

/// An error of Cognito.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// The function could not be invoked. `error` is the reason.
    pub(super) fn not_invoked(trigger: &str, error: &str) -> Self {
        let message = format!("{trigger} invocation failed due to error {error}.");
        Self::new("UnexpectedLambdaException", message)
    }

    /// The function returned an error.
    pub(super) fn raised(trigger: &str, error: &str) -> Self {
        let message = format!("{trigger} failed with error {error}.");
        Self::new("UserLambdaValidationException", message)
    }

    /// The function returned an invalid response.
    pub(super) fn unrecognizable() -> Self {
        Self::new(
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output",
        )
    }

    /// An error of the sandbox.
    pub(super) fn internal(failure: &anyhow::Error) -> Self {
        Self::new("InternalErrorException", format!("sandbox: {failure:#}"))
    }
}

impl From<Fault> for Response<Bytes> {
    fn from(fault: Fault) -> Self {
        let body = json!({"__type": fault.code, "message": fault.message});
        let mut response = Response::new(Bytes::from(body.to_string()));
        *response.status_mut() = match fault.code {
            "InternalErrorException" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        let headers = response.headers_mut();
        let content = HeaderValue::from_static("application/x-amz-json-1.1");
        headers.insert("content-type", content);
        headers.insert("x-amzn-errortype", HeaderValue::from_static(fault.code));
        headers.insert(
            "x-amzn-requestid",
            HeaderValue::from_static("sandbox-trigger"),
        );
        response
    }
}
