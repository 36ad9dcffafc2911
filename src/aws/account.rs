//! The account of a profile: its id and partition, which STS returns, its Region, and the SDK's
//! clients.

use std::future::Future;
use std::pin::pin;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use aws_config::meta::region::ProvideRegion;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use cogmig_core::call::{CallError, region};
use cogmig_core::event::{Event, Events, PATIENCE};
use cogmig_core::identity::{Identity, Side};
use cogmig_core::problem::Problem;
use tokio::time::timeout;

use super::call;
use super::profiles::{Profiles, encoded};
use crate::stop::Stop;

const CONNECT: Duration = Duration::from_secs(5);

/// An account and the SDK's clients for it.
#[derive(Clone)]
pub struct Account {
    /// Its identity.
    pub identity: Identity,
    /// IAM.
    pub iam: aws_sdk_iam::Client,
    /// Lambda, in the Region of [`Identity`].
    pub lambda: aws_sdk_lambda::Client,
    /// Cognito user pools, in the Region of [`Identity`].
    pub cognito: aws_sdk_cognitoidentityprovider::Client,
    /// CloudWatch Logs, in the Region of [`Identity`].
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// CloudWatch metrics, in the Region of [`Identity`].
    pub metrics: aws_sdk_cloudwatch::Client,
    config: SdkConfig,
    run: Run,
}

/// The context of a run, for all code that calls AWS.
#[derive(Clone)]
pub struct Run {
    /// The receiver of events.
    pub events: Events,
    /// Whether the run was interrupted.
    pub stop: Stop,
}

impl Run {
    /// Reports an event.
    pub fn report(&self, event: Event) {
        (self.events)(event);
    }
}

impl Account {
    /// Connects to the account of a profile and gets its identity from STS. `reads` runs in
    /// parallel, so it can't depend on the identity. The caller handles its result.
    ///
    /// The profile's credentials and Region take precedence over those in the environment. With
    /// `ConfigLoader::profile_name` alone, the environment takes precedence, and both sides would
    /// be the same account.
    ///
    /// # Errors
    /// The profile doesn't exist or has no Region, its credentials can't be loaded, or STS rejects
    /// them.
    pub async fn connect<T>(
        side: Side,
        (profile, region): (&str, Option<&str>),
        run: &Run,
        reads: impl AsyncFnOnce(&Self) -> Result<T, CallError>,
    ) -> Result<(Self, Result<T, CallError>)> {
        let profiles = Profiles::read()?;
        profiles.check(profile)?;
        let (files, name) = (profiles.files(), encoded(profile));
        let http = http_client(profiles.ca_bundle(profile)?)?;
        let provider = ProviderConfig::without_region().with_http_client(http.clone());
        let region = match region {
            Some(region) => Region::new(region.to_owned()),
            None => region_of(&files, &name, &provider)
                .await
                .ok_or_else(|| no_region(side, profile))?,
        };
        let region = region.to_string();
        let provider = provider.with_region(Some(Region::new(region.clone())));
        let config = aws_config::defaults(BehaviorVersion::latest())
            .profile_files(files.clone())
            .profile_name(&name)
            .region(Region::new(region.clone()))
            .credentials_provider(
                ProfileFileCredentialsProvider::builder()
                    .profile_files(files)
                    .profile_name(&name)
                    .configure(&provider)
                    .build(),
            )
            .timeout_config(timeouts())
            .retry_config(retries())
            .http_client(http)
            .load()
            .await;

        let mut account = Self::with_config(
            Identity {
                side,
                profile: profile.to_owned(),
                id: "of unknown id".into(),
                partition: String::new(),
                region,
            },
            config,
            run.clone(),
        );
        let sts = aws_sdk_sts::Client::new(&account.config);
        let (caller, read) = tokio::join!(
            account.call("sts:GetCallerIdentity", sts.get_caller_identity().send()),
            reads(&account),
        );
        let caller = caller.map_err(|error| {
            let sso = sso_expired(side, profile, &error);
            let region = || {
                let problem = region::disabled(&error, profile, &account.identity.region);
                problem.map(anyhow::Error::from)
            };
            sso.or_else(region).unwrap_or_else(|| error.clone().into())
        })?;
        let arn = caller
            .arn()
            .context("STS returned no ARN for these credentials")?;
        arn.split(':')
            .nth(1)
            .with_context(|| format!("STS returned an ARN in an unknown format: {arn}"))?
            .clone_into(&mut account.identity.partition);
        caller
            .account()
            .context("STS returned no account for these credentials")?
            .clone_into(&mut account.identity.id);
        let read = read.map_err(|error| CallError {
            place: account.identity.place(),
            ..error
        });
        Ok((account, read))
    }

    /// The same account in another Region.
    pub fn in_region(self, region: &str) -> Self {
        if self.identity.region == region {
            return self;
        }
        let config = self
            .config
            .to_builder()
            .region(Region::new(region.to_owned()))
            .build();
        let identity = Identity {
            region: region.to_owned(),
            ..self.identity
        };
        Self::with_config(identity, config, self.run)
    }

    fn with_config(identity: Identity, config: SdkConfig, run: Run) -> Self {
        Self {
            identity,
            iam: aws_sdk_iam::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            cognito: aws_sdk_cognitoidentityprovider::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
            metrics: aws_sdk_cloudwatch::Client::new(&config),
            config,
            run,
        }
    }

