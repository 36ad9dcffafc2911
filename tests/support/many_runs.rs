//! Pools and app clients with every member set, and a package that is sent in no time: for
//! tests that run setup and teardown often.

use cogmig_sandbox::tool;
use serde_json::Value;

use super::stage::{BOTH, Stage};

/// Who a thing is, and when it last changed: nothing to plant.
const OWN: [&str; 5] = ["Id", "Arn", "UserPoolId", "ClientId", "LastModifiedDate"];

/// Puts these members into the pool and the client of each side.
pub fn plant(stage: &Stage, pool: &Value, client: &Value) {
    for side in [&stage.old, &stage.new] {
        let [pool, mut client] = [pool, client].map(|members| {
            let mut members = members.as_object().unwrap().clone();
            members.retain(|member, _| !OWN.contains(&member.as_str()));
            Value::from(members)
        });
        if side.id == stage.old.id {
            // The Lambda has no secret to prove to the old pool.
            client["ClientSecret"].take();
        }
        stage.sandbox.plant(side, &pool).unwrap();
        let id = &side.client;
        stage.sandbox.plant_client(side, id, &client).unwrap();
        for (planted, stands) in [
            (&pool, stage.pool_json(side)),
            (&client, stage.client_json(side)),
        ] {
            for (member, value) in planted.as_object().unwrap() {
                assert_eq!(&stands[member], value, "{member}, planted");
            }
        }
    }
}

impl Stage {
    /// Both accounts, every member of pools and app clients set, with a package that is
    /// never invoked, and is hashed and sent in no time; and the commands there and back.
    pub fn for_many_runs() -> (Self, String, String) {
        let stage = Self::new();
        let [pool, client] = ["pool", "client"].map(|kind| {
            let mut filled = stage.sandbox.filled(kind, &Value::Null).unwrap();
            filled["variants"][0].take()
        });
        plant(&stage, &pool, &client);
        stage.small_package();
        let there =
            format!("setup {BOTH} --lambda-zip small.zip --replace-trigger --mfa-users refuse");
        (stage, there, format!("teardown {BOTH}"))
    }

    /// `small.zip`: a package that cannot be invoked, and is hashed and sent in no time.
    pub fn small_package(&self) {
        self.file("bootstrap", "");
        let mut pack = self.sandbox.command(tool("python").unwrap());
        pack.args(["-m", "zipfile", "-c", "small.zip", "bootstrap"]);
        let packed = pack.current_dir(self.sandbox.home()).status().unwrap();
        assert!(packed.success());
    }
}
