//! How names resolve to users: aliases, addresses as usernames, and case sensitivity.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "only a part is needed here")]
mod deployed;

use cogmig_sandbox::{Pool, Sandbox};
use deployed::{Deployed, migrated, with};
use serde_json::{Value, json};

const PASSWORD: &str = "Correct-horse-1";

struct Users {
    sandbox: Sandbox,
    pool: Pool,
}

impl Users {
    fn new(settings: Value) -> Self {
        let sandbox = Sandbox::start().unwrap();
        let mut pool = sandbox.pool_with("old", "users", settings).unwrap();
        let flows = json!(["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]);
        pool.client = sandbox
            .client(&pool, "app", json!({"ExplicitAuthFlows": flows}))
            .unwrap();
        Self { sandbox, pool }
    }

    fn add(&self, username: &str, attributes: &[(&str, &str)]) -> Result<(), String> {
        let created = self
            .sandbox
            .user(&self.pool, username, PASSWORD, attributes);
        created.map_err(|fault| fault.to_string())
    }

    /// The username of the user that a name resolves to. Fails if the three calls disagree.
    fn resolved(&self, name: &str) -> Option<String> {
        let user = self.sandbox.find_user(&self.pool, name).unwrap();
        let admin = json!({
            "UserPoolId": self.pool.id, "ClientId": self.pool.client,
            "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": name, "PASSWORD": PASSWORD},
        });
        let admin = self.sandbox.in_pool(&self.pool, "AdminInitiateAuth", admin);
        let public = self.sandbox.sign_in(&self.pool.client, name, PASSWORD);
        for signed_in in [admin, public] {
            assert_eq!(signed_in.is_ok(), user.is_some(), "{name}: {signed_in:?}");
        }
        user.map(|user| user["Username"].as_str().unwrap().to_owned())
    }
}

const VERIFIED: (&str, &str) = ("email_verified", "true");

#[test]
fn a_verified_address_is_an_alias() {
    let it = Users::new(json!({"AliasAttributes": ["email"]}));
    it.add("ann", &[("email", "ann@example.com"), VERIFIED])
        .unwrap();
    it.add("bob", &[("email", "bob@example.com")]).unwrap();
    assert_eq!(it.resolved("ann@example.com").unwrap(), "ann");
    assert_eq!(it.resolved("ANN@example.com").unwrap(), "ann");
    assert_eq!(it.resolved("bob@example.com"), None);
    let ann = it.sandbox.find_user(&it.pool, "ann").unwrap().unwrap();
    let sub = ann["UserAttributes"].as_array().unwrap();
    let sub = sub.iter().find(|one| one["Name"] == "sub").unwrap();
    assert_eq!(it.resolved(sub["Value"].as_str().unwrap()).unwrap(), "ann");

    for (name, address, message) in [
        ("eve", "Ann@example.com", "AliasExistsException"),
        ("ANN", "ann2@example.com", "UsernameExistsException"),
        (
            "eve@example.com",
            "e@example.com",
            "Username cannot be of email format",
        ),
    ] {
        let fault = it.add(name, &[("email", address), VERIFIED]).unwrap_err();
        assert!(fault.contains(message), "{fault}");
    }
    let verify = |address: &str| {
        let attributes = json!([
            {"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"},
        ]);
        let params =
            json!({"UserPoolId": it.pool.id, "Username": "bob", "UserAttributes": attributes});
        it.sandbox
            .in_pool(&it.pool, "AdminUpdateUserAttributes", params)
    };
    let fault = verify("ann@example.com").unwrap_err();
    assert_eq!(fault.code, "AliasExistsException");
    verify("bob@example.com").unwrap();
    assert_eq!(it.resolved("bob@example.com").unwrap(), "bob");
}

/// Back ends write `True`. Cognito counts it as verified, and keeps the spelling.
#[test]
fn the_flag_of_a_verified_address_is_compared_without_case() {
    let it = Users::new(json!({"AliasAttributes": ["email"]}));
    for (name, flag, verified) in [
        ("ann", "True", true),
        ("bob", "TRUE", true),
        ("eve", "False", false),
        ("joe", " true ", false),
    ] {
        let address = format!("{name}@example.com");
        let flag = ("email_verified", flag);
        it.add(name, &[("email", &address), flag]).unwrap();
        let resolved = verified.then(|| name.to_owned());
        // ministack compares another spelling of the address with the sandbox's own rule.
        for spelling in [address.clone(), address.to_uppercase()] {
            assert_eq!(it.resolved(&spelling), resolved, "{spelling} {flag:?}");
        }
        let again = it.add(&format!("other-{name}"), &[("email", &address), flag]);
        assert_eq!(again.is_err(), verified, "{flag:?}: {again:?}");
        let user = it.sandbox.find_user(&it.pool, name).unwrap().unwrap();
        let attributes = user["UserAttributes"].as_array().unwrap();
        assert!(attributes.contains(&json!({"Name": flag.0, "Value": flag.1})));
    }
}

#[test]
fn an_address_can_be_the_username_of_a_user_with_a_generated_name() {
    let it = Users::new(json!({"UsernameAttributes": ["email"]}));
    it.add("ann@example.com", &[]).unwrap();
    let name = it.resolved("ann@example.com").unwrap();
    assert!(is_uuid(&name), "{name}");
    assert_eq!(it.resolved(&name).unwrap(), name);
    assert_eq!(it.resolved("Ann@Example.com").unwrap(), name);
    for (name, message) in [
        ("Ann@example.com", "UsernameExistsException"),
        ("ann", "Username should be an email."),
    ] {
        let fault = it.add(name, &[]).unwrap_err();
        assert!(fault.contains(message), "{fault}");
    }
}

#[test]
fn names_are_case_sensitive_by_default() {
    for configuration in [json!({"CaseSensitive": true}), Value::Null] {
        let it = Users::new(json!({
            "AliasAttributes": ["email"], "UsernameConfiguration": configuration,
        }));
        it.add("Ann", &[("email", "Ann@example.com"), VERIFIED])
            .unwrap();
        it.add("ann", &[("email", "ann@example.com"), VERIFIED])
            .unwrap();
        for (name, user) in [
            ("Ann", Some("Ann")),
            ("ann", Some("ann")),
            ("ANN", None),
            ("Ann@example.com", Some("Ann")),
            ("ann@example.com", Some("ann")),
            ("ANN@example.com", None),
        ] {
            assert_eq!(it.resolved(name).as_deref(), user, "{name}");
        }
    }
}

#[test]
fn users_migrate_to_a_pool_with_addresses_as_usernames() {
    let plain = migrated("ann@example.com");
    let two = json!({"email": "cat@example.com", "phone_number": "+447700900123"});
    let two = with(&plain, &json!({"userAttributes": two}));
    let named = json!({"email": "bob@example.com", "username": "bob"});
    let answers = json!({
        "Ann@Example.com": {"response": plain},
        "bob@example.com": {"response": with(&plain, &json!({"userAttributes": named}))},
        "other@example.com": {"response": plain},
        "ann": {"response": plain},
        "+447700900123": {"response": two},
        "+447700900124": {"response": with(&plain, &json!({"userAttributes": {
            "email": "cat@example.com", "phone_number": "+447700900124"}}))},
    });
    let it = Deployed::with_pool(
        &answers,
        json!({"UsernameAttributes": ["email", "phone_number"]}),
    );
    // The typed name isn't a name of the user, the response sets a username, and the typed name
    // isn't an address.
    for typed in ["other@example.com", "bob@example.com", "ann"] {
        let fault = it.sign_in(typed).unwrap_err();
        assert_eq!(fault.code, "UserNotFoundException", "{typed}");
        assert!(fault.message.starts_with("Exception migrating user"));
        assert_eq!(it.user(typed), None, "{typed}");
    }
    it.sign_in("Ann@Example.com").unwrap();
    let ann = it.user("ann@example.com").unwrap();
    assert!(is_uuid(ann["Username"].as_str().unwrap()));
    it.sign_in("+447700900123").unwrap();
    assert_eq!(
        it.user("cat@example.com").unwrap()["Username"],
        it.user("+447700900123").unwrap()["Username"]
    );
    // Another user has the email address.
    let fault = it.sign_in("+447700900124").unwrap_err();
    assert_eq!(fault.code, "UserNotFoundException");
}

#[test]
fn an_alias_is_taken_over_only_with_force_alias_creation() {
    let attributes = json!({"email": "ann@example.com", "email_verified": "true"});
    let forced = with(
        &migrated(""),
        &json!({"userAttributes": attributes, "forceAliasCreation": true}),
    );
    let answers = json!({
        "ann": {"response": migrated("ann@example.com")},
        "thief": {"response": migrated("ann@example.com")},
        "heir": {"response": forced},
        "invalid": {"response": with(&forced, &json!({"forceAliasCreation": "true"}))},
    });
    let it = Deployed::with_pool(&answers, json!({"AliasAttributes": ["email"]}));
    it.sign_in("ann").unwrap();
    let holder = || it.user("ann@example.com").unwrap()["Username"].clone();
    assert!(it.sign_in("thief").is_err());
    assert_eq!(holder(), "ann");
    let fault = it.sign_in("invalid").unwrap_err();
    assert_eq!(fault.code, "InvalidLambdaResponseException");
    it.sign_in("heir").unwrap();
    assert_eq!(holder(), "heir");
}

fn is_uuid(name: &str) -> bool {
    let lengths: Vec<usize> = name.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && !name.contains('@')
}

/// The filters of ListUsers, by its API reference. A value can have any characters.
#[test]
fn users_are_found_by_a_valid_filter_only() {
    let it = Users::new(json!({}));
    let quoted = r#"o"neil\"#;
    it.add("ann", &[("email", "Ann@example.com")]).unwrap();
    it.add("annie", &[("email", "annie@example.com")]).unwrap();
    it.add(quoted, &[("name", "Mary \"May\"")]).unwrap();
    let found = |filter: &str| {
        let params = json!({"UserPoolId": it.pool.id, "Limit": 60, "Filter": filter});
        let answer = it.sandbox.in_pool(&it.pool, "ListUsers", params);
        let answer = answer.map_err(|fault| fault.code)?;
        let users = answer["Users"].as_array().unwrap().iter();
        let names = users.map(|user| user["Username"].as_str().unwrap().to_owned());
        Ok::<_, String>(names.collect::<Vec<_>>())
    };
    let rows: [(&str, &[&str]); 9] = [
        (r#"username = "ann""#, &["ann"]),
        (r#"username = "Ann""#, &[]),
        (r#"username ^= "ann""#, &["ann", "annie"]),
        (r#"email = "ann@EXAMPLE.com""#, &["ann"]),
        (r#"username = "o\"neil\\""#, &[quoted]),
        (r#"name = "Mary \"May\"""#, &[quoted]),
        (r#"status = "Enabled""#, &["ann", "annie", quoted]),
        (r#"status = "Disabled""#, &[]),
        (r#"phone_number = "+155""#, &[]),
    ];
    for (filter, wanted) in rows {
        let wanted = wanted.iter().map(ToString::to_string).collect();
        assert_eq!(found(filter), Ok::<Vec<_>, String>(wanted), "{filter}");
    }
    for invalid in [
        r#"username = "a" or status = "Enabled""#,
        r#"username = "o"neil""#,
        r#"username != "ann""#,
        "username = ann",
        r#"custom:tenant = "a""#,
        r#"email_verified = "true""#,
    ] {
        let error = Err("InvalidParameterException".to_owned());
        assert_eq!(found(invalid), error, "{invalid}");
    }
}