    /// Awaits a call and reports it as an event. An error includes the account.
    ///
    /// # Errors
    /// The error of the call, as a [`CallError`].
    pub fn call<'a, T, E, R>(
        &'a self,
        name: &'static str,
        sent: impl Future<Output = Result<T, SdkError<E, R>>> + Send + 'a,
    ) -> impl Future<Output = Result<T, CallError>> + 'a
    where
        T: RequestId + 'a,
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug + 'a,
        SdkError<E, R>: RequestId,
    {
        // The future of a call is large, and many run in parallel.
        let sent = Box::pin(sent);
        async move {
            let answer = self.answered(name, async { Some(sent.await) }).await?;
            answer.ok_or_else(|| CallError::unreadable(self.identity.place(), name))
        }
    }

    /// The same for one page of several. After the last page the result is `None`, without a call.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub fn page<'a, T, E, R>(
        &'a self,
        name: &'static str,
        sent: impl Future<Output = Option<Result<T, SdkError<E, R>>>> + Send + 'a,
    ) -> impl Future<Output = Result<Option<T>, CallError>> + 'a
    where
        T: RequestId + 'a,
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug + 'a,
        SdkError<E, R>: RequestId,
    {
        self.answered(name, Box::pin(sent))
    }

    async fn answered<T, E, R>(
        &self,
        name: &'static str,
        sent: impl Future<Output = Option<Result<T, SdkError<E, R>>>>,
    ) -> Result<Option<T>, CallError>
    where
        T: RequestId,
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug,
        SdkError<E, R>: RequestId,
    {
        let start = Instant::now();
        let mut sent = pin!(sent);
        let answer = loop {
            match timeout(PATIENCE, &mut sent).await {
                Ok(answer) => break answer,
                Err(_) => self.waiting(&format!("the response of {name}"), start.elapsed()),
            }
        };
        let Some(answer) = answer else {
            return Ok(None);
        };
        let answer = answer.map_err(|error| call::error(self.identity.place(), name, &error));
        self.run.report(Event::Called {
            side: self.identity.side,
            call: name,
            took: start.elapsed(),
            request_id: match &answer {
                Ok(output) => output.request_id().map(str::to_owned),
                Err(error) => error.request_id.clone(),
            },
            code: answer.as_ref().err().map(|error| error.word().to_owned()),
        });
        answer.map(Some)
    }

    /// Whether the run was interrupted.
    pub fn stop(&self) -> &Stop {
        &self.run.stop
    }

    /// Reports that the run waits for AWS.
    pub fn waiting(&self, what: &str, since: Duration) {
        self.run.report(Event::Waiting {
            what: what.to_owned(),
            since,
        });
    }
}

async fn region_of(
    files: &EnvConfigFiles,
    name: &str,
    provider: &ProviderConfig,
) -> Option<Region> {
    let provider = ProfileFileRegionProvider::builder()
        .profile_files(files.clone())
        .profile_name(name)
        .configure(provider)
        .build();
    provider.region().await
}

/// The error for an SSO session that has expired or doesn't exist. The SDK's message is a chain of
/// its own terms.
fn sso_expired(side: Side, profile: &str, error: &CallError) -> Option<anyhow::Error> {
    let is_sso = ["SSO", "sso_"]
        .iter()
        .any(|word| error.message.contains(word));
    if error.answered || !is_sso {
        return None;
    }
    let side = side.as_str();
    let summary = format!(
        "the SSO session of profile `{profile}`, for the {side} account, has expired or doesn't exist"
    );
    let problem = Problem::error("sso-session-expired", summary);
    let fix = format!("run `aws sso login --profile {profile}`");
    Some(problem.fix(fix).into())
}

fn no_region(side: Side, profile: &str) -> Problem {
    let summary = format!("profile `{profile}` has no Region");
    let option = format!("--{}-region", side.as_str());
    Problem::usage("profile-invalid", summary)
        .fix(format!("set `region` in the profile, or use {option}"))
}

/// The SDK's default HTTP client doesn't support `HTTPS_PROXY` and similar variables. All calls in
/// an account share the connections. A CA bundle replaces the certificate authorities of the
/// system.
fn http_client(ca_bundle: Option<Vec<u8>>) -> Result<SharedHttpClient> {
    let trusted = match ca_bundle {
        Some(pem) => TrustStore::empty().with_pem_certificate(pem),
        None => TrustStore::default(),
    };
    let tls_context = TlsContext::builder().with_trust_store(trusted).build()?;
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT);
    let connector = Connector::builder()
        .proxy_config(ProxyConfig::from_env())
        .connector_settings(settings.build())
        .tls_provider(tls::Provider::Rustls(
            tls::rustls_provider::CryptoMode::Ring,
        ))
        .tls_context(tls_context)
        .build();
    let connector = SharedHttpConnector::new(connector);
    Ok(http_client_fn(move |_, _| connector.clone()))
}

/// Cognito limits operations on user pools and app clients to 15 per second for the account. Other
/// programs can exhaust this limit for some time.
fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(6)
        .with_initial_backoff(Duration::from_millis(250))
}

/// The SDK has no timeout by default. An attempt may upload the function's deployment package over
/// a slow connection.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(Duration::from_mins(1))
        .operation_timeout(Duration::from_mins(3))
        .build()
}
