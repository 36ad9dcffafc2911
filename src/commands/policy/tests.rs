//! The templates allow exactly the calls in the source code.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clap::CommandFactory;
use cogmig_core::iam::pipeline::{Policy, Statement, policy};
use cogmig_core::problem::Problem;
use serde_json::Value;

use crate::cli::{Cli, refuse_other_side, settings};

/// Actions that AWS requires although no call has their name.
const IMPLIED: [&str; 3] = ["iam:PassRole", "kms:CreateGrant", "lambda:ListTags"];
/// An action that requires no permission.
const FREE: &str = "sts:GetCallerIdentity";

/// The policy of a command line.
fn policy_of(words: &str) -> Result<Policy, Problem> {
    let words = ["cogmig", "policy"]
        .into_iter()
        .chain(words.split_whitespace());
    let matches = Cli::command().get_matches_from(words);
    let flags = matches.subcommand_matches("policy").expect("the command");
    let settings = settings::Sources::read(flags)?.settings()?;
    let side = *flags.get_one("side").expect("a side");
    refuse_other_side(side, flags)?;
    policy(side, &settings)
}

fn printed(words: &str) -> Policy {
    policy_of(words).unwrap_or_else(|why| panic!("{words}: {why}"))
}

fn texts(value: &Value) -> Vec<String> {
    let of = |value: &Value| value.as_str().expect("a text").to_owned();
    match value {
        Value::Array(list) => list.iter().map(of).collect(),
        one => vec![of(one)],
    }
}

fn actions(policy: &Policy) -> BTreeSet<String> {
    let statements = policy.statement.iter();
    statements
        .flat_map(|statement| texts(&statement.action))
        .collect()
}

fn sids(policy: &Policy) -> Vec<&str> {
    let statements = policy.statement.iter();
    statements.map(|statement| statement.sid.as_str()).collect()
}

/// All options that add a statement.
const ALL: [&str; 4] = [
    "old --dedicated-old-client --old-permissions-boundary boundary",
    "new --replace-trigger --tag team=identity --new-permissions-boundary boundary --kms-key arn:aws:kms:eu-central-1:222222222222:key/11111111-2222-3333-4444-555555555555 --sms-role arn:aws:iam::222222222222:role/service-role/sms",
    "old --permissions-boundary none",
    "new --permissions-boundary none",
];

/// The strings in the source code with the format of a call's name, and the numbers of calls and
/// names.
fn calls(folder: &Path, found: &mut BTreeSet<String>, sent: &mut [usize; 2]) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            calls(&path, found, sent);
            continue;
        }
        // This test has names of actions, but no calls.
        if path.ends_with("policy/tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a text");
        sent[0] += text.matches(".send()").count();
        let lines = text.split('\n').map(str::trim_start);
        sent[1] += lines
            .map(|line| {
                let called = ["account.call(", "account.page("];
                let called = called.map(|call| line.matches(call).count());
                called.iter().sum::<usize>() + usize::from(line.starts_with(".call("))
            })
            .sum::<usize>();
        let quoted = text.split('"').skip(1).step_by(2);
        found.extend(quoted.filter(|text| is_call(text)).map(str::to_owned));
    }
}

fn is_call(text: &str) -> bool {
    let Some((service, action)) = text.split_once(':') else {
        return false;
    };
    let small = |c: char| c.is_ascii_lowercase() || c == '-';
    !service.is_empty()
        && service.chars().all(small)
        && action.starts_with(|c: char| c.is_ascii_uppercase())
        && action.chars().all(char::is_alphanumeric)
}

#[test]
fn the_policies_allow_exactly_the_calls() {
    let (mut called, mut sent) = (BTreeSet::new(), [0, 0]);
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    calls(&sources, &mut called, &mut sent);
    assert_eq!(sent[0], sent[1], "each call has a name");
    assert!(called.remove(FREE));
    let implied = IMPLIED.map(str::to_owned);
    assert!(implied.iter().all(|action| !called.contains(action)));
    called.extend(implied);
    let allowed: BTreeSet<_> = ALL.map(printed).iter().flat_map(actions).collect();
    assert_eq!(called, allowed);
}

#[test]
fn all_placeholders_are_filled() {
    for words in [
        "old",
        "new",
        "old --suffix blue --account 111111111111 --old-pool eu-west-1_AbCdEfGhI",
        ALL[0],
        ALL[1],
        ALL[2],
        ALL[3],
    ] {
        let text = serde_json::to_string(&printed(words)).expect("JSON");
        assert!(!text.contains("${"), "{words}: {text}");
        // The limit for a managed policy.
        assert!(text.len() < 6144, "{words}: {}", text.len());
    }
    let long = "x".repeat(32);
    let words = format!(
        "{} --suffix {long} --account 222222222222 --new-pool ap-southeast-2_AbCdEfGhI",
        ALL[1]
    );
    let text = serde_json::to_string(&printed(&words)).expect("JSON");
    assert!(text.len() < 6144, "{}", text.len());
}

