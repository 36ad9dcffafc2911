//! Compares sign-ins of a user who hasn't been migrated: with the function of `cogmig`, with the
//! handler of the migration guides, and as one `AdminInitiateAuth` call on an open connection.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use aws_sdk_cognitoidentityprovider::config::{
    BehaviorVersion, Credentials, Region, SharedHttpClient,
};
use aws_sdk_cognitoidentityprovider::types::AuthFlowType;
use aws_sdk_cognitoidentityprovider::{Client, Config};
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use cogmig_sandbox::{Authority, OLD_ACCOUNT};
use tokio::runtime::Runtime;

use crate::environment::{Deployment, Environment};
use crate::page::{Section, said};
use crate::plot::Bars;
use crate::stats::{Ms, Times, millis};
use crate::world::{PASSWORD, USER};
use crate::{Effort, ROUND_TRIP, peers};

/// The times of one implementation.
#[derive(Default)]
struct Side {
    /// From the start of the process until it requests an event.
    start: Times,
    /// The first event, which waits from the start.
    first: Times,
    /// From the start of the process until the first response.
    cold: Times,
    warm: Times,
    /// Connections and calls.
    cold_counts: (usize, usize),
    warm_counts: (usize, usize),
}

impl Side {
    fn cold(&mut self, deployment: &Deployment, program: &Path, arguments: &[&Path]) -> Result<()> {
        deployment.counts();
        let environment = deployment.start(program, arguments)?;
        let first = environment.migrate()?;
        let ready = environment.api.wait_until_ready()?;
        self.start.push(ready.duration_since(environment.started));
        self.first.push(first.took);
        self.cold
            .push(first.arrived.duration_since(environment.started));
        self.cold_counts = deployment.counts();
        Ok(())
    }

    fn warm(&mut self, deployment: &Deployment, environment: &Environment) -> Result<()> {
        deployment.counts();
        self.warm.push(environment.migrate()?.took);
        self.warm_counts = deployment.counts();
        Ok(())
    }
}

pub fn measure(effort: Effort) -> Result<Section> {
    let bootstrap = peers::bootstrap()?;
    let handler = peers::node_handler()?;
    let node = Path::new("node");
    let deployment = Deployment::new(ROUND_TRIP, true)?;
    let bare = Bare::new(&deployment)?;
    let (mut cogmig, mut guide, mut yardstick) = <(Side, Side, Times)>::default();
    let (cold, warm) = effort.of((15, 40), (2, 3));
    for _ in 0..cold {
        cogmig.cold(&deployment, &bootstrap, &[])?;
        guide.cold(&deployment, node, &[&handler])?;
    }
    let environment = deployment.start(&bootstrap, &[])?;
    let guides = deployment.start(node, &[&handler])?;
    environment.migrate()?;
    guides.migrate()?;
    bare.ask()?;
    for _ in 0..warm {
        cogmig.warm(&deployment, &environment)?;
        guide.warm(&deployment, &guides)?;
        yardstick.push(bare.ask()?);
    }
    Ok(show(&cogmig, &guide, &yardstick))
}

