//! Converts results of the SDK to the types of the decision.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_cognitoidentityprovider::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cognitoidentityprovider::operation::admin_get_user::AdminGetUserOutput;
use aws_sdk_cognitoidentityprovider::operation::admin_initiate_auth::AdminInitiateAuthOutput;
use aws_sdk_cognitoidentityprovider::types::DeliveryMediumType;
use rules::decision::{Answer, OldUser, Status};
use rules::reasons::{Failure, Fault};

use super::connections::LostIdle;
use crate::failure::from_service_error;

/// Converts the response to a password. Only the presence of an access token matters.
pub fn to_answer(output: &AdminInitiateAuthOutput) -> Answer {
    let tokens = output.authentication_result.as_ref();
    Answer {
        tokens: tokens
            .and_then(|tokens| tokens.access_token())
            .is_some_and(|token| !token.is_empty()),
        challenge: output
            .challenge_name
            .as_ref()
            .map(|name| name.as_str().to_owned()),
    }
}

/// Converts the user to the fields that the decision needs.
pub fn to_old_user(user: AdminGetUserOutput) -> OldUser {
    let mut kinds: Vec<&str> = user
        .user_mfa_setting_list()
        .iter()
        .map(String::as_str)
        .collect();
    kinds.extend(user.preferred_mfa_setting().filter(|kind| !kind.is_empty()));
    let by_sms = Some(&DeliveryMediumType::Sms);
    let legacy_options = user.mfa_options();
    OldUser {
        enabled: user.enabled,
        status: user
            .user_status
            .as_ref()
            .map_or(Status::Other, |status| Status::of_name(status.as_str())),
        has_mfa: !kinds.is_empty() || !legacy_options.is_empty(),
        has_sms_mfa: kinds.contains(&"SMS_MFA")
            || legacy_options
                .iter()
                .any(|option| option.delivery_medium() == by_sms),
        username: user.username,
        attributes: user
            .user_attributes
            .unwrap_or_default()
            .into_iter()
            .map(|attribute| (attribute.name, attribute.value.unwrap_or_default()))
            .collect(),
    }
}

/// Converts an error of the SDK. Its text isn't used, because it may quote the request.
pub fn to_failure<E: ProvideErrorMetadata + Error + 'static>(error: &SdkError<E>) -> Failure {
    if let SdkError::ServiceError(service) = error {
        let (code, message) = (service.err().code(), service.err().message());
        let status = service.raw().status().as_u16();
        return from_service_error(
            code.unwrap_or_default(),
            message.unwrap_or_default(),
            status,
        );
    }
    // Not every throttling response has an error code of Cognito.
    let status = error.raw_response().map(|raw| raw.status().as_u16());
    Failure::Fault(match error {
        _ if status == Some(429) => Fault::Throttled,
        _ if sources(error).any(<dyn Error>::is::<CredentialsError>) => Fault::Credentials,
        SdkError::TimeoutError(_) => Fault::TimedOut,
        SdkError::DispatchFailure(dispatch) if dispatch.is_timeout() => Fault::TimedOut,
        SdkError::DispatchFailure(_) => Fault::Unreachable,
        _ => Fault::Internal,
    })
}

/// Whether no connection could be opened, so the request was never sent.
pub fn never_connected<E: Error + 'static>(error: &SdkError<E>) -> bool {
    sources(error)
        .filter_map(|source| source.downcast_ref::<hyper_util::client::legacy::Error>())
        .any(hyper_util::client::legacy::Error::is_connect)
}

/// Whether the request was written to a connection that had died while idle.
pub fn lost_idle<E: Error + 'static>(error: &SdkError<E>) -> bool {
    sources(error).any(<dyn Error>::is::<LostIdle>)
}

/// Whether AWS rejected the call because the session that signed it has expired.
pub fn is_expired_token<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    let code = error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code);
    matches!(code, Some("ExpiredToken" | "ExpiredTokenException"))
}

/// Whether Cognito rejected the call because the app client has a secret and no hash was sent.
pub fn is_without_hash<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    let error = error.as_service_error();
    let message = error.and_then(ProvideErrorMetadata::message);
    message.is_some_and(|message| message.contains("SECRET_HASH was not received"))
}

fn sources(error: &(impl Error + 'static)) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&source| source.source())
}
