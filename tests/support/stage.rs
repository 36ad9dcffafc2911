//! Two accounts with a pool each, and the binary.

use std::process::{Command, Stdio};

use cogmig_sandbox::{Pool, Sandbox};
use serde_json::{Value, json};

use crate::support::run::Run;

pub const HOST: &str = if cfg!(target_arch = "aarch64") {
    "arm64"
} else {
    "x86_64"
};
pub const PASSWORD: &str = "Correct-Horse-1";
pub const BOTH: &str = "--old-profile old --new-profile new";
pub const ACCESS_ROLE: &str = "cognito-access-role";
/// The name of the function and of its role.
pub const LAMBDA: &str = "cognito-migration-lambda";
pub const POLICY_ARN: &str = "arn:aws:iam::222222222222:policy/cognito-migration-lambda-policy";
pub const LOG_GROUP: &str = "/aws/lambda/cognito-migration-lambda";

const ADA: [(&str, &str); 3] = [
    ("email", "ada@example.com"),
    ("email_verified", "true"),
    ("custom:tenant", "analytical"),
];

/// Two accounts, their pools, and a user.
pub struct Stage {
    pub sandbox: Sandbox,
    pub old: Pool,
    pub new: Pool,
}

impl Stage {
    /// An old pool with the user `ada`, and an empty new one.
    pub fn new() -> Self {
        Self::between("old", "new")
    }

    pub fn between(old: &str, new: &str) -> Self {
        let (sandbox, old) = Self::with_old_pool(old);
        let new = sandbox.pool(new, "Customers").unwrap();
        Self { sandbox, old, new }
    }

    /// The same, with these settings of the new pool.
    pub fn with_new_pool(settings: Value) -> Self {
        let (sandbox, old) = Self::with_old_pool("old");
        let new = sandbox.pool_with("new", "Customers", settings).unwrap();
        Self { sandbox, old, new }
    }

    fn with_old_pool(old: &str) -> (Sandbox, Pool) {
        let sandbox = Sandbox::start().unwrap();
        let old = sandbox.pool(old, "Customers").unwrap();
        sandbox.user(&old, "ada", PASSWORD, &ADA).unwrap();
        (sandbox, old)
    }

    /// The binary, as started by a user's shell, in its own working directory.
    pub fn command(&self) -> Command {
        let mut command = self.sandbox.command(env!("CARGO_BIN_EXE_cogmig"));
        command
            .current_dir(self.sandbox.home())
            // The sandbox runs the function on this machine.
            .env("COGMIG_ARCHITECTURE", HOST)
            // As in a pipeline, without prompts.
            .env("CI", "true")
            .stdin(Stdio::null());
        command
    }

    pub fn cogmig(&self, arguments: &str) -> Run {
        Run::of(self.command().args(arguments.split_whitespace()))
    }

    /// Runs a command that must succeed.
    pub fn ok(&self, arguments: &str) -> Run {
        self.ends(0, arguments)
    }

    /// Runs a command that must exit with this status and without a panic or an internal text.
    pub fn ends(&self, code: i32, arguments: &str) -> Run {
        let run = self.cogmig(arguments);
        run.assert_ended(code, arguments);
        run
    }

    /// Runs a command with these variables, which must exit with this status.
    #[track_caller]
    pub fn with(&self, code: i32, arguments: &str, variables: &[(&str, &str)]) -> Run {
        let mut command = self.command();
        command
            .args(arguments.split_whitespace())
            .envs(variables.iter().copied());
        let run = Run::of(&mut command);
        run.assert_ended(code, &format!("{arguments} with {variables:?}"));
        run
    }

    /// Runs a command that must exit with this status and must change nothing: it makes no write
    /// calls, and both accounts are the same as before.
    pub fn changes_nothing(&self, code: i32, arguments: &str) -> Run {
        let before = self.sandbox.snapshot();
        self.sandbox.clear_journal();
        let run = self.ends(code, arguments);
        assert_eq!(
            self.writes(),
            Vec::<String>::new(),
            "cogmig {arguments}\n{run}"
        );
        assert_eq!(self.sandbox.snapshot(), before, "cogmig {arguments}\n{run}");
        run
    }

    pub fn setup(&self) -> Run {
        self.ok(&format!("setup {BOTH}"))
    }

    pub fn teardown(&self) -> Run {
        self.ok(&format!("teardown {BOTH}"))
    }

    /// The write calls since the journal was cleared.
    pub fn writes(&self) -> Vec<String> {
        let calls = self.sandbox.journal();
        calls
            .into_iter()
            .filter(|call| call.writes)
            .map(|call| call.action)
            .collect()
    }

    pub fn sign_in(&self, name: &str, password: &str) -> Result<Value, String> {
        self.sandbox
            .sign_in(&self.new.client, name, password)
            .map_err(|fault| format!("{}: {}", fault.code, fault.message))
    }

    /// Creates a user in the old pool.
    pub fn old_user(&self, name: &str, attributes: &[(&str, &str)]) {
        self.sandbox
            .user(&self.old, name, PASSWORD, attributes)
            .unwrap();
    }

    /// Deletes a user of the new pool.
    pub fn delete_user(&self, name: &str) {
        self.in_pool(&self.new, "AdminDeleteUser", json!({"Username": name}));
    }

    /// The attributes of a user of the new pool, or `None` if there is no such user.
    pub fn migrated(&self, name: &str) -> Option<Vec<(String, String)>> {
        attributes(&self.sandbox.find_user(&self.new, name).unwrap()?)
    }
}

/// The attributes of `AdminGetUser`, sorted, without `sub`, which each pool generates.
pub fn attributes(user: &Value) -> Option<Vec<(String, String)>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut attributes = user["UserAttributes"]
        .as_array()?
        .iter()
        .map(|attribute| Some((text(&attribute["Name"])?, text(&attribute["Value"])?)))
        .collect::<Option<Vec<_>>>()?;
    attributes.retain(|(name, _)| name != "sub");
    attributes.sort();
    Some(attributes)
}
