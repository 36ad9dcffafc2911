//! The SDK's errors taken apart.

use std::fmt;

use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::ErrorKind;
use aws_types::request_id::RequestId;
use cogmig_core::call::{CallError, NOT_OF_AWS};
use cogmig_core::text::on_one_line;

/// Takes an SDK error apart. The SDK's own `Display` is "service error" and no
/// more, so that the parts are collected here.
pub fn error<E, R>(place: String, call: &'static str, error: &SdkError<E, R>) -> CallError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: fmt::Debug,
    SdkError<E, R>: RequestId,
{
    let (code, message) = match error {
        SdkError::ServiceError(service) => {
            let error = service.err();
            let nobodys = error.code().is_none().then_some(NOT_OF_AWS);
            (error.code(), error.message().or(nobodys))
        }
        SdkError::ResponseError(_) => (None, Some(NOT_OF_AWS)),
        _ => (None, None),
    };
    CallError {
        place,
        call,
        code: code.map(on_one_line),
        message: on_one_line(&message.map_or_else(|| causes(error), str::to_owned)),
        answered: matches!(
            error,
            SdkError::ServiceError(_) | SdkError::ResponseError(_)
        ),
        request_id: error.request_id().map(on_one_line),
        unanswered: match error {
            SdkError::TimeoutError(_) | SdkError::ResponseError(_) => true,
            SdkError::DispatchFailure(failure) => {
                let cut = failure
                    .as_connector_error()
                    .and_then(ConnectorError::as_other);
                failure.is_io() || failure.is_timeout() || cut == Some(ErrorKind::TransientError)
            }
            SdkError::ServiceError(service) => service.err().code().is_none(),
            _ => false,
        },
    }
}

/// The whole chain of an error's causes, without repeating what a cause repeats.
fn causes(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !words.contains(&text) {
            words = format!("{words}: {text}");
        }
        source = cause.source();
    }
    words
}
