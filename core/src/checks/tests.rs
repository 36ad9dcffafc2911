//! Pairs of pools, one per row: the rules for the function, warnings and refusals.

mod contacts;
mod mail;
mod protection;
mod triggers;

use std::slice::from_ref;

use rules::settings::{ForgotPassword, MfaUsers, TemporaryPasswords};
use serde_json::{Value, json};

use super::{Pools, Preflight, check};
use crate::cognito::lossless::Object;
use crate::identity::{Identity, Side};
use crate::options::UserHandling;
use crate::problem::Problem;

/// A pool without any warnings.
fn plain() -> Value {
    json!({
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true},
        "UsernameConfiguration": {"CaseSensitive": false},
        "MfaConfiguration": "OFF",
        "SchemaAttributes": schema(&[]),
        "EmailConfiguration": {"EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:…"},
        "SmsConfiguration": {"SnsCallerArn": "arn:…"},
    })
}

/// The account of the old pool.
fn account() -> Identity {
    Identity {
        side: Side::Old,
        profile: "old".into(),
        id: "111111111111".into(),
        partition: "aws".into(),
        region: "eu-west-1".into(),
    }
}

fn string(name: &str) -> Value {
    json!({"Name": name, "AttributeDataType": "String", "StringAttributeConstraints": {"MinLength": "0", "MaxLength": "2048"}})
}

/// Standard attributes, and some more.
fn schema(more: &[Value]) -> Value {
    let flag = |name: &str| json!({"Name": name, "AttributeDataType": "Boolean"});
    let mut all = vec![
        json!({"Name": "sub", "AttributeDataType": "String", "Required": true}),
        string("email"),
        flag("email_verified"),
        string("name"),
        string("identities"),
    ];
    for one in more {
        all.retain(|known| known["Name"] != one["Name"]);
        all.push(one.clone());
    }
    all.into()
}

fn with(member: &str, value: Value) -> Value {
    let mut pool = plain();
    pool[member] = value;
    pool
}

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => panic!("an object"),
    }
}

fn checked_with(
    old: Value,
    new: Value,
    handling: &UserHandling,
    mfa: MfaUsers,
    sms_mfa: bool,
) -> Preflight {
    let (old, new) = (object(old), object(new));
    let client = json!({
        "PreventUserExistenceErrors": "ENABLED", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
    });
    let clients = [("client".to_owned(), Some(object(client)))];
    let pools = Pools {
        old_account: &account(),
        old: &old,
        new: &new,
        new_clients: &clients,
        sms_mfa,
        old_email_mfa: false,
        is_first: false,
    };
    check(pools, handling, mfa)
}

fn checked(old: Value, new: Value, handling: &UserHandling) -> Preflight {
    checked_with(old, new, handling, MfaUsers::None, false)
}

/// Two pools with these attributes in addition to the standard ones.
fn attributes(old: &[Value], new: &[Value], handling: &UserHandling) -> Preflight {
    let [old, new] = [old, new].map(|more| with("SchemaAttributes", schema(more)));
    checked(old, new, handling)
}

/// Exactly one warning, with all these words, and no refusal.
#[track_caller]
fn assert_warns(preflight: &Preflight, words: &[&str]) {
    assert_eq!(preflight.refusals, []);
    let [warning] = &preflight.warnings[..] else {
        panic!("{:?}", preflight.warnings);
    };
    for word in words {
        assert!(warning.words().contains(word), "{word}: {warning}");
    }
    assert!(!warning.remedy.is_empty());
}

#[track_caller]
fn assert_refuses(preflight: &Preflight, words: &[&str]) {
    let refusals: Vec<_> = preflight.refusals.iter().map(Problem::words).collect();
    for word in words {
        assert!(refusals.concat().contains(word), "{word}: {refusals:?}");
    }
}

fn renames(rows: &[(&str, &str)]) -> UserHandling {
    let renames = rows
        .iter()
        .map(|(old, new)| ((*old).to_owned(), (*new).to_owned()));
    UserHandling {
        renames: renames.collect(),
        ..UserHandling::default()
    }
}

fn drops(names: &[&str]) -> UserHandling {
    UserHandling {
        drops: names.iter().map(|&name| name.to_owned()).collect(),
        ..UserHandling::default()
    }
}

