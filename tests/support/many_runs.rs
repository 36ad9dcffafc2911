//! Pools and app clients with all members set, and a small package, for tests that run setup and
//! teardown many times.

use cogmig_sandbox::tool;
use serde_json::Value;

use super::stage::{BOTH, Stage};

/// The members that identify a resource or record its last change. They aren't seeded.
const IDENTITY: [&str; 5] = ["Id", "Arn", "UserPoolId", "ClientId", "LastModifiedDate"];

/// Sets these members in the stored state of the pool and the app client of each side.
pub fn seed(stage: &Stage, pool: &Value, client: &Value) {
    for side in [&stage.old, &stage.new] {
        let [pool, mut client] = [pool, client].map(|members| {
            let mut members = members.as_object().unwrap().clone();
            members.retain(|member, _| !IDENTITY.contains(&member.as_str()));
            Value::from(members)
        });
        if side.id == stage.old.id {
            // The old app client has no secret, so the function doesn't read one.
            client["ClientSecret"].take();
            client["ClientSecretArn"].take();
        }
        stage.sandbox.seed_pool(side, &pool).unwrap();
        let id = &side.client;
        stage.sandbox.seed_client(side, id, &client).unwrap();
        for (seeded, actual) in [
            (&pool, stage.pool_json(side)),
            (&client, stage.client_json(side)),
        ] {
            for (member, value) in seeded.as_object().unwrap() {
                assert_eq!(&actual[member], value, "{member} was not seeded");
            }
        }
    }
}

impl Stage {
    /// Both accounts with all members of pools and app clients set, and the setup and teardown
    /// commands. The package is never invoked. It is small, so that each run is fast.
    pub fn for_many_runs() -> (Self, String, String) {
        let stage = Self::new();
        let [pool, client] = ["pool", "client"].map(|kind| {
            let mut filled = stage.sandbox.filled(kind, &Value::Null).unwrap();
            filled["variants"][0].take()
        });
        seed(&stage, &pool, &client);
        stage.small_package();
        let setup = format!(
            "setup {BOTH} --lambda-zip small.zip --replace-trigger --mfa-users refuse --allow no-user-can-be-migrated"
        );
        (stage, setup, format!("teardown {BOTH}"))
    }

    /// Writes `small.zip`: a package that can't be invoked. It is small, so that a setup is fast.
    pub fn small_package(&self) {
        self.file("bootstrap", "");
        let mut pack = self.sandbox.command(tool("python").unwrap());
        pack.args(["-m", "zipfile", "-c", "small.zip", "bootstrap"]);
        let packed = pack.current_dir(self.sandbox.home()).status().unwrap();
        assert!(packed.success());
    }
}
