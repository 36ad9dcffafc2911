//! The raw JSON of one SDK call: the answer's body as it came, or a request's body
//! as we want it, under the SDK's own signing, retries and endpoints.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use cogmig_core::cognito::lossless::Object;

/// Keeps the body of the last answer. Give a clone to the call.
#[derive(Clone, Default)]
pub struct Body(Arc<Mutex<Vec<u8>>>);

impl Body {
    /// One member of the answer, which must be an object.
    pub fn member(&self, name: &str) -> Option<Object> {
        let bytes = self.0.lock().ok()?;
        let mut answer: Object = serde_json::from_slice(&bytes).ok()?;
        match answer.remove(name)? {
            serde_json::Value::Object(object) => Some(object),
            _ => None,
        }
    }
}

/// Shows nothing: a described app client may hold its secret.
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
        if let (Some(bytes), Ok(mut kept)) = (context.response().body().bytes(), self.0.lock()) {
            *kept = bytes.to_vec();
        }
        Ok(())
    }
}

/// Puts our JSON in the place of the typed request's, for `mutate_request`, which
/// runs before signing.
pub fn replace(body: &Object) -> impl Fn(&mut HttpRequest) + Send + Sync + 'static {
    let json = serde_json::Value::from(body.clone()).to_string();
    move |request| {
        *request.body_mut() = SdkBody::from(json.clone());
        request
            .headers_mut()
            .insert("content-length", json.len().to_string());
    }
}
