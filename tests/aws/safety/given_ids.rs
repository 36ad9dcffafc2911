//! Only the specified resources are changed: an ID, an app client, a Region or an account that
//! doesn't match the deployment is an error in every command.

use cogmig_sandbox::{Fault, Injection, NEW_ACCOUNT, Pool};
use serde_json::json;

use crate::support::run::Run;
use crate::support::stage::{ACCESS_ROLE, BOTH, LAMBDA, PASSWORD, Stage};

/// The default deployment migrates the shop's users. The partners have two other pools.
struct Shop {
    stage: Stage,
    old: Pool,
    new: Pool,
}

impl Shop {
    fn new() -> Self {
        let stage = Stage::new();
        stage.setup();
        let old = stage.sandbox.pool("old", "partners").unwrap();
        let new = stage.sandbox.pool("new", "partners").unwrap();
        Self { stage, old, new }
    }

    fn ids(&self) -> String {
        format!("--old-pool {} --new-pool {}", self.old.id, self.new.id)
    }

    /// The pools of the partners, and no suffix, in `cogmig.toml`.
    fn file(&self) {
        let text = format!(
            "old-profile = 'old'\nnew-profile = 'new'\nold-pool = '{}'\nnew-pool = '{}'\n",
            self.old.id, self.new.id
        );
        self.stage.file("cogmig.toml", &text);
    }
}

