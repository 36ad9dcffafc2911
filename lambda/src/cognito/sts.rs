//! AssumeRole, in the function's Region or in the old pool's Region. STS answers only in a Region
//! that is enabled in the old account, and the function's Region can be one that the old account
//! never enabled. The old pool's Region is enabled in the old account, but may not be in the new
//! account. So the function calls STS in the other Region after an error that depends on the Region, and
//! remembers which one worked.

use std::error::Error;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sdk_sts::Client;
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use rules::probe::StsError;
use tokio::time::timeout;

#[cfg(test)]
mod tests;

/// After this time without a response, the function also calls STS in the other Region. The
/// response of STS is faster, also with a new connection, and the work before the first event has two seconds.
const FALLBACK_DELAY: Duration = Duration::from_secs(1);

/// The longest message of STS that is returned, in characters.
const LONGEST_MESSAGE: usize = 500;

/// The access role, and what its trust policy requires. Not `Debug`, because it holds the
/// ExternalId.
pub struct Request {
    /// The ARN of the role.
    pub role_arn: String,
    /// The ExternalId.
    pub external_id: String,
}

/// The STS of one Region or of two Regions.
pub struct Sts {
    first: (String, Client),
    second: Option<(String, Client)>,
    /// 1, if the second Region worked last.
    worked: AtomicUsize,
}

impl Sts {
    /// The STS of the first Region, and of the second one if the first Region doesn't work.
    pub const fn new(first: (String, Client), second: Option<(String, Client)>) -> Self {
        Self {
            first,
            second,
            worked: AtomicUsize::new(0),
        }
    }

    /// Assumes the role, without a pause between the Regions. The errors are in the order of the
    /// requests.
    pub async fn assume(&self, request: &Request) -> Result<Credentials, Vec<StsError>> {
        let Some(second) = &self.second else {
            let answer = self.assume_in(0, &self.first, request).await;
            return answer.map_err(|error| vec![error]);
        };
        let [one, other] = match self.worked.load(Ordering::Relaxed) {
            0 => [(0, &self.first), (1, second)],
            _ => [(1, second), (0, &self.first)],
        };
        let mut one = pin!(self.assume_in(one.0, one.1, request));
        let other = self.assume_in(other.0, other.1, request);
        match timeout(FALLBACK_DELAY, &mut one).await {
            Ok(Err(error)) if depends_on_region(&error) => {
                other.await.map_err(|second| vec![error, second])
            }
            Ok(answer) => answer.map_err(|error| vec![error]),
            Err(_) => either(one, other).await,
        }
    }

    async fn assume_in(
        &self,
        index: usize,
        (region, client): &(String, Client),
        request: &Request,
    ) -> Result<Credentials, StsError> {
        let call = client
            .assume_role()
            .role_arn(&request.role_arn)
            .external_id(&request.external_id)
            .role_session_name("cognito-migration-lambda");
        let failed = |code: Option<&str>, message: &str| StsError {
            region: region.clone(),
            code: code.map(str::to_owned),
            message: redacted(message, &request.external_id),
        };
        let answer = call.send().await.map_err(|error| match &error {
            SdkError::ServiceError(service) => failed(
                service.err().code(),
                service.err().message().unwrap_or_default(),
            ),
            _ => failed(None, "no response"),
        })?;
        let session = answer.credentials;
        let session = session.ok_or_else(|| failed(None, "a response without credentials"))?;
        let end = SystemTime::try_from(session.expiration)
            .map_err(|_| failed(None, "a response with an invalid expiration"))?;
        self.worked.store(index, Ordering::Relaxed);
        Ok(Credentials::new(
            session.access_key_id,
            session.secret_access_key,
            Some(session.session_token),
            Some(end),
            "AssumeRole",
        ))
    }
}

/// The first session of two requests, or the errors of both.
async fn either<T, E>(
    one: impl Future<Output = Result<T, E>>,
    other: impl Future<Output = Result<T, E>>,
) -> Result<T, Vec<E>> {
    let (mut one, mut other) = (pin!(one), pin!(other));
    tokio::select! {
        answer = &mut one => match answer {
            Ok(session) => Ok(session),
            Err(error) => other.await.map_err(|second| vec![error, second]),
        },
        answer = &mut other => match answer {
            Ok(session) => Ok(session),
            Err(error) => one.await.map_err(|first| vec![first, error]),
        },
    }
}

/// Whether the other Region may work: STS isn't enabled in this one for one of the accounts, or
/// doesn't respond.
fn depends_on_region(error: &StsError) -> bool {
    error.is_region_disabled() || error.code.is_none()
}

/// The message of STS on one line, without the ExternalId, which a validation error quotes.
fn redacted(message: &str, external_id: &str) -> String {
    let message = message.replace(external_id, "(hidden)");
    let characters = message.chars().take(LONGEST_MESSAGE);
    characters
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect()
}

/// The role can't be assumed. STS's errors are read from the role, so that the SDK can't log them.
#[derive(Debug)]
pub struct NotAssumed;

impl std::fmt::Display for NotAssumed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the role can't be assumed")
    }
}

impl Error for NotAssumed {}