fn show(cogmig: &Side, guide: &Side, bare: &Times) -> Section {
    let mut section = Section::new("A sign-in that migrates a user");
    let node = said(Command::new("node").arg("--version"));
    section.say(&format!(
        "Round trip {} ms with TLS 1.3. STS and Cognito of the old account are on separate hosts. *cogmig* is \
         the real `bootstrap` of the Lambda package on a Runtime API of the benchmark. *guide* is the handler of \
         the migration guides (`bench/peers/handler.mjs`) on Node.js {node} with the AWS SDK for JavaScript 3.1174. \
         It creates new clients for each event and makes one call after another. The *baseline* is one \
         `AdminInitiateAuth` call with the AWS SDK for Rust on an open connection. {} cold starts and {} warm \
         events of each, interleaved. Every event migrated its user.",
        ROUND_TRIP.as_millis(),
        cogmig.cold.len(),
        cogmig.warm.len(),
    ));
    let row = |name: &str, times: &Times, counts: Option<(usize, usize)>| {
        let (connections, calls) = counts
            .map_or_else(<(String, String)>::default, |(connections, calls)| {
                (connections.to_string(), calls.to_string())
            });
        [
            name.to_owned(),
            times.to_string(),
            times.spread(),
            format!("{:.2}", times.median() / bare.median()),
            connections,
            calls,
        ]
    };
    section.table(
        [
            "",
            "median",
            "p10–p90",
            "× baseline",
            "connections",
            "calls",
        ],
        &[
            row("baseline: `AdminInitiateAuth`", bare, Some((0, 1))),
            row("cogmig, warm", &cogmig.warm, Some(cogmig.warm_counts)),
            row("guide, warm", &guide.warm, Some(guide.warm_counts)),
            row(
                "cogmig, start to first response",
                &cogmig.cold,
                Some(cogmig.cold_counts),
            ),
            row(
                "guide, start to first response",
                &guide.cold,
                Some(guide.cold_counts),
            ),
            row(
                "cogmig, start until it requests an event",
                &cogmig.start,
                None,
            ),
            row(
                "guide, start until it requests an event",
                &guide.start,
                None,
            ),
            row("cogmig, first event", &cogmig.first, None),
            row("guide, first event", &guide.first, None),
        ],
    );
    let (warm, first) = (
        cogmig.warm.median() / bare.median(),
        cogmig.first.median() / bare.median(),
    );
    let most = millis(ROUND_TRIP) * 4.0 + 20.0;
    section.wanted(&[
        (
            "warm: one round trip, at most 1.15 × baseline",
            format!("{warm:.2} ×"),
            warm <= 1.15,
        ),
        (
            "first event: the same as a warm one, at most 1.15 × baseline",
            format!("{first:.2} ×"),
            first <= 1.15,
        ),
        (
            "ready for the first event within 4 round trips plus 20 ms",
            format!("{} of {} ms", Ms(cogmig.start.median()), Ms(most)),
            cogmig.start.median() <= most,
        ),
    ]);
    section.plot("sign-in.svg", "Sign-in times", drawn(cogmig, guide, bare));
    section
}

fn drawn(cogmig: &Side, guide: &Side, bare: &Times) -> String {
    let mut plot = Bars::new(
        "A sign-in that migrates a user, round trip 80 ms",
        "milliseconds",
    );
    let mut bar = |group: &str, name: &str, times: &Times, own: bool| {
        let places = [0.5, 0.1, 0.9].map(|share| times.at(share));
        plot.bar(group, name, places, &times.to_string(), own);
    };
    bar("warm", "baseline: AdminInitiateAuth", bare, false);
    bar("warm", "cogmig", &cogmig.warm, true);
    bar("warm", "guide's handler on Node.js", &guide.warm, false);
    bar("first event", "cogmig", &cogmig.first, true);
    bar(
        "first event",
        "guide's handler on Node.js",
        &guide.first,
        false,
    );
    bar("start to first response", "cogmig", &cogmig.cold, true);
    bar(
        "start to first response",
        "guide's handler on Node.js",
        &guide.cold,
        false,
    );
    plot.draw()
}

/// The baseline: the AWS SDK for Rust with one connection.
struct Bare {
    runtime: Runtime,
    client: Client,
    pool: String,
    app: String,
}

impl Bare {
    fn new(deployment: &Deployment) -> Result<Self> {
        let old = &deployment.world.old;
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(old.region.clone()))
            .credentials_provider(Credentials::new(OLD_ACCOUNT, "test", None, None, "measure"))
            .endpoint_url(deployment.cognito.url())
            .http_client(http_client(deployment.authority.as_ref())?)
            .build();
        Ok(Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?,
            client: Client::from_conf(config),
            pool: old.id.clone(),
            app: old.client.clone(),
        })
    }

    fn ask(&self) -> Result<Duration> {
        let request = self
            .client
            .admin_initiate_auth()
            .user_pool_id(&self.pool)
            .client_id(&self.app)
            .auth_flow(AuthFlowType::AdminUserPasswordAuth)
            .auth_parameters("USERNAME", USER)
            .auth_parameters("PASSWORD", PASSWORD);
        let started = Instant::now();
        let answer = self.runtime.block_on(request.send());
        let took = started.elapsed();
        let tokens = answer.context("no response")?.authentication_result;
        ensure!(tokens.is_some(), "no tokens");
        Ok(took)
    }
}

fn http_client(authority: Option<&Authority>) -> Result<SharedHttpClient> {
    let pem = authority.map_or("", Authority::pem);
    let trusted = TrustStore::empty().with_pem_certificate(pem);
    let tls = TlsContext::builder().with_trust_store(trusted).build()?;
    Ok(aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(tls)
        .build_https())
}
