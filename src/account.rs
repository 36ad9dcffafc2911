//! A profile becomes an account: who it is (asked of STS, never assumed), its
//! partition and Region, and the clients that speak to it.

use std::future::Future;
use std::pin::pin;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use aws_config::meta::region::ProvideRegion;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use clap::ValueEnum;
use tokio::time::timeout;

use crate::error::{CallError, Usage};
use crate::report::{Event, Events};

const CONNECT: Duration = Duration::from_secs(5);

/// After how long it is told that a call has no answer yet, and then again and again.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Which end of the migration an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Side {
    /// Where the users come from.
    Old,
    /// Where the users go.
    New,
}

impl Side {
    /// `old` or `new`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }
}

/// What identifies an account; enough to write every ARN of what `cogmig` makes.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Which end it is.
    pub side: Side,
    /// The profile it was reached by.
    pub profile: String,
    /// Twelve digits.
    pub id: String,
    /// `aws`, `aws-us-gov`, `aws-cn`, `aws-eusc`, …
    pub partition: String,
    /// The Region of this side's user pool.
    pub region: String,
}

impl Identity {
    /// The ARN of an IAM resource, such as `role/NAME`.
    pub fn iam_arn(&self, resource: &str) -> String {
        format!("arn:{}:iam::{}:{resource}", self.partition, self.id)
    }

    /// The ARN of a resource of a Regional service.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!(
            "arn:{}:{service}:{}:{}:{resource}",
            self.partition, self.region, self.id
        )
    }
}

/// An account and the clients to act in it.
#[derive(Clone)]
pub struct Account {
    /// Who it is.
    pub identity: Identity,
    /// IAM.
    pub iam: aws_sdk_iam::Client,
    /// Lambda, in the Region of [`Identity`].
    pub lambda: aws_sdk_lambda::Client,
    /// Cognito user pools, in the Region of [`Identity`].
    pub cognito: aws_sdk_cognitoidentityprovider::Client,
    /// CloudWatch Logs, in the Region of [`Identity`].
    pub logs: aws_sdk_cloudwatchlogs::Client,
    config: SdkConfig,
    events: Events,
}

impl Account {
    /// Reaches the account of a named profile and asks STS who that is; meanwhile it makes
    /// `reads`, which must not need to know. What came of them is judged by the caller.
    ///
    /// The profile's own credentials and Region are used even where the environment
    /// holds others: `ConfigLoader::profile_name` alone loses to the environment,
    /// and both sides would then be the same account.
    ///
    /// # Errors
    /// The profile is not there or has no Region, its credentials do not load, or
    /// STS refuses them.
    pub async fn connect<T>(
        side: Side,
        profile: &str,
        region: Option<&str>,
        events: Events,
        reads: impl AsyncFnOnce(&Self) -> Result<T, CallError>,
    ) -> Result<(Self, Result<T, CallError>)> {
        let http = http_client();
        let provider = ProviderConfig::without_region().with_http_client(http.clone());
        let region = match region {
            Some(named) => named.to_owned(),
            None => region_of(side, profile, &provider).await?,
        };
        let provider = provider.with_region(Some(Region::new(region.clone())));
        let config = aws_config::defaults(BehaviorVersion::latest())
            .profile_name(profile)
            .region(Region::new(region.clone()))
            .credentials_provider(
                ProfileFileCredentialsProvider::builder()
                    .profile_name(profile)
                    .configure(&provider)
                    .build(),
            )
            .timeout_config(time_outs())
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
            events,
        );
        let sts = aws_sdk_sts::Client::new(&account.config);
        let (who, read) = tokio::join!(
            account.call("sts:GetCallerIdentity", sts.get_caller_identity().send()),
            reads(&account),
        );
        let who = who?;
        let arn = who
            .arn()
            .context("STS named no ARN for these credentials")?;
        arn.split(':')
            .nth(1)
            .with_context(|| format!("STS gave an ARN of an unknown form: {arn}"))?
            .clone_into(&mut account.identity.partition);
        who.account()
            .context("STS named no account for these credentials")?
            .clone_into(&mut account.identity.id);
        let read = read.map_err(|error| CallError {
            place: account.place(),
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
        Self::with_config(identity, config, self.events)
    }

    fn with_config(identity: Identity, config: SdkConfig, events: Events) -> Self {
        Self {
            identity,
            iam: aws_sdk_iam::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            cognito: aws_sdk_cognitoidentityprovider::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
            config,
            events,
        }
    }

    /// Awaits one call, tells it to the events and, when it fails, says where.
    ///
    /// # Errors
    /// Whatever the call failed with, as a [`CallError`].
    pub async fn call<T, E, R>(
        &self,
        name: &'static str,
        sent: impl Future<Output = Result<T, SdkError<E, R>>>,
    ) -> Result<T, CallError>
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
                Err(_) => self.waiting(&format!("an answer to {name}"), start.elapsed()),
            }
        };
        let answer = answer.map_err(|error| CallError::new(self.place(), name, &error));
        (self.events)(Event::Called {
            side: self.identity.side,
            call: name,
            took: start.elapsed(),
            request_id: match &answer {
                Ok(output) => output.request_id().map(str::to_owned),
                Err(error) => error.request_id.clone(),
            },
            code: answer
                .as_ref()
                .err()
                .map(|error| error.code.clone().unwrap_or_else(|| "no answer".to_owned())),
        });
        answer
    }

    /// Tells that something is being waited for.
    pub fn waiting(&self, what: &str, since: Duration) {
        (self.events)(Event::Waiting {
            what: what.to_owned(),
            since,
        });
    }

    /// The account in words, for messages.
    pub fn place(&self) -> String {
        let Identity {
            side,
            id,
            region,
            profile,
            ..
        } = &self.identity;
        format!(
            "{} account {id} ({region}, profile `{profile}`)",
            side.as_str()
        )
    }
}

async fn region_of(side: Side, profile: &str, provider: &ProviderConfig) -> Result<String> {
    let named = ProfileFileRegionProvider::builder()
        .profile_name(profile)
        .configure(provider)
        .build()
        .region()
        .await;
    if let Some(region) = named {
        return Ok(region.to_string());
    }
    bail!(Usage(format!(
        "profile `{profile}` is not there, or names no Region\n  try  `aws configure list-profiles`, `region = …` in the profile, or --{}-region",
        side.as_str()
    )))
}

/// The SDK's own client does not know of `HTTPS_PROXY` and its like. Its connections are shared
/// by all that an account is asked.
fn http_client() -> SharedHttpClient {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT);
    let connector = Connector::builder()
        .proxy_config(ProxyConfig::from_env())
        .connector_settings(settings.build())
        .tls_provider(tls::Provider::Rustls(
            tls::rustls_provider::CryptoMode::Ring,
        ))
        .build();
    let connector = SharedHttpConnector::new(connector);
    http_client_fn(move |_, _| connector.clone())
}

/// Cognito's pool and client operations are throttled at 15 a second for the whole
/// account: others may use that up for a while.
fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(6)
        .with_initial_backoff(Duration::from_millis(250))
}

/// The SDK waits for ever by default. An attempt may have to carry the Lambda's
/// package over a slow line.
fn time_outs() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(Duration::from_mins(1))
        .operation_timeout(Duration::from_mins(3))
        .build()
}
