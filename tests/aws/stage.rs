//! Two accounts with a pool on each side, and the binary to run between them.

use std::process::{Command, Output, Stdio};

use cogmig_sandbox::{Pool, Sandbox};
use serde_json::Value;

const HOST: &str = if cfg!(target_arch = "aarch64") {
    "arm64"
} else {
    "x86_64"
};
pub const PASSWORD: &str = "Correct-Horse-1";

/// Accounts, pools and a user.
pub struct Stage {
    pub sandbox: Sandbox,
    pub old: Pool,
    pub new: Pool,
}

/// What a run of the binary came to.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Stage {
    /// An old pool with the user `ada`, and an empty new one.
    pub fn new() -> Self {
        Self::between("old", "new")
    }

    pub fn between(old: &str, new: &str) -> Self {
        let sandbox = Sandbox::start().unwrap();
        let old = sandbox.pool(old, "Customers").unwrap();
        let new = sandbox.pool(new, "Customers").unwrap();
        let stage = Self { sandbox, old, new };
        stage.user("ada");
        stage
    }

    pub fn user(&self, name: &str) {
        let attributes = [
            ("email", &*format!("{name}@example.com")),
            ("email_verified", "true"),
            ("custom:tenant", "analytical"),
        ];
        self.sandbox
            .user(&self.old, name, PASSWORD, &attributes)
            .unwrap();
    }

    /// The binary as a user's shell would run it, in a folder of its own.
    pub fn command(&self) -> Command {
        let mut command = self.sandbox.command(env!("CARGO_BIN_EXE_cogmig"));
        command
            .current_dir(self.sandbox.home())
            // The sandbox runs the function on this machine, whatever else the build holds.
            .env("COGMIG_ARCHITECTURE", HOST)
            .stdin(Stdio::null());
        command
    }

    pub fn cogmig(&self, arguments: &str) -> Run {
        Run::of(self.command().args(arguments.split_whitespace()))
    }

    /// Runs a command that must succeed.
    pub fn ok(&self, arguments: &str) -> Run {
        let run = self.cogmig(arguments);
        assert_eq!(run.code, 0, "cogmig {arguments}\n{run}");
        run
    }

    pub fn setup(&self) -> Run {
        self.ok("setup --old-profile old --new-profile new")
    }

    pub fn teardown(&self) -> Run {
        self.ok("teardown --old-profile old --new-profile new")
    }

    /// Writing calls since the journal was cleared.
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

    /// Deletes a user of the new pool.
    pub fn forget(&self, name: &str) {
        let user = serde_json::json!({"UserPoolId": self.new.id, "Username": name});
        self.sandbox
            .in_pool(&self.new, "AdminDeleteUser", user)
            .unwrap();
    }

    /// The attributes of a user of the new pool; nothing where there is no such user.
    pub fn moved(&self, name: &str) -> Option<Vec<(String, String)>> {
        attributes(self.sandbox.find_user(&self.new, name).unwrap()?)
    }
}

/// The attributes of `AdminGetUser`, in order, without the `sub` that each pool makes.
pub fn attributes(user: Value) -> Option<Vec<(String, String)>> {
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

impl Run {
    pub fn of(command: &mut Command) -> Self {
        let Output {
            status,
            stdout,
            stderr,
        } = command.output().unwrap();
        Self {
            code: status.code().unwrap_or(-1),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            code,
            stdout,
            stderr,
        } = self;
        write!(f, "exit {code}\n--- stdout\n{stdout}\n--- stderr\n{stderr}")
    }
}
