//! Settings of app clients that refer to something that was deleted. Cognito rejects every update of
//! such an app client.

use cogmig_sandbox::{Fault, NEW_ACCOUNT, OLD_ACCOUNT, Pool};
use serde_json::{Value, json};

use crate::support::calls::NthCall;
use crate::support::stage::{BOTH, Stage};

const SETUP: &str = "--lambda-zip small.zip";

fn stage() -> Stage {
    let stage = Stage::new();
    stage.small_package();
    stage
}

fn seed(stage: &Stage, pool: &Pool, members: &Value) {
    stage
        .sandbox
        .seed_client(pool, &pool.client, members)
        .unwrap();
}

fn create_server(stage: &Stage, pool: &Pool) {
    let server = json!({
        "Identifier": "https://api.example.com", "Name": "api",
        "Scopes": [{"ScopeName": "read", "ScopeDescription": "read"}],
    });
    stage.in_pool(pool, "CreateResourceServer", server);
}

fn scopes() -> Value {
    json!({"AllowedOAuthScopes": ["openid", "aws.cognito.signin.user.admin", "https://api.example.com/read"]})
}

#[test]
fn a_deleted_scope_is_found_before_the_first_write() {
    let stage = stage();
    seed(&stage, &stage.new, &scopes());
    for command in ["plan", "setup"] {
        let run = stage.changes_nothing(1, &format!("{command} {BOTH} {SETUP}"));
        for text in [
            "AllowedOAuthScopes of app client",
            &stage.new.client,
            "new account 222222222222",
            "the scope https://api.example.com/read",
            "remove https://api.example.com/read from AllowedOAuthScopes",
            "create the resource server with this scope again",
        ] {
            assert!(run.printed(text), "{text}\n{run}");
        }
        assert!(!run.printed("--dedicated-old-client"), "{run}");
    }
    create_server(&stage, &stage.new);
    stage.ok(&format!("setup {BOTH} {SETUP}"));
    assert_eq!(
        stage.client_json(&stage.new)["AllowedOAuthScopes"],
        scopes()["AllowedOAuthScopes"]
    );
}

#[test]
fn a_deleted_identity_provider_of_the_old_pool_is_found_before_the_first_write() {
    let stage = stage();
    let providers = json!({"SupportedIdentityProviders": ["COGNITO", "Google", "corporate"]});
    seed(&stage, &stage.old, &providers);
    let google = json!({
        "ProviderName": "Google", "ProviderType": "Google",
        "ProviderDetails": {"client_id": "a", "client_secret": "b", "authorize_scopes": "openid"},
    });
    stage.in_pool(&stage.old, "CreateIdentityProvider", google);
    let before = stage.client_json(&stage.old);
    let run = stage.changes_nothing(1, &format!("setup {BOTH} {SETUP}"));
    for text in [
        "SupportedIdentityProviders of app client",
        &stage.old.client,
        "the identity provider corporate, which",
        "remove corporate from SupportedIdentityProviders",
        "use --dedicated-old-client",
    ] {
        assert!(run.printed(text), "{text}\n{run}");
    }
    stage.ok(&format!("setup {BOTH} {SETUP} --dedicated-old-client"));
    assert_eq!(stage.client_json(&stage.old), before);
}

/// An app client that isn't updated can have such settings.
#[test]
fn an_app_client_that_is_not_updated_is_not_checked() {
    let stage = stage();
    stage.ok(&format!("setup {BOTH} {SETUP}"));
    seed(&stage, &stage.new, &scopes());
    seed(&stage, &stage.old, &scopes());
    stage.changes_nothing(0, &format!("setup {BOTH} {SETUP}"));
}