#[test]
fn known_values_are_used_and_unknown_values_are_wildcards() {
    for (words, resource) in [
        ("old", "arn:aws:cognito-idp:*:*:userpool/*"),
        ("old", "arn:aws:iam::*:role/cognito-access-role"),
        (
            "old --old-region eu-west-1",
            "arn:aws:cognito-idp:eu-west-1:*:userpool/*",
        ),
        (
            "old --account 111111111111 --old-pool eu-west-1_AbCdEfGhI",
            "arn:aws:cognito-idp:eu-west-1:111111111111:userpool/eu-west-1_AbCdEfGhI",
        ),
        (
            "new --new-region cn-north-1 --suffix blue",
            "arn:aws-cn:lambda:cn-north-1:*:function:cognito-migration-lambda-blue",
        ),
        (
            "new --new-pool us-gov-west-1_AbCdEfGhI --suffix blue",
            "arn:aws-us-gov:iam::*:role/*cognito-migration-lambda*",
        ),
        (
            "new --new-region us-isob-east-1 --suffix blue",
            "arn:aws-iso-b:iam::*:policy/cognito-migration-lambda-policy-blue",
        ),
    ] {
        let policy = printed(words);
        let mut statements = policy.statement.iter();
        let named = |statement: &Statement| {
            texts(&statement.resource)
                .iter()
                .any(|text| text == resource)
        };
        assert!(statements.any(named), "{words}: {resource}");
    }
}

#[test]
fn invalid_options_are_rejected() {
    for words in [
        "old --account 11111111111",
        "old --account *",
        "old --old-pool *",
        "old --old-pool eu-west-1_*",
        "old --old-pool local_1",
        "old --old-region * ",
        "old --old-region eu-west-2 --old-pool eu-west-1_AbCdEfGhI",
        "old --sms-role arn:aws:iam::111111111111:role/sms",
        "new --sms-role arn:aws:iam::222222222222:role/*",
        "new --sms-role sms",
        "old --kms-key arn:aws:kms:eu-west-1:111111111111:key/1",
        "new --kms-key arn:aws:kms:eu-west-1:222222222222:alias/key",
        "new --kms-key *",
        "new --old-permissions-boundary boundary",
        "new --account 222222222222 --permissions-boundary arn:aws:iam::111111111111:policy/b",
        "old --role-path app",
    ] {
        assert!(policy_of(words).is_err(), "{words}");
    }
}

#[test]
fn each_option_adds_its_own_statement() {
    for (words, option, sid) in [
        ("old", "--dedicated-old-client", "ManageDedicatedClient"),
        ("new", "--replace-trigger", "ReadPreviousTrigger"),
        (
            "new",
            "--sms-role arn:aws:iam::222222222222:role/sms",
            "PassSmsRole",
        ),
        ("new", "--tag team=identity", "RemoveTags"),
        (
            "new",
            "--kms-key arn:aws:kms:eu-central-1:222222222222:key/1",
            "GrantKmsKey",
        ),
        (
            "old",
            "--old-permissions-boundary none",
            "RemovePermissionsBoundary",
        ),
    ] {
        let (least, more) = (printed(words), printed(&format!("{words} {option}")));
        let mut more = sids(&more);
        more.retain(|one| *one != sid);
        assert_eq!(more, sids(&least), "{option}");
    }
}

/// With a boundary, roles can be created only with it, and it can't be removed.
#[test]
fn a_boundary_a_path_and_tags_are_part_of_the_policy() {
    let boundary = "arn:aws:iam::111111111111:policy/team/boundary";
    for (words, expected) in [
        (format!("old --permissions-boundary {boundary}"), boundary),
        (
            "old --account 111111111111 --permissions-boundary team/boundary".into(),
            boundary,
        ),
        (
            "old --old-permissions-boundary team/boundary".into(),
            "arn:aws:iam::*:policy/team/boundary",
        ),
    ] {
        let policy = printed(&words);
        let mut creating = policy.statement.iter();
        let create = |one: &&Statement| texts(&one.action).contains(&"iam:CreateRole".into());
        let creates = creating.find(create).expect("a statement");
        let condition = creates.condition.as_ref().expect("a condition");
        assert_eq!(condition["ArnLike"]["iam:PermissionsBoundary"], expected);
        assert_eq!(policy.statement.iter().filter(create).count(), 1);
        assert!(!actions(&policy).contains("iam:DeleteRolePermissionsBoundary"));
    }
    let policy = printed("new --account 222222222222 --role-path /app/");
    let role = "arn:aws:iam::222222222222:role/app/cognito-migration-lambda";
    let mut passed = policy.statement.iter();
    let passed = passed.find(|one| one.sid == "PassLambdaRole");
    assert_eq!(texts(&passed.expect("a statement").resource), [role]);
}

#[test]
fn read_only_allows_only_reads() {
    for words in ALL {
        let policy = printed(&format!("{words} --read-only"));
        for action in actions(&policy) {
            let (_, verb) = action.split_once(':').expect("an action");
            let reads = ["Get", "List", "Describe", "StartQuery"];
            assert!(reads.iter().any(|read| verb.starts_with(read)), "{action}");
        }
        // Only the deployment's own function.
        let statements = policy.statement.iter();
        let mut resources = statements.flat_map(|statement| texts(&statement.resource));
        assert!(
            !resources.any(|text| text.contains("function:*")),
            "{words}"
        );
    }
}

#[test]
fn sids_are_unique_and_only_lists_and_counts_allow_all_resources() {
    let [lists, counts] = ["ReadResourceLists", "ReadCountsForStatus"];
    for (words, expected) in ALL
        .into_iter()
        .zip([vec![lists], vec![lists, counts]].into_iter().cycle())
    {
        let policy = printed(words);
        let names = sids(&policy);
        let distinct: BTreeSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
        let statements = policy.statement.iter();
        let everywhere = statements.filter(|one| texts(&one.resource).contains(&"*".into()));
        assert_eq!(
            everywhere.map(|one| one.sid.as_str()).collect::<Vec<_>>(),
            expected
        );
    }
}
