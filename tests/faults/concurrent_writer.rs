//! Another writer changes the same resource concurrently: the first update fails with
//! ConcurrentModificationException after the other change.

use std::sync::{Arc, Mutex};

use cogmig_sandbox::{NEW_ACCOUNT, Reply, ScriptedServer};
use serde_json::json;

use crate::support::stage::Stage;

type Edit = Box<dyn FnOnce(&Stage) + Send>;

impl Stage {
    /// Adds a profile of the new account. Its first call of `operation` runs `edit` and fails.
    fn with_concurrent_write(self: &Arc<Self>, name: &str, operation: &'static str, edit: Edit) {
        let aws = self.sandbox.endpoint().trim_start_matches("http://");
        let aws = aws.parse().unwrap();
        let edit = Mutex::new(Some(edit));
        let stage = Arc::downgrade(self);
        let server = ScriptedServer::start(move |request| {
            if request.operation() == operation
                && let Some(edit) = edit.lock().unwrap().take()
                && let Some(stage) = stage.upgrade()
            {
                edit(&stage);
                return Reply::error(400, "ConcurrentModificationException", "again");
            }
            Reply::forward(aws)
        })
        .unwrap();
        let url = server.url();
        self.raw_profile(
            name,
            &format!(
                "region = eu-central-1\nendpoint_url = {url}\n\
                 aws_access_key_id = {NEW_ACCOUNT}\naws_secret_access_key = test\n"
            ),
        );
    }
}

#[test]
fn pool_settings_that_others_change_between_two_attempts_are_kept() {
    let stage = Arc::new(Stage::new());
    stage.with_concurrent_write(
        "busy",
        "UpdateUserPool",
        Box::new(|stage| {
            stage.edit_pool(&stage.new, |pool| {
                pool["DeletionProtection"] = json!("INACTIVE");
                pool["LambdaConfig"]["PreSignUp"] =
                    json!("arn:aws:lambda:eu-central-1:222222222222:function:guard");
            });
        }),
    );
    stage.ok("setup --old-profile old --new-profile busy");
    let pool = json!({"UserPoolId": stage.new.id});
    let settings = stage.in_pool(&stage.new, "DescribeUserPool", pool)["UserPool"].clone();
    assert_eq!(settings["DeletionProtection"], "INACTIVE");
    let triggers = &settings["LambdaConfig"];
    assert!(triggers["PreSignUp"].is_string() && triggers["UserMigration"].is_string());
}

#[test]
fn client_settings_that_others_change_between_two_attempts_are_kept() {
    let stage = Arc::new(Stage::new());
    stage.with_concurrent_write(
        "busy",
        "UpdateUserPoolClient",
        Box::new(|stage| {
            stage.edit_client(&stage.new, &stage.new.client, |client| {
                client["ExplicitAuthFlows"] = json!(["ALLOW_CUSTOM_AUTH"]);
                client["RefreshTokenValidity"] = json!(7);
            });
        }),
    );
    stage.ok("setup --old-profile old --new-profile busy");
    let settings = stage.describe_client(&stage.new, &stage.new.client);
    assert_eq!(
        stage.flows(&stage.new, &stage.new.client),
        ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH"]
    );
    assert!(
        settings.to_string().contains("\"RefreshTokenValidity\":7"),
        "{settings}"
    );
}
