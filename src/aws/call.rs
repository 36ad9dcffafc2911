//! Converts the SDK's errors.

use std::fmt;

use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::ErrorKind;
use aws_types::request_id::RequestId;
use cogmig_core::call::{CallError, NOT_OF_AWS};
use cogmig_core::text::on_one_line;

/// Converts an error of the SDK. Its `Display` is only "service error", so the details are
/// collected here.
pub fn error<E, R>(place: String, call: &'static str, error: &SdkError<E, R>) -> CallError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: fmt::Debug,
    SdkError<E, R>: RequestId,
{
    let (code, message) = match error {
        SdkError::ServiceError(service) => {
            let error = service.err();
            let not_of_aws = error.code().is_none().then_some(NOT_OF_AWS);
            (error.code(), error.message().or(not_of_aws))
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
                let kind = failure
                    .as_connector_error()
                    .and_then(ConnectorError::as_other);
                failure.is_io() || failure.is_timeout() || kind == Some(ErrorKind::TransientError)
            }
            SdkError::ServiceError(service) => service.err().code().is_none(),
            _ => false,
        },
    }
}

/// The chain of an error's causes, without repeated text.
fn causes(error: &dyn std::error::Error) -> String {
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !chain.contains(&text) {
            chain = format!("{chain}: {text}");
        }
        source = cause.source();
    }
    chain
}