#[test]
fn a_file_with_other_pools_removes_nothing() {
    let shop = Shop::new();
    shop.file();
    for verb in ["teardown", "setup", "plan", "verify", "status"] {
        let run = shop.stage.changes_nothing(1, verb);
        run.assert_stderr(&[&shop.old.id, &shop.stage.old.id, "deployment `default`"]);
    }
    shop.stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn the_deployment_of_the_specified_pool_is_reported() {
    let shop = Shop::new();
    shop.stage
        .ok(&format!("setup {BOTH} --suffix partners {}", shop.ids()));
    shop.file();
    for verb in ["teardown", "setup", "plan", "verify", "status"] {
        let run = shop.stage.changes_nothing(1, verb);
        run.assert_stderr(&[&shop.old.id, &shop.stage.old.id, "--suffix partners"]);
    }
    shop.stage.ok("teardown --suffix partners");
    shop.stage.sign_in("ada", PASSWORD).unwrap();
}

/// Each wrong value, from each of the three sources, in each command. Nothing is changed.
#[test]
fn each_value_that_does_not_match_is_an_error() {
    let shop = Shop::new();
    let stage = &shop.stage;
    let other = stage
        .sandbox
        .client(&stage.new, "other", json!({}))
        .unwrap();
    let old_other = stage
        .sandbox
        .client(&stage.old, "other", json!({}))
        .unwrap();
    let table = [
        ("old-pool", shop.old.id.as_str(), stage.old.id.as_str()),
        ("new-pool", &shop.new.id, &stage.new.id),
        ("new-pool", "eu-central-1_AbCdEfGhI", &stage.new.id),
        ("old-pool", "eu-north-1_AbCdEfGhI", &stage.old.id),
        ("old-region", "eu-north-1", "eu-west-1"),
        ("new-region", "eu-west-1", "eu-central-1"),
        ("old-client", &old_other, &stage.old.client),
        (
            "old-client",
            "abcdefghijklmnopqrstuvwxyz",
            &stage.old.client,
        ),
        ("new-client", &other, &stage.new.client),
        (
            "new-client",
            "abcdefghijklmnopqrstuvwxyz",
            &stage.new.client,
        ),
    ];
    for (option, value, deployed) in table {
        for verb in ["teardown", "verify", "status"] {
            let run = stage.changes_nothing(1, &format!("{verb} {BOTH} --{option} {value}"));
            run.assert_stderr(&[value, deployed]);
        }
        let variable = format!("COGMIG_{}", option.to_uppercase().replace('-', "_"));
        let run = stage.with(1, &format!("teardown {BOTH}"), &[(&variable, value)]);
        run.assert_stderr(&[value, deployed]);
        stage.file("cogmig.toml", &format!("{option} = '{value}'\n"));
        let run = stage.changes_nothing(1, &format!("teardown {BOTH}"));
        run.assert_stderr(&[value, deployed]);
        stage.file("cogmig.toml", "");
    }
    // Setup accepts another app client, which replaces the first one.
    stage.ok(&format!("plan {BOTH} --new-client {other}"));
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn matching_values_remove_the_deployment() {
    let stage = Stage::new();
    let extra = stage.sandbox.client(&stage.new, "app", json!({})).unwrap();
    // It already has the flow, so it has no record.
    let flows =
        json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    let ready = stage.sandbox.client(&stage.new, "ready", flows).unwrap();
    let before = stage.sandbox.snapshot();
    let options = format!(
        "{BOTH} --old-pool {} --new-pool {} --old-client {} --new-client {},{extra},{ready} \
         --old-region eu-west-1 --new-region eu-central-1",
        stage.old.id, stage.new.id, stage.old.client, stage.new.client
    );
    stage.ok(&format!("setup {options}"));
    stage.changes_nothing(0, &format!("verify {options}"));
    stage.changes_nothing(0, &format!("status {options} --detailed-exitcode"));
    stage.ok(&format!("teardown {options}"));
    assert_eq!(stage.sandbox.snapshot(), before);
    // A pipeline can repeat it.
    stage.changes_nothing(0, &format!("teardown {options}"));
}

/// The function's configuration has the old pool, and each role's tags have the other account.
#[test]
fn a_one_sided_teardown_checks_the_record_of_the_other_side() {
    let shop = Shop::new();
    let stage = &shop.stage;
    let arn = |account: &str, region: &str, pool: &str| {
        format!("arn:aws:cognito-idp:{region}:{account}:userpool/{pool}")
    };
    let (old, new) = (&stage.old.id, &stage.new.id);
    for (side, option, value) in [
        ("new", "old-pool", shop.old.id.clone()),
        ("new", "old-pool", arn("333333333333", "eu-west-1", old)),
        ("new", "old-region", "us-east-1".into()),
        ("new", "old-client", "abcdefghijklmnopqrstuvwxyz".into()),
        ("old", "new-pool", arn("333333333333", "eu-central-1", new)),
    ] {
        let teardown = format!("teardown --{side}-profile {side} --{option} {value}");
        let run = stage.changes_nothing(1, &teardown);
        run.assert_stderr(&["deployment `default`"]);
    }
    let ids = format!(
        "--old-pool {old} --old-client {} --old-region eu-west-1 --new-pool {new} --new-client {}",
        stage.old.client, stage.new.client
    );
    stage.ok(&format!("teardown --new-profile new {ids}"));
    stage.ok(&format!("teardown --old-profile old {ids}"));
}

/// An app client that had the flow before setup has no record, and an interrupted run has only a
/// part of the records. The same IDs still work.
#[test]
fn clients_without_a_record_are_not_a_mismatch() {
    let stage = Stage::new();
    for (pool, flow) in [
        (&stage.old, "ALLOW_ADMIN_USER_PASSWORD_AUTH"),
        (&stage.new, "ALLOW_USER_PASSWORD_AUTH"),
    ] {
        stage.edit_client(pool, &pool.client, |client| {
            client["ExplicitAuthFlows"] = json!([flow, "ALLOW_REFRESH_TOKEN_AUTH"]);
        });
    }
    let before = stage.sandbox.snapshot();
    let ids = format!(
        "--old-pool {} --old-client {} --new-pool {} --new-client {}",
        stage.old.id, stage.old.client, stage.new.id, stage.new.client
    );
    let assert_fails = |action: &str, command: &str| {
        stage.sandbox.inject(Injection {
            account: NEW_ACCOUNT.into(),
            action: action.into(),
            after: 0,
            times: 1,
            fault: Fault::Denied,
        });
        stage.ends(1, command);
        assert_eq!(stage.sandbox.clear_faults(), 1);
    };
    for action in [
        "CreateLogGroup",
        "CreatePolicy",
        "CreateRole",
        "CreateFunction",
    ] {
        assert_fails(action, &format!("setup {BOTH} {ids}"));
        stage.ok(&format!("teardown {BOTH} {ids}"));
        assert_eq!(stage.sandbox.snapshot(), before, "{action}");
    }
    for action in [
        "DeleteFunction",
        "DeleteLogGroup",
        "DeletePolicy",
        "DeleteRole",
    ] {
        stage.ok(&format!("setup {BOTH} {ids}"));
        assert_fails(action, &format!("teardown {BOTH} {ids}"));
        stage.ok(&format!("teardown {BOTH} {ids}"));
        assert_eq!(stage.sandbox.snapshot(), before, "{action}");
    }
    stage.ok(&format!("setup {BOTH} {ids}"));
    stage.ok(&format!("teardown --new-profile new {ids}"));
    stage.ok(&format!("teardown --old-profile old {ids}"));
    assert_eq!(stage.sandbox.snapshot(), before);
}

/// The file specifies the application's client. A flag of setup creates a dedicated one.
#[test]
fn a_dedicated_client_is_deleted_although_a_file_specifies_another() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    let file = format!(
        "old-profile = 'old'\nnew-profile = 'new'\nold-client = '{}'\n",
        stage.old.client
    );
    stage.file("cogmig.toml", &file);
    stage.ok("setup --dedicated-old-client");
    stage.ok("teardown");
    assert_eq!(stage.sandbox.snapshot(), before);
}

/// A function with the deployment's name and variables that was created manually.
#[test]
fn a_function_that_is_not_managed_is_not_a_deployment() {
    let shop = Shop::new();
    let stage = &shop.stage;
    let name = json!({"FunctionName": LAMBDA});
    let function = stage.aws("new", "lambda:GetFunction", name);
    let arn = function["Configuration"]["FunctionArn"].clone();
    let keys = ["cogmig:deployment", "cogmig:peer", "cogmig:pool"];
    let params = json!({"Resource": arn, "TagKeys": keys});
    stage.aws("new", "lambda:UntagResource", params);
    stage.delete_lambda_role();
    stage.delete_access_role();
    let run = stage.changes_nothing(1, &format!("setup {BOTH} {}", shop.ids()));
    run.assert_stderr(&[LAMBDA, "isn't managed by this deployment"]);
    assert!(!run.printed("but deployment"), "{run}");
}

#[test]
fn profiles_of_another_account_are_an_error_with_both_account_ids() {
    let stage = Stage::new();
    stage.setup();
    stage.profile("third", "new", ["333333333333", "test"], &[]);
    for verb in ["setup", "plan", "verify", "status", "teardown"] {
        for profiles in [
            "--old-profile old --new-profile third",
            "--old-profile third --new-profile new",
        ] {
            let run = stage.changes_nothing(1, &format!("{verb} {profiles}"));
            let deployed = if profiles.starts_with("--old-profile old") {
                "222222222222"
            } else {
                "111111111111"
            };
            run.assert_stderr(&["333333333333", deployed]);
        }
    }
}

#[test]
fn teardown_of_an_unknown_deployment_lists_the_existing_ones() {
    let stage = Stage::new();
    stage.setup();
    let run = stage.changes_nothing(0, &format!("teardown {BOTH} --suffix typo"));
    assert!(run.printed("Deployment `typo` doesn't exist"), "{run}");
    let flat = run.flat();
    for words in ["default", &stage.old.id, &stage.new.id] {
        assert!(flat.contains(words), "{words}\n{run}");
    }
    let run = stage.changes_nothing(0, &format!("teardown {BOTH} --suffix typo --output json"));
    let existing = &run.json()["deployments"][0];
    let pools = [&existing["old_pool"], &existing["new_pool"]];
    assert_eq!(existing["name"], "default");
    assert_eq!(pools, [&json!(stage.old.id), &json!(stage.new.id)]);
    stage.teardown();
    for more in ["", " --dry-run"] {
        let run = stage.changes_nothing(0, &format!("teardown {BOTH}{more}"));
        assert!(run.printed("Deployment `default` doesn't exist"), "{run}");
        assert!(!run.printed("Deployments in"), "{run}");
    }
}

/// The list of deployments is optional: without iam:ListRoles, teardown still has no changes.
#[test]
fn a_pipeline_that_cannot_list_roles_can_repeat_a_teardown() {
    let stage = Stage::new();
    stage.user_without("old", "deployer", "iam:ListRoles");
    let run = stage.changes_nothing(0, "teardown --old-profile deployer --new-profile new");
    assert!(run.printed("iam:ListRoles"), "{run}");
}

/// Without an option, with its ID and with its name: the pool is reported as deleted, and no other
/// pool is selected.
fn assert_reported_as_deleted(stage: &Stage, side: &str, id: &str) {
    let meanwhile = match side {
        "old" => "Users who haven't been migrated can't sign in",
        _ => "Users can't sign in to it",
    };
    for verb in ["status", "plan", "setup", "verify"] {
        for more in [
            String::new(),
            format!(" --{side}-pool {id}"),
            format!(" --{side}-pool Customers"),
        ] {
            let run = stage.changes_nothing(1, &format!("{verb} {BOTH}{more}"));
            let what =
                format!("the {side} user pool {id} of deployment `default` no longer exists");
            run.assert_stderr(&[&what, meanwhile, "cogmig teardown"]);
            assert!(
                !run.printed("--suffix") && !run.printed("the only one"),
                "{run}"
            );
        }
    }
}

/// The recommended teardown works with all IDs of a pipeline's file.
fn assert_teardown_works(stage: &Stage, pools: &str) {
    stage.ok(&format!(
        "teardown {BOTH} {pools} --old-client {} --new-client {}",
        stage.old.client, stage.new.client
    ));
}

#[test]
fn a_deleted_old_pool_is_reported_and_not_replaced() {
    let stage = Stage::new();
    stage.setup();
    stage.sandbox.pool("old", "Another").unwrap();
    let id = stage.old.id.clone();
    stage.in_pool(&stage.old, "DeleteUserPool", json!({}));
    assert_reported_as_deleted(&stage, "old", &id);
    assert_teardown_works(
        &stage,
        &format!("--old-pool {id} --new-pool {}", stage.new.id),
    );
}

#[test]
fn a_deleted_new_pool_is_reported_and_not_replaced() {
    let stage = Stage::new();
    stage.setup();
    stage.sandbox.pool("new", "Another").unwrap();
    let id = stage.new.id.clone();
    stage.in_pool(&stage.new, "DeleteUserPool", json!({}));
    assert_reported_as_deleted(&stage, "new", &id);
    assert_teardown_works(&stage, "--old-pool Customers --new-pool Customers");
}

/// If the role and its record are deleted, the function's configuration still has the old pool.
#[test]
fn a_deleted_old_pool_is_reported_without_the_access_role_too() {
    let stage = Stage::new();
    stage.setup();
    stage.sandbox.pool("old", "Another").unwrap();
    let id = stage.old.id.clone();
    stage.in_pool(&stage.old, "DeleteUserPool", json!({}));
    stage.delete_access_role();
    assert_reported_as_deleted(&stage, "old", &id);
}

#[test]
fn a_deleted_client_is_reported_and_not_replaced() {
    for side in ["old", "new"] {
        let stage = Stage::new();
        stage.setup();
        let pool = if side == "old" {
            &stage.old
        } else {
            &stage.new
        };
        let other = stage.sandbox.client(pool, "other", json!({})).unwrap();
        stage.in_pool(
            pool,
            "DeleteUserPoolClient",
            json!({"ClientId": pool.client}),
        );
        for verb in ["status", "plan", "setup", "verify"] {
            let run = stage.changes_nothing(1, &format!("{verb} {BOTH}"));
            let what = format!("the {side} app client {} of deployment", pool.client);
            run.assert_stderr(&[&what, "no longer exists", &format!("--{side}-client")]);
        }
        stage.ok(&format!("setup {BOTH} --{side}-client {other}"));
        let client = if side == "old" {
            &stage.new.client
        } else {
            &other
        };
        stage.sandbox.sign_in(client, "ada", PASSWORD).unwrap();
    }
}

/// Resources are searched in the Region of the profile, which must match the Region of the record.
#[test]
fn a_profile_in_another_region_is_an_error_with_the_deployments_region() {
    let stage = Stage::new();
    stage.setup();
    for verb in ["setup", "status"] {
        let run = stage.changes_nothing(
            1,
            &format!("{verb} --old-profile old-other --new-profile new"),
        );
        run.assert_stderr(&[&stage.old.id, "eu-north-1", "--old-region eu-west-1"]);
    }
    stage.ok("teardown --old-profile old-other --new-profile new");
    // Also without the role that has the record.
    stage.setup();
    stage.delete_access_role();
    let run = stage.cogmig("teardown --old-profile old-other --new-profile new");
    assert!(!run.printed("--old-region"), "{run}");
}

mod lost_tags {
    use super::*;

    const KEYS: [&str; 3] = ["cogmig:deployment", "cogmig:peer", "cogmig:pool"];

    fn remove_tags(stage: &Stage, profile: &str, role: &str) {
        let tags = stage.aws(profile, "iam:GetRole", json!({"RoleName": role}));
        let keys = tags["Role"]["Tags"].as_array().unwrap().iter();
        let keys: Vec<_> = keys.map(|tag| tag["Key"].clone()).collect();
        let params = json!({"RoleName": role, "TagKeys": keys});
        stage.aws(profile, "iam:UntagRole", params);
    }

    fn assert_recognized(run: &Run, role: &str) {
        run.assert_stderr(&[
            role,
            "belongs to deployment `default`",
            "cogmig setup --adopt",
        ]);
        assert!(!run.printed("delete it if it isn't used"), "{run}");
    }

    #[test]
    fn a_role_without_its_tags_is_recognized_and_adopted() {
        for (profile, role) in [("old", ACCESS_ROLE), ("new", LAMBDA)] {
            let stage = Stage::new();
            stage.setup();
            remove_tags(&stage, profile, role);
            for verb in ["setup", "plan", "status", "verify"] {
                assert_recognized(&stage.changes_nothing(1, &format!("{verb} {BOTH}")), role);
            }
            let run = stage.ok(&format!("plan {BOTH} --adopt"));
            assert!(run.flat().contains(role), "{run}");
            stage.ok(&format!("setup {BOTH} --adopt"));
            let tags = stage.aws(profile, "iam:GetRole", json!({"RoleName": role}));
            let tags = tags["Role"]["Tags"].as_array().unwrap().clone();
            for key in KEYS {
                assert!(tags.iter().any(|tag| tag["Key"] == key), "{tags:?}");
            }
            stage.changes_nothing(0, &format!("setup {BOTH}"));
            stage.sign_in("ada", PASSWORD).unwrap();
            // The added flow has no record any more, so a manual action is required.
            let run = stage.ends(1, &format!("teardown {BOTH}"));
            let client = if profile == "old" {
                &stage.old.client
            } else {
                &stage.new.client
            };
            assert!(run.printed(client), "{run}");
            let deleted = stage.try_aws(profile, "iam:GetRole", json!({"RoleName": role}));
            deleted.unwrap_err();
        }
    }

    /// A governance job that removes tags removes them from all resources.
    #[test]
    fn a_deployment_without_any_tag_is_recognized_and_adopted() {
        let stage = Stage::new();
        stage.setup();
        stage.sandbox.pool("old", "Another").unwrap();
        stage.sandbox.pool("new", "Another").unwrap();
        remove_tags(&stage, "old", ACCESS_ROLE);
        remove_tags(&stage, "new", LAMBDA);
        let function = "arn:aws:lambda:eu-central-1:222222222222:function:cognito-migration-lambda";
        let keys = json!({"Resource": function, "TagKeys": KEYS});
        stage.aws("new", "lambda:UntagResource", keys);
        let policy = json!({"PolicyArn": crate::support::stage::POLICY_ARN, "TagKeys": KEYS});
        stage.aws("new", "iam:UntagPolicy", policy);
        let group =
            "arn:aws:logs:eu-central-1:222222222222:log-group:/aws/lambda/cognito-migration-lambda";
        let keys = json!({"resourceArn": group, "tagKeys": KEYS});
        stage.aws("new", "logs:UntagResource", keys);
        let ids = format!("--old-pool {} --new-pool {}", stage.old.id, stage.new.id);
        assert_recognized(
            &stage.changes_nothing(1, &format!("status {BOTH} {ids}")),
            ACCESS_ROLE,
        );
        stage.ok(&format!("setup {BOTH} {ids} --adopt"));
        stage.changes_nothing(0, &format!("setup {BOTH}"));
        stage.sign_in("ada", PASSWORD).unwrap();
    }

    #[test]
    fn a_role_created_by_others_is_not_adopted() {
        let stage = Stage::new();
        stage.role("new", LAMBDA, &["s3:GetObject"]);
        let run = stage.changes_nothing(1, &format!("setup {BOTH} --adopt"));
        assert!(!run.printed("belongs to deployment"), "{run}");
        // A function that claims to use it isn't sufficient: the trust policy and the ExternalId on
        // both sides must match.
        let stage = Stage::new();
        stage.setup();
        remove_tags(&stage, "old", ACCESS_ROLE);
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
        }]});
        let params = json!({"RoleName": ACCESS_ROLE, "PolicyDocument": trust.to_string()});
        stage.aws("old", "iam:UpdateAssumeRolePolicy", params);
        let run = stage.changes_nothing(1, &format!("setup {BOTH} --adopt"));
        assert!(!run.printed("belongs to deployment"), "{run}");
    }

    /// Without the function, the role couldn't be recognized any more.
    #[test]
    fn teardown_does_not_start_if_a_role_has_lost_its_tags() {
        for (profile, role) in [("old", ACCESS_ROLE), ("new", LAMBDA)] {
            let stage = Stage::new();
            stage.setup();
            remove_tags(&stage, profile, role);
            for more in ["", " --dry-run"] {
                let run = stage.changes_nothing(1, &format!("teardown {BOTH}{more}"));
                run.assert_stderr(&[role, "lost its tag", "cogmig setup --adopt"]);
            }
            // The deployment still works.
            stage.sign_in("ada", PASSWORD).unwrap();
        }
    }

    /// A governance job that removes only this key keeps the undo record.
    #[test]
    fn without_only_the_deployments_tag_the_undo_record_is_kept() {
        let stage = Stage::new();
        let before = stage.sandbox.snapshot();
        stage.setup();
        for (profile, role) in [("old", ACCESS_ROLE), ("new", LAMBDA)] {
            let params = json!({"RoleName": role, "TagKeys": ["cogmig:deployment"]});
            stage.aws(profile, "iam:UntagRole", params);
        }
        assert_recognized(
            &stage.changes_nothing(1, &format!("status {BOTH}")),
            ACCESS_ROLE,
        );
        stage.ok(&format!("setup {BOTH} --adopt"));
        stage.teardown();
        assert_eq!(stage.sandbox.snapshot(), before);
    }

    #[test]
    fn a_deployment_with_a_dedicated_client_is_adopted_with_it() {
        let stage = Stage::new();
        let before = stage.sandbox.snapshot();
        stage.ok(&format!("setup {BOTH} --dedicated-old-client"));
        remove_tags(&stage, "old", ACCESS_ROLE);
        assert_recognized(
            &stage.changes_nothing(1, &format!("status {BOTH}")),
            ACCESS_ROLE,
        );
        stage.ok(&format!("setup {BOTH} --adopt"));
        stage.changes_nothing(0, &format!("setup {BOTH}"));
        stage.sign_in("ada", PASSWORD).unwrap();
        stage.delete_user("ada");
        stage.teardown();
        assert_eq!(stage.sandbox.snapshot(), before);
    }

    /// A policy with the deployment's name that isn't attached to the role isn't managed.
    #[test]
    fn a_policy_that_is_not_managed_is_not_adopted_with_the_roles() {
        let stage = Stage::new();
        stage.setup();
        remove_tags(&stage, "new", LAMBDA);
        stage.delete_policy();
        let document = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
        ]});
        let name = "cognito-migration-lambda-policy";
        let params = json!({"PolicyName": name, "PolicyDocument": document.to_string()});
        stage.aws("new", "iam:CreatePolicy", params);
        let run = stage.changes_nothing(1, &format!("setup {BOTH} --adopt"));
        run.assert_stderr(&[name, "isn't managed by this deployment"]);
    }
}
