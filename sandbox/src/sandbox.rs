//! Both accounts, and the operations of a test on them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::accounts::{NEW_ACCOUNT, OLD_ACCOUNT};
use crate::aws_fault::AwsFault;
use crate::client::Client;
use crate::distance::{Authority, Distance};
use crate::home::{self, PROFILES};
use crate::proxy::{Call, Conditions, Injection, Message, Proxy, serve};
use crate::python::Python;
use crate::server::Server;

/// Two AWS accounts. All processes stop when the value is dropped.
#[derive(Debug)]
pub struct Sandbox {
    // In the order in which they must be dropped: the folder last.
    pub(crate) client: Arc<Client>,
    pub(crate) python: Arc<Python>,
    backend: Server,
    pub(crate) proxy: Arc<Proxy>,
    pub(crate) runtime: Option<Runtime>,
    endpoint: String,
    folder: TempDir,
}

impl Sandbox {
    /// Starts two empty accounts. The first start on a machine installs the Python packages.
    ///
    /// # Errors
    ///
    /// If Python is missing, the packages can't be installed, or the emulator doesn't start.
    pub fn start() -> Result<Self> {
        let python = Python::shared()?;
        let folder = tempfile::Builder::new()
            .prefix("cogmig-sandbox-")
            .tempdir()
            .context("cannot create the sandbox's folder")?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .context("cannot start the sandbox's proxy")?;
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .context("no free loopback port for the proxy")?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        home::write(folder.path(), &endpoint)?;
        let client = Arc::new(Client::new(Arc::clone(&python), folder.path()));
        let variables = [("AWS_ENDPOINT_URL", endpoint.as_str())];
        let backend = Server::start(&python, "backend", folder.path(), &variables)?;
        let regions = PROFILES.map(|(_, _, region)| region.to_owned());
        let proxy = Arc::new(Proxy::new(backend.address(), regions));
        runtime.spawn(serve::serve(listener, Arc::clone(&proxy)));
        Ok(Self {
            client,
            python,
            backend,
            proxy,
            runtime: Some(runtime),
            endpoint,
            folder,
        })
    }

    /// The endpoint of the emulated AWS: the address of the proxy.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A home folder whose `.aws/config` has the profiles `old`, `new` and `old-other`.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    /// Adds a profile to the sandbox's home. `endpoint_url` is set automatically.
    ///
    /// # Errors
    ///
    /// If the file can't be written.
    pub fn add_profile(&self, name: &str, settings: &[(&str, &str)]) -> Result<()> {
        home::add_profile(self.home(), &self.endpoint, name, settings)
    }

