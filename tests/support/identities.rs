//! Profiles and their identities: IAM users, roles, sessions, and invalid credentials.

use std::fs::OpenOptions;
use std::io::Write;

use cogmig_sandbox::{AwsFault, NEW_ACCOUNT, OLD_ACCOUNT, ScriptedServer};
use serde_json::{Value, json};

use crate::support::stage::Stage;

impl Stage {
    /// Creates an IAM user in the profile's account, and a profile for it. The user has all
    /// permissions except `denied`.
    pub fn user_without(&self, profile: &str, name: &str, denied: &str) {
        self.user(profile, name);
        self.deny(profile, name, denied);
    }

    /// Creates an IAM user without permissions in the profile's account, and a profile for it.
    pub fn user(&self, profile: &str, name: &str) {
        let user = json!({"UserName": name});
        self.aws(profile, "iam:CreateUser", user.clone());
        let key = &self.aws(profile, "iam:CreateAccessKey", user)["AccessKey"];
        let keys = [&key["AccessKeyId"], &key["SecretAccessKey"]];
        self.profile(name, profile, keys.map(|key| key.as_str().unwrap()), &[]);
    }

    pub fn deny(&self, profile: &str, name: &str, denied: &str) {
        let document = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": denied, "Resource": "*"},
        ]});
        self.grant(profile, name, &document);
    }

    /// Sets the policy of an IAM user. The user has no other permissions.
    pub fn grant(&self, profile: &str, name: &str, document: &Value) {
        let policy = json!({
            "UserName": name, "PolicyName": "limits", "PolicyDocument": document.to_string(),
        });
        self.aws(profile, "iam:PutUserPolicy", policy);
    }

    /// Adds a profile with an access key, in the Region of another profile.
    pub fn profile(&self, name: &str, region_of: &str, keys: [&str; 2], more: &[(&str, &str)]) {
        let region = match region_of {
            "old" => "eu-west-1",
            _ => "eu-central-1",
        };
        let mut settings = vec![
            ("region", region),
            ("aws_access_key_id", keys[0]),
            ("aws_secret_access_key", keys[1]),
        ];
        settings.extend(more);
        self.sandbox.add_profile(name, &settings).unwrap();
    }

    /// Adds a profile with a session of a role, if the profile `by` can assume the role.
    pub fn assume(&self, by: &str, name: &str, params: Value) -> Result<(), AwsFault> {
        let mut params = params;
        params["RoleSessionName"] = "by-hand".into();
        let answer = self.try_aws(by, "sts:AssumeRole", params)?;
        let text = |member: &str| answer["Credentials"][member].as_str().unwrap();
        let keys = [text("AccessKeyId"), text("SecretAccessKey")];
        self.profile(
            name,
            by,
            keys,
            &[("aws_session_token", text("SessionToken"))],
        );
        Ok(())
    }

    /// Creates a role that all principals of the profile's account can assume.
    pub fn role(&self, profile: &str, name: &str, allowed: &[&str]) {
        let account = if profile == "old" {
            OLD_ACCOUNT
        } else {
            NEW_ACCOUNT
        };
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": format!("arn:aws:iam::{account}:root")},
        }]});
        let role = json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()});
        self.aws(profile, "iam:CreateRole", role);
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": allowed, "Resource": "*"},
        ]});
        let policy =
            json!({"RoleName": name, "PolicyName": "may", "PolicyDocument": policy.to_string()});
        self.aws(profile, "iam:PutRolePolicy", policy);
    }

    /// Adds a profile with exactly these settings, which may be invalid.
    pub fn raw_profile(&self, name: &str, settings: &str) {
        let config = self.sandbox.home().join(".aws/config");
        let mut config = OpenOptions::new().append(true).open(config).unwrap();
        writeln!(config, "[profile {name}]\n{settings}\n").unwrap();
    }

    /// Adds a profile whose calls go to this server.
    pub fn profile_at(&self, name: &str, server: &ScriptedServer) {
        self.raw_profile(
            name,
            &format!(
                "endpoint_url = {}\nregion = eu-central-1\naws_access_key_id = key\n\
                 aws_secret_access_key = secret\naws_session_token = session-token-of-the-test",
                server.url()
            ),
        );
    }

    /// Writes a file in the working directory of the commands.
    pub fn file(&self, name: &str, text: &str) {
        std::fs::write(self.sandbox.home().join(name), text).unwrap();
    }
}
