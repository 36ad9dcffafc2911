//! Attributes that are renamed, dropped, immutable, or too many.

use cogmig_sandbox::{Sandbox, rich_pool};
use serde_json::{Value, json};

use crate::support::stage::{BOTH, PASSWORD, Stage};

fn string(name: &str) -> Value {
    json!({"Name": name, "AttributeDataType": "String", "Mutable": true})
}

/// The default schema with these attributes.
fn schema(more: &[Value]) -> Value {
    let mut schema = rich_pool()["Schema"].take();
    schema.as_array_mut().unwrap().extend_from_slice(more);
    json!({"Schema": schema})
}

/// Two pools with these attributes. The old user has a value for each of them.
fn stage(old: &[Value], new: &[Value]) -> Stage {
    let sandbox = Sandbox::start().unwrap();
    let pool = sandbox.pool_with("old", "Customers", schema(old)).unwrap();
    let new = sandbox.pool_with("new", "Customers", schema(new)).unwrap();
    let mut user = vec![
        ("email".to_owned(), "ada@example.com".to_owned()),
        ("email_verified".into(), "true".into()),
        ("custom:tenant".into(), "analytical".into()),
    ];
    for attribute in old {
        let name = format!("custom:{}", attribute["Name"].as_str().unwrap());
        user.push((name.clone(), format!("value of {name}")));
    }
    let user: Vec<_> = user
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    sandbox.user(&pool, "ada", PASSWORD, &user).unwrap();
    Stage {
        sandbox,
        old: pool,
        new,
    }
}

/// Signs in, and returns the migrated attributes except for the email.
fn migrated(stage: &Stage) -> Vec<(String, String)> {
    stage.sign_in("ada", PASSWORD).unwrap();
    let mut migrated = stage.migrated("ada").unwrap();
    migrated.retain(|(name, _)| !name.starts_with("email"));
    migrated
}

fn pairs(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn an_attribute_that_the_new_pool_lacks_is_dropped_and_the_user_is_migrated() {
    let stage = stage(&[string("note")], &[]);
    let run = stage.setup();
    assert!(run.stdout.contains("custom:note"), "{run}");
    assert_eq!(migrated(&stage), pairs(&[("custom:tenant", "analytical")]));
    let run = stage.ok(&format!("setup {BOTH} --drop-attribute custom:note"));
    assert!(!run.printed("warning (data-loss)"), "{run}");
}

#[test]
fn an_attribute_is_renamed_and_another_is_dropped() {
    let stage = stage(&[string("note")], &[string("org")]);
    let options = "--attribute custom:note=custom:org --drop-attribute custom:tenant";
    stage.ok(&format!("setup {BOTH} {options}"));
    assert_eq!(
        migrated(&stage),
        pairs(&[("custom:org", "value of custom:note")])
    );
    stage.changes_nothing(0, &format!("setup {BOTH} {options}"));
    // The same options from the file.
    let file = "attribute = ['custom:note=custom:org']\ndrop-attribute = 'custom:tenant'\n";
    stage.file("cogmig.toml", file);
    stage.changes_nothing(0, &format!("setup {BOTH}"));
}

#[test]
fn the_old_sub_is_kept_in_an_attribute() {
    let stage = stage(&[], &[string("legacy_sub")]);
    stage.ok(&format!("setup {BOTH} --old-sub custom:legacy_sub"));
    let user = stage.sandbox.find_user(&stage.old, "ada").unwrap().unwrap();
    let attributes = user["UserAttributes"].as_array().unwrap();
    let sub = attributes
        .iter()
        .find(|attribute| attribute["Name"] == "sub")
        .unwrap();
    let sub = sub["Value"].as_str().unwrap();
    assert_eq!(
        migrated(&stage),
        pairs(&[("custom:legacy_sub", sub), ("custom:tenant", "analytical")])
    );
}

#[test]
fn an_immutable_attribute_can_only_be_set_at_the_migration() {
    let fixed = json!({"Name": "fixed", "AttributeDataType": "String", "Mutable": false});
    let stage = stage(&[string("fixed")], &[fixed]);
    stage.setup();
    let expected = [
        ("custom:fixed", "value of custom:fixed"),
        ("custom:tenant", "analytical"),
    ];
    assert_eq!(migrated(&stage), pairs(&expected));
}

/// `email_verified` describes the old `email`, not another attribute that becomes the new one.
#[test]
fn an_attribute_renamed_to_email_is_not_verified() {
    let stage = stage(&[string("mail")], &[]);
    let options = "--attribute custom:mail=email --attribute custom:tenant=name";
    stage.ok(&format!("setup {BOTH} {options}"));
    stage.sign_in("ada", PASSWORD).unwrap();
    let migrated = stage.migrated("ada").unwrap();
    assert!(
        migrated.contains(&("email".to_owned(), "value of custom:mail".to_owned())),
        "{migrated:?}"
    );
    assert!(
        !migrated.contains(&("email_verified".to_owned(), "true".to_owned())),
        "{migrated:?}"
    );
}

#[test]
fn all_invalid_mappings_are_reported_at_once_and_nothing_is_written() {
    let stage = Stage::new();
    let options =
        "--attribute custom:none=custom:tenant --old-sub custom:gone --drop-attribute custom:lost";
    for command in ["plan", "setup"] {
        let run = stage.changes_nothing(1, &format!("{command} {BOTH} {options}"));
        run.assert_stderr(&[
            "custom:none",
            "custom:gone",
            "custom:lost",
            "add-custom-attributes",
        ]);
    }
    let run = stage.changes_nothing(64, &format!("plan {BOTH} --attribute custom:tenant"));
    run.assert_stderr(&["OLD=NEW"]);
}

#[test]
fn a_required_attribute_that_no_old_user_can_have_is_an_error() {
    let stage = Stage::new();
    let run = stage.changes_nothing(1, &format!("setup {BOTH} --drop-attribute email"));
    run.assert_stderr(&["requires email", "every user"]);
}

/// Lambda's environment variables are limited to 4 KB. A pool has up to 50 custom attributes.
#[test]
fn the_maximum_number_of_attributes_fits() {
    let attributes: Vec<_> = (0..49)
        .map(|n| string(&format!("attribute-number-{n:03}")))
        .collect();
    let stage = stage(&attributes, &attributes);
    stage.setup();
    assert_eq!(migrated(&stage).len(), 50);
}

/// Names of twenty ASCII characters fit, but not names with characters of three bytes.
#[test]
fn more_than_lambdas_limit_is_an_error_before_any_change() {
    let long = |side: &str, n| string(&format!("{side}-{n:02}-{}", "語".repeat(13)));
    let old: Vec<_> = (0..49).map(|n| long("old", n)).collect();
    let new: Vec<_> = (0..49).map(|n| long("new", n)).collect();
    let stage = stage(&old, &new);
    let name = |attribute: &Value| format!("custom:{}", attribute["Name"].as_str().unwrap());
    let renames = old.iter().zip(&new);
    let lines: Vec<_> = renames
        .map(|(old, new)| format!("'{}={}'", name(old), name(new)))
        .collect();
    stage.file(
        "cogmig.toml",
        &format!("attribute = [{}]\n", lines.join(", ")),
    );
    let run = stage.changes_nothing(1, &format!("setup {BOTH}"));
    run.assert_stderr(&["4096", "--drop-attribute"]);
}