#[test]
fn two_plain_pools_give_no_warnings() {
    let preflight = checked(plain(), plain(), &UserHandling::default());
    assert_eq!((preflight.warnings, preflight.refusals), (vec![], vec![]));
    let variables = preflight.rules.to_env().into_iter().collect::<Vec<_>>();
    let expected = [
        ("ATTRIBUTES", "email,email_verified,name"),
        ("FORGOT_PASSWORD", "migrate"),
        ("MFA_USERS", "none"),
        ("NEW_RECOVERY", "email,phone_number"),
        ("TEMPORARY_PASSWORDS", "refuse"),
    ];
    assert_eq!(
        variables,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[test]
fn an_attribute_is_migrated_if_both_pools_have_it() {
    let (tenant, org) = (string("custom:tenant"), string("custom:org"));
    let old_sub = UserHandling {
        old_sub: Some("custom:org".into()),
        ..UserHandling::default()
    };
    let developers = json!({"Name": "dev:custom:note", "AttributeDataType": "String"});
    let odd = string("custom:a,b");
    let rows: [(Vec<Value>, Vec<Value>, UserHandling, &str); 9] = [
        (
            vec![],
            vec![tenant.clone()],
            UserHandling::default(),
            "email,email_verified,name",
        ),
        (
            vec![tenant.clone()],
            vec![tenant.clone()],
            UserHandling::default(),
            "email,email_verified,name,custom:tenant",
        ),
        (
            vec![tenant.clone()],
            vec![org.clone()],
            renames(&[("custom:tenant", "custom:org")]),
            "email,email_verified,name,custom:tenant=custom:org",
        ),
        (
            vec![tenant.clone(), org.clone()],
            vec![tenant.clone(), org.clone()],
            renames(&[
                ("custom:tenant", "custom:org"),
                ("custom:org", "custom:tenant"),
            ]),
            "email,email_verified,name,custom:org=custom:tenant,custom:tenant=custom:org",
        ),
        (
            vec![tenant.clone()],
            vec![tenant.clone()],
            drops(&["custom:tenant", "name"]),
            "email,email_verified",
        ),
        // A flag is migrated only together with its own contact.
        (vec![], vec![], drops(&["email"]), "name"),
        (
            vec![tenant.clone()],
            vec![],
            renames(&[("custom:tenant", "email")]),
            "custom:tenant=email,name",
        ),
        (
            vec![],
            vec![org.clone()],
            old_sub,
            "email,email_verified,name,sub=custom:org",
        ),
        (
            vec![developers.clone(), odd.clone()],
            vec![developers, odd],
            UserHandling::default(),
            "email,email_verified,name",
        ),
    ];
    for (old, new, handling, migrated) in rows {
        let preflight = attributes(&old, &new, &handling);
        assert_eq!(
            preflight.rules.to_env()["ATTRIBUTES"],
            migrated,
            "{handling:?}"
        );
        assert_eq!(preflight.refusals, [], "{handling:?}");
    }
}

#[test]
fn dropped_attributes_give_a_warning_unless_an_option_drops_them() {
    let tenant = [string("custom:tenant")];
    let dropped = attributes(&tenant, &[], &UserHandling::default());
    assert_warns(
        &dropped,
        &["custom:tenant", "--attribute", "--drop-attribute"],
    );
    assert_eq!(
        attributes(&tenant, &[], &drops(&["custom:tenant"])).warnings,
        []
    );
}

#[test]
fn narrower_attributes_give_a_warning() {
    let limited = |least: &str, most: &str| json!({"Name": "custom:a", "AttributeDataType": "String", "StringAttributeConstraints": {"MinLength": least, "MaxLength": most}});
    let number = |most: &str| json!({"Name": "custom:a", "AttributeDataType": "Number", "NumberAttributeConstraints": {"MinValue": "0", "MaxValue": most}});
    let free = json!({"Name": "custom:a", "AttributeDataType": "String", "StringAttributeConstraints": {}});
    let rows = [
        (
            limited("0", "64"),
            limited("0", "32"),
            Some("at most 32 characters"),
        ),
        (
            limited("0", "64"),
            limited("1", "64"),
            Some("at least 1 characters"),
        ),
        (
            free.clone(),
            limited("0", "32"),
            Some("at most 32 characters"),
        ),
        (limited("0", "32"), limited("0", "64"), None),
        (limited("0", "32"), free.clone(), None),
        (
            limited("0", "32"),
            number("9"),
            Some("Number in the new pool and a String in the old pool"),
        ),
        (number("99"), number("9"), Some("at most 9 in")),
        (number("99"), free, None),
    ];
    for (old, new, words) in rows {
        let preflight = attributes(from_ref(&old), from_ref(&new), &UserHandling::default());
        match words {
            Some(words) => {
                assert_warns(
                    &preflight,
                    &["custom:a", words, "--drop-attribute custom:a"],
                );
            }
            None => assert_eq!(preflight.warnings, [], "{old} {new}"),
        }
    }
}

#[test]
fn a_missing_required_attribute_gives_a_warning_or_a_refusal() {
    let required = json!({"Name": "name", "AttributeDataType": "String", "Required": true});
    let schema = [required.clone()];
    assert_warns(
        &attributes(&[], &schema, &UserHandling::default()),
        &["requires name", "don't have it"],
    );
    assert_eq!(
        attributes(&schema, &schema, &UserHandling::default()).warnings,
        []
    );
    let dropped = attributes(&schema, &schema, &drops(&["name"]));
    assert_refuses(&dropped, &["requires name", "every user"]);
}

#[test]
fn options_that_the_pools_do_not_support_are_refused() {
    let short = json!({"Name": "custom:short", "AttributeDataType": "String", "StringAttributeConstraints": {"MaxLength": "10"}});
    let more = [string("custom:a"), string("custom:b"), short];
    let old_sub = |name: &str| UserHandling {
        old_sub: Some(name.into()),
        ..UserHandling::default()
    };
    let both = UserHandling {
        renames: vec![("custom:a".into(), "custom:b".into())],
        ..old_sub("custom:b")
    };
    for (handling, words) in [
        (
            renames(&[("custom:none", "custom:a")]),
            ["--attribute", "custom:none"],
        ),
        (
            renames(&[("custom:a", "custom:none")]),
            ["--attribute", "custom:none"],
        ),
        (
            renames(&[("custom:a", "sub")]),
            ["--attribute", "to set sub"],
        ),
        (
            renames(&[("custom:a", "identities")]),
            ["--attribute", "identities"],
        ),
        (
            renames(&[("custom:a", "email_verified")]),
            ["--attribute", "email_verified"],
        ),
        (
            renames(&[("sub", "custom:a")]),
            ["--attribute", "--old-sub custom:a"],
        ),
        (
            renames(&[("custom:a", "name"), ("custom:b", "name")]),
            ["two attributes", "name"],
        ),
        (both, ["two attributes", "custom:b"]),
        (drops(&["custom:none"]), ["--drop-attribute", "custom:none"]),
        (
            old_sub("custom:none"),
            ["--old-sub", "add-custom-attributes"],
        ),
        (old_sub("custom:short"), ["--old-sub", "36"]),
        (old_sub("name"), ["--old-sub", "custom attribute"]),
        (old_sub("sub"), ["--old-sub", "custom attribute"]),
    ] {
        assert_refuses(&attributes(&more, &more, &handling), &words);
    }
}

#[test]
fn identifiers_that_the_new_pool_does_not_accept_give_a_warning() {
    let name = || plain();
    let alias = |kinds: &[&str]| with("AliasAttributes", json!(kinds));
    let username = |kinds: &[&str]| with("UsernameAttributes", json!(kinds));
    let case = |sensitive: bool| with("UsernameConfiguration", json!({"CaseSensitive": sensitive}));
    let mut silent = plain();
    silent
        .as_object_mut()
        .expect("an object")
        .remove("UsernameConfiguration");
    let rows: [(Value, Value, &[&str]); 13] = [
        (name(), alias(&["email"]), &["same verified email"]),
        (alias(&["email"]), alias(&["email", "phone_number"]), &[]),
        (username(&["email"]), username(&["email"]), &[]),
        (username(&["email"]), alias(&["email"]), &[]),
        (username(&["email"]), name(), &[]),
        (
            name(),
            username(&["phone_number"]),
            &["accepts usernames", "accepts only phone_number"],
        ),
        (
            alias(&["email"]),
            name(),
            &["email", "are rejected", "AliasAttributes"],
        ),
        (
            alias(&["email", "phone_number"]),
            alias(&["email"]),
            &["phone_number"],
        ),
        (
            username(&["email", "phone_number"]),
            username(&["email"]),
            &["phone_number", "UsernameAttributes"],
        ),
        (username(&["email", "phone_number"]), name(), &["two users"]),
        (case(false), case(true), &["CaseSensitive = false"]),
        (
            case(true),
            case(false),
            &["differ only in case", "disable sign-up"],
        ),
        (
            silent,
            case(false),
            &["differ only in case", "disable sign-up"],
        ),
    ];
    for (old, new, words) in rows {
        let preflight = checked(old.clone(), new.clone(), &UserHandling::default());
        match words {
            [] => assert_eq!(preflight.warnings, [], "{old} {new}"),
            words => assert_warns(&preflight, words),
        }
    }
    let both = checked(
        username(&["email"]),
        alias(&["email", "phone_number"]),
        &UserHandling::default(),
    );
    assert_eq!(both.rules.to_env()["OLD_USERNAME_ATTRIBUTES"], "email");
    assert_eq!(
        both.rules.to_env()["NEW_ALIAS_ATTRIBUTES"],
        "email,phone_number"
    );
    let new = checked(
        username(&["email"]),
        username(&["email"]),
        &UserHandling::default(),
    );
    assert_eq!(new.rules.to_env()["NEW_USERNAME_ATTRIBUTES"], "email");
}

/// With MFA required, no user could be migrated.
#[test]
fn refusing_users_with_mfa_is_refused_if_all_users_have_mfa() {
    let pool = object(json!({"MfaConfiguration": "ON"}));
    let pools = Pools {
        old_account: &account(),
        old: &pool,
        new: &pool,
        new_clients: &[],
        is_first: false,
        sms_mfa: false,
        old_email_mfa: false,
    };
    let problem = |mfa| check(pools, &UserHandling::default(), mfa).blockers.pop();
    let refused = problem(MfaUsers::Refuse).expect("a problem");
    assert_eq!(refused.id, "mfa-users-rejected");
    assert_eq!(refused.remedy, ["use --mfa-users migrate"]);
    assert_eq!(problem(MfaUsers::Migrate), None);
}

#[test]
fn mfa_sets_the_rules_and_gives_warnings() {
    let pool = |mfa: &str| with("MfaConfiguration", json!(mfa));
    let (refuse, migrate) = (MfaUsers::Refuse, MfaUsers::Migrate);
    let rows: [(&str, &str, MfaUsers, bool, &[&str]); 7] = [
        ("OFF", "OFF", MfaUsers::None, false, &[]),
        ("OFF", "ON", MfaUsers::None, false, &["MFA_SETUP"]),
        ("OPTIONAL", "ON", refuse, true, &[]),
        ("OPTIONAL", "OFF", refuse, false, &[]),
        (
            "OPTIONAL",
            "OPTIONAL",
            migrate,
            true,
            &["authenticator apps aren't migrated"],
        ),
        (
            "ON",
            "ON",
            migrate,
            false,
            &["authenticator apps and SMS codes aren't migrated"],
        ),
        (
            "ON",
            "OFF",
            migrate,
            false,
            &["doesn't use MFA", "--mfa-users refuse"],
        ),
    ];
    for (old, new, mfa, sms, words) in rows {
        let preflight = checked_with(pool(old), pool(new), &UserHandling::default(), mfa, sms);
        match words {
            [] => assert_eq!(preflight.warnings, [], "{old} {new} {mfa:?}"),
            words => assert_warns(&preflight, words),
        }
        let by_sms = (mfa == migrate && sms).then_some("true");
        assert_eq!(
            preflight.rules.to_env().get("SMS_MFA").map(String::as_str),
            by_sms
        );
    }
    let (old, new) = (object(pool("ON")), object(pool("ON")));
    for (sms_mfa, words) in [
        (
            true,
            "authenticator apps and codes by email aren't migrated",
        ),
        (
            false,
            "authenticator apps, SMS codes and codes by email aren't migrated",
        ),
    ] {
        let pools = Pools {
            old_account: &account(),
            old: &old,
            new: &new,
            new_clients: &[],
            sms_mfa,
            old_email_mfa: true,
            is_first: false,
        };
        assert_warns(&check(pools, &UserHandling::default(), migrate), &[words]);
    }
    let rule = |mfa| {
        checked_with(pool("ON"), pool("ON"), &UserHandling::default(), mfa, false)
            .rules
            .to_env()["MFA_USERS"]
            .clone()
    };
    assert_eq!([rule(refuse), rule(migrate)], ["refuse", "migrate"]);
    let reset = UserHandling {
        temporary_passwords: TemporaryPasswords::Reset,
        ..UserHandling::default()
    };
    assert_eq!(
        checked(plain(), plain(), &reset).rules.to_env()["TEMPORARY_PASSWORDS"],
        "reset"
    );
}

#[test]
fn triggers_sign_up_and_feature_plans_give_warnings() {
    let triggers = |names: &[&str]| {
        let all = names.iter().map(|&name| (name.to_owned(), json!("arn:…")));
        with("LambdaConfig", Value::Object(all.collect()))
    };
    let newer = with(
        "LambdaConfig",
        json!({"PreTokenGenerationConfig": {"LambdaArn": "arn:…", "LambdaVersion": "V2_0"}}),
    );
    let open = with(
        "AdminCreateUserConfig",
        json!({"AllowAdminCreateUserOnly": false}),
    );
    let tier = |tier: &str| with("UserPoolTier", json!(tier));
    let rows: [(Value, Value, &[&str]); 9] = [
        (
            plain(),
            triggers(&["CustomMessage", "PreTokenGeneration"]),
            &[],
        ),
        (triggers(&["PreSignUp", "CustomMessage"]), plain(), &[]),
        (
            plain(),
            triggers(&["PreSignUp"]),
            &["new pool", "PreSignUp"],
        ),
        (
            triggers(&["PostAuthentication", "UserMigration"]),
            plain(),
            &["old pool", "PostAuthentication, UserMigration"],
        ),
        (newer, plain(), &["PreTokenGeneration"]),
        (
            plain(),
            open.clone(),
            &["sign up in the new pool", "AllowAdminCreateUserOnly"],
        ),
        (open, plain(), &["sign up in the old pool"]),
        (tier("PLUS"), tier("LITE"), &["PLUS", "LITE"]),
        (tier("LITE"), tier("LITE"), &[]),
    ];
    let refuse = UserHandling {
        forgot_password: ForgotPassword::Refuse,
        ..UserHandling::default()
    };
    for (old, new, words) in rows {
        let preflight = checked(old.clone(), new.clone(), &refuse);
        match words {
            [] => assert_eq!(preflight.warnings, [], "{old} {new}"),
            words => assert_warns(&preflight, words),
        }
    }
}

/// The checks of plain pools with these app clients of the new pool.
fn checked_clients(clients: &[(String, Option<Object>)]) -> Preflight {
    let pool = object(plain());
    let pools = Pools {
        old_account: &account(),
        old: &pool,
        new: &pool,
        new_clients: clients,
        is_first: false,
        sms_mfa: false,
        old_email_mfa: false,
    };
    check(pools, &UserHandling::default(), MfaUsers::None)
}

#[test]
fn app_clients_with_the_same_warning_share_it() {
    let srp = |users: &str| json!({"PreventUserExistenceErrors": users, "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]});
    let clients = [("one", "LEGACY"), ("two", "LEGACY"), ("three", "ENABLED")]
        .map(|(id, users)| (id.to_owned(), Some(object(srp(users)))));
    let preflight = checked_clients(&clients);
    let [flows, users] = &preflight.warnings[..] else {
        panic!("{:?}", preflight.warnings);
    };
    assert!(
        flows
            .summary
            .starts_with("app clients one, two, three don't allow"),
        "{flows}"
    );
    assert!(
        users
            .summary
            .contains("through app clients one, two which usernames"),
        "{users}"
    );
}

#[test]
fn app_clients_that_reveal_users_or_never_send_passwords_give_a_warning() {
    let rows: [(Value, &[&str]); 4] = [
        (
            json!({"PreventUserExistenceErrors": "ENABLED", "ExplicitAuthFlows": ["USER_PASSWORD_AUTH"]}),
            &[],
        ),
        (
            json!({"PreventUserExistenceErrors": "LEGACY", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}),
            &[
                "anyone can find out through app client client which usernames exist",
                "app client client",
            ],
        ),
        (
            json!({"ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]}),
            &[
                "anyone can find out through app client client which usernames exist",
                "app client client",
            ],
        ),
        (
            json!({"PreventUserExistenceErrors": "ENABLED", "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]}),
            &["SRP don't invoke the migration trigger"],
        ),
    ];
    for (client, words) in rows {
        let clients = [("client".to_owned(), Some(object(client.clone())))];
        let preflight = checked_clients(&clients);
        match words {
            [] => assert_eq!(preflight.warnings, [], "{client}"),
            words => assert_warns(&preflight, words),
        }
    }
}

#[test]
fn triggers_that_do_not_run_for_a_forgotten_password_give_a_warning() {
    let refuse = UserHandling {
        forgot_password: ForgotPassword::Refuse,
        ..UserHandling::default()
    };
    let recovery = |names: &[&str]| {
        let all = names
            .iter()
            .map(|name| json!({"Name": name, "Priority": 1}));
        with(
            "AccountRecoverySetting",
            json!({"RecoveryMechanisms": all.collect::<Vec<_>>()}),
        )
    };
    for (names, contacts) in [
        (&["verified_email"][..], Some("email")),
        (
            &["verified_phone_number", "verified_email"],
            Some("email,phone_number"),
        ),
        (&["verified_phone_number"], Some("phone_number")),
        (&[], Some("email,phone_number")),
        (&["admin_only"], None),
    ] {
        let preflight = checked(plain(), recovery(names), &UserHandling::default());
        assert_eq!(
            preflight
                .rules
                .to_env()
                .get("NEW_RECOVERY")
                .map(String::as_str),
            contacts
        );
        match contacts {
            Some(_) => assert_eq!(preflight.warnings, [], "{names:?}"),
            None => assert_warns(&preflight, &["admin_only", "--forgot-password refuse"]),
        }
    }
    assert_eq!(
        checked(plain(), recovery(&["admin_only"]), &refuse).warnings,
        []
    );
    let guarded = || with("LambdaConfig", json!({"PreAuthentication": "arn:…"}));
    let warnings = checked(guarded(), plain(), &UserHandling::default()).warnings;
    assert!(
        warnings
            .iter()
            .any(|one| one.words().contains("--forgot-password refuse")),
        "{warnings:?}"
    );
    let refused = checked(guarded(), plain(), &refuse);
    assert_warns(&refused, &["PreAuthentication", "five seconds"]);
    assert_eq!(refused.rules.to_env()["FORGOT_PASSWORD"], "refuse");
}

/// Users of the old pool could have set it to another user's username.
#[test]
fn preferred_username_is_not_migrated_if_only_the_new_pool_has_it_as_an_alias() {
    let pool = |aliases: Value| {
        let mut pool = with("AliasAttributes", aliases);
        pool["SchemaAttributes"] = schema(&[string("preferred_username")]);
        pool
    };
    let migrated = |old: Value, new: Value| {
        let preflight = checked(old, new, &UserHandling::default());
        let migrated = preflight.rules.to_env()["ATTRIBUTES"].contains("preferred_username");
        (migrated, preflight.warnings.len())
    };
    let alias = || json!(["preferred_username"]);
    assert_eq!(migrated(pool(json!([])), pool(json!([]))), (true, 0));
    assert_eq!(migrated(pool(alias()), pool(alias())), (true, 0));
    assert_eq!(migrated(pool(json!([])), pool(alias())), (false, 1));
}

/// An application that identifies users by the old `sub` trusts whatever they write there.
#[test]
fn an_old_sub_that_users_can_write_gives_a_warning() {
    let old = object(plain());
    let handling = UserHandling {
        old_sub: Some("custom:sub".into()),
        ..UserHandling::default()
    };
    for (mutable, writable, warns) in [
        (true, json!(["email", "custom:sub"]), true),
        (true, Value::Null, true),
        (true, json!(["email"]), false),
        (false, Value::Null, false),
    ] {
        let mut attribute = string("custom:sub");
        attribute["Mutable"] = mutable.into();
        let new = object(with("SchemaAttributes", schema(&[attribute])));
        let client = json!({
            "PreventUserExistenceErrors": "ENABLED", "WriteAttributes": writable,
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        });
        let clients = [("client".to_owned(), Some(object(client)))];
        let pools = Pools {
            old_account: &account(),
            old: &old,
            new: &new,
            new_clients: &clients,
            is_first: false,
            sms_mfa: false,
            old_email_mfa: false,
        };
        let preflight = check(pools, &handling, MfaUsers::None);
        if warns {
            assert_warns(&preflight, &["custom:sub", "WriteAttributes"]);
        } else {
            assert_eq!(preflight.warnings, []);
        }
    }
}
