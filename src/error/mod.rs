//! What failed, where, and what to try. AWS's own words (code, message, request
//! id) are kept apart, because retries decide by them and people search by them.

mod advice;

use std::fmt;

use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::ErrorKind;
use aws_types::request_id::RequestId;

/// The command line, the environment or `cogmig.toml` asked for something that
/// cannot be meant: exit status 64, nothing was called.
#[derive(Debug)]
pub struct Usage(pub String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// What a proxy or a portal says in AWS's place.
const NOT_OF_AWS: &str = "there was an answer, but not one of AWS";

/// A call to AWS that did not succeed.
#[derive(Clone, Debug)]
pub struct CallError {
    /// Which account, in words: side, id, Region and profile.
    pub place: String,
    /// The call as IAM names it, such as `iam:CreateRole`.
    pub call: &'static str,
    /// AWS's error code; absent when no answer of AWS was received.
    pub code: Option<String>,
    /// AWS's message, or the chain of causes on this side of the wire.
    pub message: String,
    /// AWS's request id, for its support.
    pub request_id: Option<String>,
    /// Whether it went out, as far as is known, and nothing of AWS came back: it may have
    /// been carried out.
    pub unanswered: bool,
}

impl CallError {
    /// Takes an SDK error apart. The SDK's own `Display` is "service error" and no
    /// more, so that the parts are collected here.
    pub fn new<E, R>(place: String, call: &'static str, error: &SdkError<E, R>) -> Self
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
        Self {
            place,
            call,
            code: code.map(on_one_line),
            message: on_one_line(&message.map_or_else(|| causes(error), str::to_owned)),
            request_id: error.request_id().map(on_one_line),
            unanswered: match error {
                SdkError::TimeoutError(_) | SdkError::ResponseError(_) => true,
                SdkError::DispatchFailure(failure) => {
                    let cut = failure
                        .as_connector_error()
                        .and_then(ConnectorError::as_other);
                    failure.is_io()
                        || failure.is_timeout()
                        || cut == Some(ErrorKind::TransientError)
                }
                SdkError::ServiceError(service) => service.err().code().is_none(),
                _ => false,
            },
        }
    }

    /// AWS's answer is not what the service's model says.
    pub fn unreadable(place: String, call: &'static str) -> Self {
        Self {
            place,
            call,
            code: None,
            message: "the answer could not be read".into(),
            request_id: None,
            unanswered: false,
        }
    }

    /// Whether AWS answered with this code.
    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// Whether AWS said that the caller may not. Each service has its own word.
    pub fn is_denied(&self) -> bool {
        advice::DENIED.iter().any(|code| self.is(code))
    }

    /// Whether AWS said that the thing is not there. Each service has its own word.
    pub fn is_not_found(&self) -> bool {
        ["NoSuchEntity", "ResourceNotFoundException"]
            .iter()
            .any(|code| self.is(code))
    }

    /// Whether AWS refused to make what is there already.
    pub fn is_already_there(&self) -> bool {
        match self.code.as_deref() {
            Some("EntityAlreadyExists" | "ResourceAlreadyExistsException") => true,
            Some("ResourceConflictException") => self.message.contains("already exist"),
            _ => false,
        }
    }
}

/// What somebody else has written, as it may be shown: it begins no line, moves no cursor and
/// turns no text around.
pub fn on_one_line(text: &str) -> String {
    let turns = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.replace(|c: char| c.is_control() || turns(c), " ")
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

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed in the {}", self.call, self.place)?;
        match &self.code {
            Some(code) => write!(f, "\n  AWS says    {code}: {}", self.message)?,
            None if self.message == NOT_OF_AWS => write!(f, "\n  because     {NOT_OF_AWS}")?,
            None => write!(f, "\n  no answer   {}", self.message)?,
        }
        if let Some(id) = &self.request_id {
            write!(f, "\n  request id  {id}")?;
        }
        match advice::of(self) {
            Some(advice) => write!(f, "\n  try         {advice}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for CallError {}
