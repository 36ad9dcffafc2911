//! The undo record: tags on the two roles. Setup writes it before it changes existing resources,
//! and teardown deletes it last. It records what was added, not whole settings, so later changes by
//! others are kept. The first record of a setting is never overwritten.

use std::collections::BTreeMap;

use crate::cognito::flows::Added;
use crate::problem::Problem;

/// Tags in IAM, Lambda and CloudWatch Logs.
pub type Tags = BTreeMap<String, String>;

/// The deployment that manages a resource. Resources without it are never deleted.
pub const DEPLOYMENT: &str = "cogmig:deployment";
/// The user pool of the resource's side.
pub const POOL: &str = "cogmig:pool";
/// The account of the other side.
pub const PEER: &str = "cogmig:peer";
/// The UserMigration trigger that setup replaced.
pub const TRIGGER_BEFORE: &str = "cogmig:trigger-before";
/// The name of the app client that setup creates in the old pool. It's written before the app
/// client is created, when its id isn't known yet.
pub const DEDICATED_CLIENT: &str = "cogmig:dedicated-client";
/// The id of that app client, written after its creation.
pub const DEDICATED_CLIENT_ID: &str = "cogmig:dedicated-client-id";
/// The keys of the user's tags, separated by `=`, which no key contains. Setup may be stopped before
/// it creates the function, which has the tags on record.
pub const TAG_KEYS: &str = "cogmig:tag-keys";
/// The prefix before the id of an app client to which setup added a flow.
const CLIENT: &str = "cogmig:client:";
/// The prefix of all keys of cogmig.
const PREFIX: &str = "cogmig:";
/// The value for a record that was lost with an earlier role: the setting may or may not have been
/// added by cogmig.
pub const UNKNOWN: &str = "unknown";

/// The tag's key for an app client.
#[must_use]
pub fn client_key(client_id: &str) -> String {
    format!("{CLIENT}{client_id}")
}

/// The app clients in a role's tags, with the flow that was added to each.
#[must_use]
pub fn clients(tags: &Tags) -> BTreeMap<String, Added> {
    tags.iter()
        .filter_map(|(key, value)| {
            let id = key.strip_prefix(CLIENT)?;
            Some((id.to_owned(), Added::from_tag(value)?))
        })
        .collect()
}

/// The ids of all app clients in a role's tags, with or without a valid value.
pub fn client_ids(tags: &Tags) -> impl Iterator<Item = &str> {
    tags.keys().filter_map(|key| key.strip_prefix(CLIENT))
}

/// The app clients whose record has no valid value, because it was lost or edited.
#[must_use]
pub fn unreadable(tags: &Tags) -> Vec<String> {
    tags.iter()
        .filter(|(_, value)| Added::from_tag(value).is_none())
        .filter_map(|(key, _)| key.strip_prefix(CLIENT).map(str::to_owned))
        .collect()
}

/// The ARN of a trigger as the value of a tag. Tags allow all characters of an ARN except the `$`
/// of `$LATEST`.
#[must_use]
pub fn arn_to_tag(arn: &str) -> String {
    arn.replace('$', "@")
}

/// The ARN from the value that [`arn_to_tag`] wrote.
#[must_use]
pub fn arn_from_tag(value: &str) -> String {
    value.replace('@', "$")
}

/// The tags of `wanted` that don't exist yet.
#[must_use]
pub fn missing(existing: &Tags, wanted: &Tags) -> Option<Tags> {
    let mut missing = wanted.clone();
    missing.retain(|key, value| existing.get(key) != Some(value));
    (!missing.is_empty()).then_some(missing)
}

/// The first reason why IAM would reject these tags, if there is one. IAM allows 50 tags per role,
/// no two keys that differ only in case, keys of 1–128 and values of 0–256 letters, digits, spaces
/// and `_.:/=+-@`. The ids of AWS have only ASCII letters. Tags of others aren't checked, because
/// IAM has accepted them, and tags of AWS don't count.
#[must_use]
pub fn refusal(tags: &Tags) -> Option<Problem> {
    let counted = tags.keys().filter(|key| !key.starts_with("aws:")).count();
    if counted > 50 {
        let summary =
            format!("the undo record needs {counted} tags on one role, but IAM allows 50");
        return Some(Problem::error("record-too-large", summary).fix(
            "use fewer app clients, or enable the authentication flow on some of them before setup: an app client that already has it needs no tag",
        ));
    }
    let mut keys = BTreeMap::new();
    for key in tags.keys() {
        if let Some(other) = keys.insert(key.to_lowercase(), key) {
            let both = format!(
                "the undo record can't have both {other} and {key}: IAM treats them as the same tag"
            );
            return Some(
                Problem::error("record-ambiguous", both).fix("use only one of the two app clients"),
            );
        }
    }
    let legal = |text: &str, most: usize| {
        let mut characters = text.chars();
        text.chars().count() <= most
            && characters.all(|c| c.is_ascii_alphanumeric() || " _.:/=+-@".contains(c))
    };
    tags.iter()
        .filter(|(key, _)| key.starts_with(PREFIX))
        .find(|(key, value)| !legal(key, 128) || !legal(value, 256))
        .map(|(key, value)| {
            let summary = format!("IAM doesn't allow this tag of the undo record: {key} = {value}");
            Problem::error("record-unfit", summary)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_arn_is_restored_from_its_tag() {
        let arn = "arn:aws:lambda:eu-west-1:111111111111:function:before:$LATEST";
        let tags = Tags::from([(TRIGGER_BEFORE.into(), arn_to_tag(arn))]);
        assert_eq!(refusal(&tags), None);
        assert_eq!(arn_from_tag(&tags[TRIGGER_BEFORE]), arn);
    }

    #[test]
    fn more_app_clients_than_tags_are_refused() {
        let tags = (0..51).map(|n| (client_key(&n.to_string()), String::new()));
        assert!(refusal(&tags.collect()).is_some_and(|why| why.summary.contains("51")));
    }

    #[test]
    fn tags_that_iam_does_not_allow_are_refused() {
        let room = 128 - CLIENT.len();
        let table = [
            (client_key("a*b"), String::new(), false),
            (client_key("a,b"), String::new(), false),
            (client_key("a\u{345}"), String::new(), false),
            (client_key("_+a-b"), String::new(), true),
            (client_key(&"x".repeat(room)), String::new(), true),
            (client_key(&"x".repeat(room + 1)), String::new(), false),
            (client_key("a"), "x".repeat(256), true),
            (client_key("a"), "x".repeat(257), false),
            // Not checked, because IAM has accepted it.
            ("Größe".into(), "ü".repeat(256), true),
        ];
        for (key, value, fits) in table {
            let tags = Tags::from([(key.clone(), value)]);
            assert_eq!(refusal(&tags).is_none(), fits, "{key}");
        }
    }

    #[test]
    fn ids_that_differ_only_in_case_are_refused() {
        let tags = ["7abc", "7aBc"].map(|id| (client_key(id), String::new()));
        let refusal = refusal(&tags.into()).expect("IAM treats them as the same tag");
        assert!(refusal.summary.contains("7abc") && refusal.summary.contains("7aBc"));
    }

    #[test]
    fn tags_of_aws_do_not_count() {
        let own = (0..50).map(|n| (client_key(&n.to_string()), String::new()));
        let stack = [("aws:cloudformation:stack-id".to_owned(), "x".to_owned())];
        assert_eq!(refusal(&own.chain(stack).collect()), None);
    }
}