    /// The log of ministack and the Lambda functions, to debug a failed test.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.backend.log().to_owned()
    }

    /// A command with a minimal environment: PATH, HOME, and the variable that disables the EC2
    /// instance metadata service.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", self.home())
            .env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }

    /// All calls through the proxy in the order of their responses, except calls of this library.
    #[must_use]
    pub fn journal(&self) -> Vec<Call> {
        self.proxy.journal()
    }

    /// Clears the journal.
    pub fn clear_journal(&self) {
        self.proxy.clear_journal();
    }

    /// Sets the conditions of all calls, except those of the sandbox's own boto3.
    pub fn set_conditions(&self, conditions: Conditions) {
        self.proxy.set_conditions(conditions);
    }

    /// Disables a Region in an account, as an opt-in Region is by default. STS in this Region
    /// creates no session of the account's roles, and no service in it accepts the account's
    /// credentials. The Region of a call is the one in its signature.
    pub fn disable_region(&self, account: &str, region: &str) {
        self.proxy.set_region(account, region, true);
    }

    /// Enables a Region again.
    pub fn enable_region(&self, account: &str, region: &str) {
        self.proxy.set_region(account, region, false);
    }

    /// Groups independent calls into rounds: each call waits `quiet` for others. The journal has
    /// the round of each call. `None` disables it.
    pub fn count_rounds(&self, quiet: Option<Duration>) {
        let _runtime = self.runtime.as_ref().map(Runtime::enter);
        self.proxy.count_rounds(quiet);
    }

    /// The same AWS with network latency, and behind TLS if there is a certificate authority.
    ///
    /// # Errors
    ///
    /// If there is no free port.
    pub fn distance(
        &self,
        round_trip: Duration,
        authority: Option<&Authority>,
    ) -> Result<Distance> {
        let runtime = self.runtime.as_ref().context("the sandbox has stopped")?;
        let proxy = self.endpoint.trim_start_matches("http://").parse()?;
        runtime.block_on(Distance::start(proxy, round_trip, authority))
    }

    /// Injects a fault into calls, except those of the sandbox's own boto3.
    pub fn inject(&self, injection: Injection) {
        self.proxy.inject(injection);
    }

    /// Removes all faults. Returns how many calls got one since the last time.
    pub fn clear_faults(&self) -> usize {
        self.proxy.clear_faults()
    }

    /// Waits until a fault has had its effect. Returns whether it had in time.
    #[must_use]
    pub fn wait_for_fault(&self, patience: Duration) -> bool {
        self.proxy.wait_for_fault(patience)
    }

    /// The messages that Cognito would have sent to users.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.proxy.messages()
    }

    /// One call with boto3 and a profile: `("old", "cognito-idp", "DescribeUserPool", …)`. Bytes
    /// are `{"$bytes": "<base64>"}`.
    ///
    /// # Errors
    ///
    /// The error of AWS.
    pub fn aws(
        &self,
        profile: &str,
        service: &str,
        operation: &str,
        params: Value,
    ) -> Result<Value, AwsFault> {
        self.client.call(profile, None, service, operation, params)
    }

    /// One call with boto3 in this Region.
    ///
    /// # Errors
    ///
    /// The error of AWS.
    pub fn aws_in(
        &self,
        profile: &str,
        region: &str,
        service: &str,
        operation: &str,
        params: Value,
    ) -> Result<Value, AwsFault> {
        self.client
            .call(profile, Some(region), service, operation, params)
    }

    /// Signs in like an application: `InitiateAuth` with `USER_PASSWORD_AUTH`, without AWS
    /// credentials.
    ///
    /// # Errors
    ///
    /// The error of AWS.
    pub fn sign_in(
        &self,
        client_id: &str,
        username: &str,
        password: &str,
    ) -> Result<Value, AwsFault> {
        self.public(
            "InitiateAuth",
            json!({
                "ClientId": client_id,
                "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": {"USERNAME": username, "PASSWORD": password},
            }),
        )
    }

    /// Any other Cognito call that needs no credentials.
    ///
    /// # Errors
    ///
    /// The error of AWS.
    pub fn public(&self, operation: &str, params: Value) -> Result<Value, AwsFault> {
        self.client.public(&self.endpoint, operation, params)
    }

    /// All resources of both accounts, in a stable order and without timestamps, so that snapshots
    /// can be compared.
    ///
    /// # Panics
    ///
    /// If the resources can't be read, which is a bug in the sandbox.
    #[must_use]
    pub fn snapshot(&self) -> Value {
        self.own(self.proxy.snapshot(&[OLD_ACCOUNT, NEW_ACCOUNT]))
    }

    /// Saves the state of both accounts.
    ///
    /// # Panics
    ///
    /// If the state can't be read, which is a bug in the sandbox.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint(self.own(self.proxy.checkpoint()))
    }

    /// Restores the state of a checkpoint of this sandbox. No function may have run since.
    ///
    /// # Panics
    ///
    /// If the checkpoint doesn't exist.
    pub fn restore(&self, checkpoint: &Checkpoint) {
        self.own(self.proxy.restore(&checkpoint.0));
    }

    /// Writes lines of the past to a log group, directly to the emulator's state, as if they had
    /// been written at their time. Expired lines are stored, but AWS's calls don't return them.
    ///
    /// # Panics
    ///
    /// If the profile or the log group doesn't exist.
    pub fn write_past(&self, profile: &str, group: &str, lines: &[PastLines]) {
        let (account, region) = place(profile);
        let batches: Vec<_> = lines.iter().copied().map(PastLines::to_json).collect();
        self.own(self.proxy.log(&json!({
            "account": account, "region": region, "group": group, "batches": batches,
        })));
    }

    /// Sets members of the stored configuration of a function, such as `State`. Calls are restricted
    /// by the state as on AWS.
    ///
    /// # Panics
    ///
    /// If the profile or the function doesn't exist.
    pub fn set_function(&self, profile: &str, name: &str, members: &Value) {
        let (account, region) = place(profile);
        let body = json!({"account": account, "region": region, "name": name, "members": members});
        self.own(self.proxy.set("function_state", &body));
    }

    /// Sets members of the configuration of a function after its next change. On AWS, a change can
    /// fail after its call has succeeded.
    ///
    /// # Panics
    ///
    /// If the emulator has stopped, which is a bug in the sandbox.
    pub fn end_next_change(&self, members: &Value) {
        let body = json!({"members": members});
        self.own(self.proxy.set("function_result", &body));
    }

    /// Sets the limit of concurrent executions of the profile's account, which isn't enforced.
    ///
    /// # Panics
    ///
    /// If the profile doesn't exist.
    pub fn limit_concurrency(&self, profile: &str, limit: u32) {
        let (account, _) = place(profile);
        let body = json!({"account": account, "limit": limit});
        self.own(self.proxy.set("account_concurrency", &body));
    }

    /// Adds many roles and user pools to the profile's account, directly to the emulator's state.
    /// `base` is the name of a role whose deployments are added.
    ///
    /// # Panics
    ///
    /// If the profile doesn't exist.
    pub fn fill_account(&self, profile: &str, what: &Value) {
        let (account, region) = place(profile);
        let body = json!({"account": account, "region": region, "what": what});
        self.own(self.proxy.set("fill", &body));
    }

    fn own(&self, request: impl Future<Output = Result<Value>>) -> Value {
        let runtime = self.runtime.as_ref().expect("the sandbox is running");
        let answer = runtime.block_on(request);
        answer.unwrap_or_else(|fault| panic!("the emulator: {fault:#}"))
    }
}

/// The account and the Region of a profile of the sandbox.
fn place(profile: &str) -> (&'static str, &'static str) {
    let known = PROFILES.iter().find(|(name, ..)| *name == profile);
    let (_, account, region) = known.expect("a profile of the sandbox");
    (account, region)
}

/// Lines of the past.
#[derive(Clone, Copy, Debug)]
pub struct PastLines<'a> {
    /// The line. `{user}` is replaced by 16 hex digits of a user, `{at}` by the line's time in
    /// milliseconds since 1970.
    pub line: &'a str,
    /// The number of lines.
    pub count: u64,
    /// The number of users. The lines are of each of them in turn.
    pub users: u64,
    /// The time of the first line.
    pub first: SystemTime,
    /// The time between two lines.
    pub step: Duration,
}

impl PastLines<'_> {
    fn to_json(self) -> Value {
        let since = self.first.duration_since(UNIX_EPOCH);
        json!({
            "line": self.line, "count": self.count, "users": self.users,
            "first": since.expect("a time after 1970").as_millis(), "step": self.step.as_millis(),
        })
    }
}

/// A saved state of both accounts.
#[derive(Debug)]
pub struct Checkpoint(Value);

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.backend.stop();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
