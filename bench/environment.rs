//! An execution environment of the function, as on Lambda: a process with its own Runtime API, the
//! variables that `cogmig setup` set, and the credentials of the function's role.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use cogmig_sandbox::{Authority, Distance, Invoked, NEW_ACCOUNT, RuntimeApi, tool};
use serde_json::{Value, json};

use crate::world::{PASSWORD, USER, World, timed};

/// The name of the function and of its role.
const LAMBDA: &str = "cognito-migration-lambda";
const FUNCTION_ARN: &str = "arn:aws:lambda:eu-central-1:222222222222:function:measured";

/// A deployment, and the network between its function and the old account.
pub struct Deployment {
    pub world: World,
    pub sts: Distance,
    pub cognito: Distance,
    pub authority: Option<Authority>,
    trusted: PathBuf,
    variables: BTreeMap<String, String>,
    event: String,
}

impl Deployment {
    /// Deploys with `cogmig setup`. Adds latency between the function and the old account's STS
    /// and Cognito, each on its own host.
    pub fn new(round_trip: Duration, tls: bool) -> Result<Self> {
        let world = World::new(Duration::ZERO)?;
        timed(&mut world.cogmig(&["setup", "--yes"]))?;
        let authority = tls.then(Authority::new).transpose()?;
        let sts = world.sandbox.distance(round_trip, authority.as_ref())?;
        let cognito = world.sandbox.distance(round_trip, authority.as_ref())?;
        let named = json!({"FunctionName": LAMBDA});
        let function = world
            .sandbox
            .aws("new", "lambda", "GetFunctionConfiguration", named)?;
        let mut variables = texts(&function["Environment"]["Variables"]);
        variables.extend(session(&world)?);
        let trusted = world.sandbox.home().join("trusted.pem");
        if let Some(authority) = &authority {
            // In addition to the usual root certificates, because loading them takes time too.
            let roots = Command::new(tool("python")?)
                .args(["-m", "certifi"])
                .output()?;
            let roots = String::from_utf8(roots.stdout)?;
            let roots = fs::read_to_string(roots.trim()).context("no certificates")?;
            fs::write(&trusted, roots + authority.pem())?;
        }
        let region = &world.new.region;
        for (name, value) in [
            ("AWS_REGION", region.as_str()),
            ("AWS_DEFAULT_REGION", region),
            ("AWS_LAMBDA_FUNCTION_NAME", LAMBDA),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_ENDPOINT_URL_STS", sts.url()),
            ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", cognito.url()),
            ("_HANDLER", "bootstrap"),
        ] {
            variables.insert(name.to_owned(), value.to_owned());
        }
        let event = json!({
            "version": "1", "triggerSource": "UserMigration_Authentication", "region": region,
            "userPoolId": world.new.id, "userName": USER,
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": world.new.client},
            "request": {"password": PASSWORD, "validationData": null, "userAttributes": null},
            "response": {
                "userAttributes": null, "forceAliasCreation": null, "enableSMSMFA": null,
                "finalUserStatus": null, "messageAction": null, "desiredDeliveryMediums": null,
            },
        });
        Ok(Self {
            world,
            sts,
            cognito,
            authority,
            trusted,
            variables,
            event: event.to_string(),
        })
    }

    /// Starts an execution environment of the function.
    pub fn start(&self, program: &Path, arguments: &[&Path]) -> Result<Environment> {
        let api = RuntimeApi::start(FUNCTION_ARN)?;
        let mut command = self.world.sandbox.command(program);
        command
            .args(arguments)
            .envs(&self.variables)
            .env("AWS_LAMBDA_RUNTIME_API", api.address())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if self.authority.is_some() {
            command
                .env("SSL_CERT_FILE", &self.trusted)
                .env("NODE_EXTRA_CA_CERTS", &self.trusted);
        }
        let started = Instant::now();
        let child = command.spawn().context("cannot start the function")?;
        Ok(Environment {
            child,
            api,
            started,
            event: self.event.clone(),
        })
    }

    /// The number of connections and calls since the last call of this method.
    pub fn counts(&self) -> (usize, usize) {
        let calls = self.world.sandbox.journal().len();
        self.world.sandbox.clear_journal();
        (self.sts.connections() + self.cognito.connections(), calls)
    }
}

/// One execution environment. It ends when the value is dropped.
pub struct Environment {
    child: Child,
    pub api: RuntimeApi,
    pub started: Instant,
    event: String,
}

impl Environment {
    /// One sign-in, which must migrate the user.
    pub fn migrate(&self) -> Result<Invoked> {
        let reply = self.sign_in()?;
        ensure!(is_migration(&reply), "no migration: {}", reply.body);
        Ok(reply)
    }

    /// One sign-in with any result.
    pub fn sign_in(&self) -> Result<Invoked> {
        self.api.invoke(&self.event)
    }

    /// The CPU time that it has used.
    pub fn processor_time(&self) -> Result<Duration> {
        // The kernel counts per thread, in nanoseconds.
        let mut all = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let statistics = fs::read_to_string(thread?.path().join("schedstat"))?;
            let ran = statistics.split(' ').next().unwrap_or_default();
            all += ran.parse::<u64>().context("no schedstat")?;
        }
        Ok(Duration::from_nanos(all))
    }

    /// The peak memory, in bytes.
    pub fn most_memory(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let most = line.context("this system doesn't report the memory of a process")?;
        Ok(most.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        // Lambda also ends an execution environment without notice.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether Cognito would create the user from this response.
pub fn is_migration(reply: &Invoked) -> bool {
    let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    let response = &body["response"];
    reply.responded
        && response["finalUserStatus"] == "CONFIRMED"
        && response["userAttributes"]["email"] == "ada@example.com"
}

/// A session of the function's role. Its trust policy allows only Lambda, so this changes it to
/// allow this account.
fn session(world: &World) -> Result<BTreeMap<String, String>> {
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": format!("arn:aws:iam::{NEW_ACCOUNT}:root")},
    }]});
    let trust = json!({"RoleName": LAMBDA, "PolicyDocument": trust.to_string()});
    world
        .sandbox
        .aws("new", "iam", "UpdateAssumeRolePolicy", trust)?;
    let role = json!({
        "RoleArn": format!("arn:aws:iam::{NEW_ACCOUNT}:role/{LAMBDA}"), "RoleSessionName": LAMBDA,
    });
    let assumed = world.sandbox.aws("new", "sts", "AssumeRole", role)?;
    let key = |name: &str| texts(&assumed["Credentials"]).remove(name);
    let named = [
        ("AWS_ACCESS_KEY_ID", "AccessKeyId"),
        ("AWS_SECRET_ACCESS_KEY", "SecretAccessKey"),
        ("AWS_SESSION_TOKEN", "SessionToken"),
    ];
    named
        .into_iter()
        .map(|(variable, name)| Some((variable.to_owned(), key(name)?)))
        .collect::<Option<_>>()
        .context("the session has no credentials")
}

fn texts(map: &Value) -> BTreeMap<String, String> {
    let members = map.as_object().into_iter().flatten();
    members
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}