/// Without the permission for the lists, Cognito's own error has the remedy.
#[test]
fn lists_that_cannot_be_read_do_not_stop_setup() {
    let stage = stage();
    let reads = [
        "cognito-idp:ListResourceServers",
        "cognito-idp:ListIdentityProviders",
    ];
    stage.user_without("new", "deployer", "s3:*");
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": reads, "Resource": "*"},
    ]});
    stage.grant("new", "deployer", &policy);
    seed(&stage, &stage.new, &scopes());
    let before = stage.client_json(&stage.new);
    let both = format!("--old-profile old --new-profile deployer {SETUP}");
    let run = stage.ends(1, &format!("setup {both}"));
    for read in reads {
        assert!(run.printed(&format!("allow {read}")), "{run}");
    }
    for text in [
        &format!("app client {} in the new account", stage.new.client),
        "refers to something that no longer exists",
        "ScopeDoesNotExistException: Invalid scope requested: https://api.example.com/read",
        "remove this scope from AllowedOAuthScopes",
    ] {
        assert!(run.printed(text), "{text}\n{run}");
    }
    assert_eq!(stage.client_json(&stage.new), before);
    create_server(&stage, &stage.new);
    stage.ok(&format!("setup {both}"));
}

/// No read shows whether an application of Amazon Pinpoint exists.
#[test]
fn a_deleted_analytics_application_has_its_own_remedy() {
    let stage = stage();
    let message = "The Amazon Pinpoint application doesn't exist";
    let fault = Fault::Error(400, "InvalidParameterException", message);
    stage.inject(
        &NthCall::of(NEW_ACCOUNT, "UpdateUserPoolClient", 0),
        fault,
        1,
    );
    let run = stage.ends(1, &format!("setup {BOTH} {SETUP}"));
    for text in [
        message,
        &stage.new.client,
        "remove AnalyticsConfiguration from the app client",
    ] {
        assert!(run.printed(text), "{text}\n{run}");
    }
    assert!(!run.printed("--dedicated-old-client"), "{run}");
    stage.sandbox.clear_faults();
    stage.ok(&format!("setup {BOTH} {SETUP}"));
    stage.teardown();

    let update = NthCall::of(OLD_ACCOUNT, "UpdateUserPoolClient", 0);
    stage.inject(&update, fault, 1);
    let run = stage.ends(1, &format!("setup {BOTH} {SETUP} --output json"));
    let error = run.json()["error"].take();
    assert_eq!(error["id"], "app-client-reference-gone");
    for text in [&stage.old.client, message, "use --dedicated-old-client"] {
        assert!(error.to_string().contains(text), "{text}\n{run}");
    }
}

#[test]
fn teardown_names_the_app_client_and_its_remedy() {
    let stage = stage();
    stage.ok(&format!("setup {BOTH} {SETUP}"));
    seed(&stage, &stage.new, &scopes());
    let before = stage.client_json(&stage.new);
    let run = stage.ends(1, &format!("teardown {BOTH}"));
    for text in [
        &format!("app client {} in the new account", stage.new.client),
        "ScopeDoesNotExistException",
        "remove this scope from AllowedOAuthScopes",
        "Run the same command again",
    ] {
        assert!(run.printed(text), "{text}\n{run}");
    }
    assert_eq!(stage.client_json(&stage.new), before);
    create_server(&stage, &stage.new);
    stage.teardown();
    let flows = stage.flows(&stage.new, &stage.new.client);
    assert!(
        !flows.contains(&"ALLOW_USER_PASSWORD_AUTH".to_owned()),
        "{flows:?}"
    );
}

/// Otherwise, the app client of which setup no longer needs the flow would block the migration.
#[test]
fn an_app_client_that_is_no_longer_used_keeps_its_flow_until_it_can_be_updated() {
    let stage = stage();
    create_server(&stage, &stage.old);
    seed(&stage, &stage.old, &scopes());
    stage.ok(&format!("setup {BOTH} {SETUP}"));
    let server = json!({"Identifier": "https://api.example.com"});
    stage.in_pool(&stage.old, "DeleteResourceServer", server);
    let run = stage.ok(&format!("setup {BOTH} {SETUP} --dedicated-old-client"));
    for text in [
        "which the user pool doesn't have",
        "keeps the authentication flow that setup added",
        "remove https://api.example.com/read from AllowedOAuthScopes",
    ] {
        assert!(run.printed(text), "{text}\n{run}");
    }
    let flows = || stage.client_json(&stage.old)["ExplicitAuthFlows"].to_string();
    assert!(flows().contains("ALLOW_ADMIN_USER_PASSWORD_AUTH"));
    create_server(&stage, &stage.old);
    stage.ok(&format!("setup {BOTH} {SETUP} --dedicated-old-client"));
    assert!(!flows().contains("ALLOW_ADMIN_USER_PASSWORD_AUTH"));
}
