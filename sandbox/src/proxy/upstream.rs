//! Calls to the emulator: forwarded unchanged, or made by the proxy itself, signed as the root user
//! of an account.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::accounts::NEW_ACCOUNT;

/// A client of the emulator.
#[derive(Debug)]
pub(super) struct Upstream {
    client: Client<HttpConnector, Full<Bytes>>,
    backend: SocketAddr,
}

/// The account and the Region of a call that the proxy makes itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) account: String,
    pub(super) region: String,
}

/// The emulator's response to a call that the proxy makes itself.
pub(super) enum Answer {
    /// The output.
    Ok(Value),
    /// An error with this code and message.
    Fault(String, String),
}

impl Upstream {
    pub(in crate::proxy) fn new(backend: SocketAddr) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new())
                .pool_idle_timeout(Duration::from_secs(30))
                .build_http(),
            backend,
        }
    }

    /// Forwards a request unchanged, including its Host header.
    pub(super) async fn forward(&self, request: &Request<Bytes>) -> Response<Bytes> {
        match self.send(request).await {
            Ok(reply) => reply,
            Err(failure) => {
                let text = format!("the sandbox's emulator doesn't respond: {failure:#}");
                let mut reply = Response::new(Bytes::from(text));
                *reply.status_mut() = StatusCode::BAD_GATEWAY;
                reply
            }
        }
    }

    async fn send(&self, request: &Request<Bytes>) -> Result<Response<Bytes>> {
        let path = request.uri().path_and_query();
        let path = path.map_or("/", |path| path.as_str());
        let uri: Uri = format!("http://{}{path}", self.backend)
            .parse()
            .context("the path is invalid")?;
        let mut forwarded = Request::new(Full::new(request.body().clone()));
        *forwarded.method_mut() = request.method().clone();
        *forwarded.uri_mut() = uri;
        *forwarded.headers_mut() = request.headers().clone();
        // The body is complete, and the connection to the emulator is another one.
        forwarded.headers_mut().remove("transfer-encoding");
        forwarded.headers_mut().remove("connection");
        let (head, body) = self.client.request(forwarded).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        let mut reply = Response::from_parts(head, body);
        reply.headers_mut().remove("transfer-encoding");
        reply.headers_mut().remove("connection");
        Ok(reply)
    }

    /// A request of the sandbox's own API (backend.py).
    pub(super) async fn own(&self, name: &str, body: &Value) -> Result<Value> {
        let request = Request::post(format!("/_sandbox/{name}"))
            .header("host", self.backend.to_string())
            .body(Bytes::from(body.to_string()))?;
        let reply = self.send(&request).await?;
        let text = String::from_utf8_lossy(reply.body());
        ensure!(reply.status().is_success(), "{text}");
        Ok(serde_json::from_slice(reply.body())?)
    }

    /// A Cognito call as the root user of the account.
    pub(super) async fn cognito(
        &self,
        place: &Place,
        action: &str,
        body: &Value,
    ) -> Result<Answer> {
        let target = format!("AWSCognitoIdentityProviderService.{action}");
        let request = Request::post(format!("http://{}/", self.backend))
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", target)
            .body(Bytes::from(body.to_string()))?;
        let reply = self.as_root(place, "cognito-idp", request).await?;
        Ok(Answer::of(&reply))
    }

    /// The account of an access key, also of a session. `None` if the emulator doesn't know it.
    pub(super) async fn account_of(&self, key: &str) -> Option<String> {
        let place = Place {
            account: NEW_ACCOUNT.to_owned(),
            region: "us-east-1".to_owned(),
        };
        let body = format!("Action=GetAccessKeyInfo&Version=2011-06-15&AccessKeyId={key}");
        let request = Request::post(format!("http://{}/", self.backend))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(body));
        let reply = self.as_root(&place, "sts", request.ok()?).await.ok()?;
        let text = String::from_utf8_lossy(reply.body());
        let (_, rest) = text.split_once("<Account>")?;
        Some(rest.split_once("</Account>")?.0.to_owned())
    }

    /// A Lambda call as the root user of the account.
    pub(super) async fn lambda(
        &self,
        place: &Place,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Response<Bytes>> {
        let body = if method == Method::GET {
            Bytes::new()
        } else {
            Bytes::from(body.to_string())
        };
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.backend))
            .body(body)?;
        self.as_root(place, "lambda", request).await
    }

    /// Signs a request as the root user. For this emulator, an access key of twelve digits is the
    /// root user of that account.
    async fn as_root(
        &self,
        place: &Place,
        service: &str,
        mut request: Request<Bytes>,
    ) -> Result<Response<Bytes>> {
        let host = self.backend.to_string();
        request.headers_mut().insert("host", host.parse()?);
        let identity = Credentials::from_keys(&place.account, "test", None).into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(&place.region)
            .name(service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let headers = request
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let uri = request.uri().to_string();
        let body = SignableBody::Bytes(request.body());
        let signable = SignableRequest::new(request.method().as_str(), uri, headers, body)?;
        let (instructions, _) = sign(signable, &params)?.into_parts();
        instructions.apply_to_request_http1x(&mut request);
        self.send(&request).await
    }
}

impl Answer {
    /// Parses a response of a JSON protocol.
    pub(in crate::proxy) fn of(reply: &Response<Bytes>) -> Self {
        let value: Value = serde_json::from_slice(reply.body()).unwrap_or_default();
        if reply.status().is_success() {
            return Self::Ok(value);
        }
        let text = |names: [&str; 2]| {
            let text = names.iter().find_map(|name| value[name].as_str());
            text.map(str::to_owned).unwrap_or_default()
        };
        let code = text(["__type", "Type"]);
        let code = code.rsplit('#').next().unwrap_or_default().to_owned();
        Self::Fault(code, text(["message", "Message"]))
    }

    /// The output of a call that must succeed.
    pub(in crate::proxy) fn expect_ok(self) -> Result<Value> {
        match self {
            Self::Ok(value) => Ok(value),
            Self::Fault(code, message) => anyhow::bail!("{code}: {message}"),
        }
    }
}
