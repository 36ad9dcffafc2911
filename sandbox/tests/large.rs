//! Accounts with many roles and user pools.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use cogmig_sandbox::Sandbox;
use serde_json::{Value, json};

#[test]
fn roles_are_listed_in_pages_of_100_or_of_at_most_1000() {
    let sandbox = Sandbox::start().unwrap();
    let what = json!({"roles": 1500, "pools": 70, "base": "base", "deployments": 3});
    sandbox.fill_account("new", &what);
    let list = |params: Value| sandbox.aws("new", "iam", "ListRoles", params).unwrap();
    let names = |page: &Value| -> Vec<String> {
        let roles = page["Roles"].as_array().unwrap().iter();
        let names = roles.map(|role| role["RoleName"].as_str().unwrap().to_owned());
        names.collect()
    };
    let page = list(json!({}));
    assert_eq!(
        (names(&page).len(), &page["IsTruncated"]),
        (100, &json!(true))
    );
    let first = list(json!({"MaxItems": 1000}));
    let marker = first["Marker"].clone();
    let second = list(json!({"MaxItems": 1000, "Marker": marker}));
    assert_eq!(second["IsTruncated"], false);
    let all: BTreeSet<_> = [names(&first), names(&second)]
        .concat()
        .into_iter()
        .collect();
    assert_eq!(all.len(), 1500);
    assert!(all.contains("base-other-2"));
    let role = json!({"RoleName": "base-other-2"});
    let role = sandbox.aws("new", "iam", "GetRole", role).unwrap();
    let tags = role["Role"]["Tags"].as_array().unwrap();
    assert!(tags.contains(&json!({"Key": "cogmig:deployment", "Value": "other-2"})));
    let pools = json!({"MaxResults": 60});
    let pools = sandbox
        .aws("new", "cognito-idp", "ListUserPools", pools)
        .unwrap();
    assert_eq!(pools["UserPools"].as_array().unwrap().len(), 60);
    let old = sandbox.aws("old", "iam", "ListRoles", json!({})).unwrap();
    assert_eq!(names(&old).len(), 0);
}
