//! The raw JSON of an SDK call: the body of the response, or a custom body for the request.
//! Signing, retries and endpoints are still the SDK's.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use cogmig_core::cognito::lossless::Object;
use serde_json::Value;

/// Stores the body of the last response. Pass a clone to the call.
#[derive(Clone, Default)]
pub struct Body(Arc<Mutex<Vec<u8>>>);

impl Body {
    /// The response, which must be an object.
    pub fn object(&self) -> Option<Object> {
        let bytes = self.0.lock().ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// A member of the response, which must be an object.
    pub fn member(&self, name: &str) -> Option<Object> {
        match self.object()?.remove(name)? {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// A member of the response that is a list of objects. It's empty if the response omits it.
    pub fn list(&self, name: &str) -> Option<Vec<Object>> {
        let list = match self.object()?.remove(name) {
            None | Some(Value::Null) => return Some(Vec::new()),
            Some(list) => list,
        };
        serde_json::from_value(list).ok()
    }
}

/// Prints no content, because the response for an app client may include its secret.
impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Body")
    }
}

impl Intercept for Body {
    fn name(&self) -> &'static str {
        "Body"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let (Some(bytes), Ok(mut body)) = (context.response().body().bytes(), self.0.lock()) {
            *body = bytes.to_vec();
        }
        Ok(())
    }
}

/// Adds members to the body of the typed request, for `mutate_request`.
pub fn extend(members: &Object) -> impl Fn(&mut HttpRequest) + Send + Sync + 'static {
    let members = members.clone();
    move |request| {
        let bytes = request.body().bytes().unwrap_or_default();
        // A body that can't be parsed is sent unchanged.
        if !members.is_empty()
            && let Ok(mut body) = serde_json::from_slice::<Object>(bytes)
        {
            body.extend(members.clone());
            replace(&body)(request);
        }
    }
}

/// Replaces the body of the typed request, for `mutate_request`, which runs before signing.
pub fn replace(body: &Object) -> impl Fn(&mut HttpRequest) + Send + Sync + 'static {
    let json = Value::from(body.clone()).to_string();
    move |request| {
        *request.body_mut() = SdkBody::from(json.clone());
        request
            .headers_mut()
            .insert("content-length", json.len().to_string());
    }
}

/// Sends the request to another operation of Amazon Cognito user pools, which the SDK doesn't have
/// yet. Its input must have the members of the typed request.
pub fn operation(name: &'static str) -> impl Fn(&mut HttpRequest) + Send + Sync + 'static {
    let target = format!("AWSCognitoIdentityProviderService.{name}");
    move |request| {
        request.headers_mut().insert("x-amz-target", target.clone());
    }
}
