//! The undo record: tags on the two roles, written before the first change to what
//! was there before us and deleted last. It holds deltas, so that the edits which
//! others make meanwhile survive, and its first entry for a thing wins.

use std::collections::BTreeMap;

use crate::cognito::flows::Added;
use crate::problem::Problem;

/// Tags as IAM, Lambda and CloudWatch Logs hold them.
pub type Tags = BTreeMap<String, String>;

/// Which deployment a resource belongs to. Nothing without it is ever deleted.
pub const DEPLOYMENT: &str = "cogmig:deployment";
/// The user pool of the resource's side.
pub const POOL: &str = "cogmig:pool";
/// The account at the other end.
pub const PEER: &str = "cogmig:peer";
/// The UserMigration trigger that ours took the place of.
pub const TRIGGER_BEFORE: &str = "cogmig:trigger-before";
/// The name of the app client of the old pool that was made for the deployment. It stands
/// before the client does, whose id nobody knows by then.
pub const DEDICATED_CLIENT: &str = "cogmig:dedicated-client";
/// Its id, which stands as soon as there is one.
pub const DEDICATED_CLIENT_ID: &str = "cogmig:dedicated-client-id";
/// Before the id of an app client whose flows were added to.
const CLIENT: &str = "cogmig:client:";
/// Before every key of ours.
const OURS: &str = "cogmig:";
/// In the place of a record that was lost with an earlier role: what is there now may
/// be ours or may not.
pub const UNKNOWN: &str = "unknown";

/// The tag's key for an app client.
#[must_use]
pub fn client_key(client_id: &str) -> String {
    format!("{CLIENT}{client_id}")
}

/// The app clients that a role's tags record, and what was added to each.
#[must_use]
pub fn clients(tags: &Tags) -> BTreeMap<String, Added> {
    tags.iter()
        .filter_map(|(key, value)| {
            let id = key.strip_prefix(CLIENT)?;
            Some((id.to_owned(), Added::from_tag(value)?))
        })
        .collect()
}

/// The ids of all app clients that a role's tags record, readable or not.
pub fn client_ids(tags: &Tags) -> impl Iterator<Item = &str> {
    tags.keys().filter_map(|key| key.strip_prefix(CLIENT))
}

/// The app clients whose record is there and tells nothing: it was lost, or somebody
/// edited it.
#[must_use]
pub fn unreadable(tags: &Tags) -> Vec<String> {
    tags.iter()
        .filter(|(_, value)| Added::from_tag(value).is_none())
        .filter_map(|(key, _)| key.strip_prefix(CLIENT).map(str::to_owned))
        .collect()
}

/// A trigger's ARN as a tag's value. Of an ARN's characters only the `$` of
/// `$LATEST` may not stand in a tag.
#[must_use]
pub fn arn_to_tag(arn: &str) -> String {
    arn.replace('$', "@")
}

/// The ARN that [`arn_to_tag`] wrote.
#[must_use]
pub fn arn_from_tag(value: &str) -> String {
    value.replace('@', "$")
}

/// Those of `wanted` that are still to be written.
#[must_use]
pub fn missing(stands: &Tags, wanted: &Tags) -> Option<Tags> {
    let mut missing = wanted.clone();
    missing.retain(|key, value| stands.get(key) != Some(value));
    (!missing.is_empty()).then_some(missing)
}

/// The first reason why IAM would refuse these tags, if there is one: 50 a role, of
/// which no two keys differ in case alone, keys of 1–128 and values of 0–256 letters,
/// digits, spaces and `_.:/=+-@`. Of letters AWS's ids have only those of ASCII; what
/// others tagged, IAM took already; and what AWS tagged does not count.
#[must_use]
pub fn refusal(tags: &Tags) -> Option<Problem> {
    let counted = tags.keys().filter(|key| !key.starts_with("aws:")).count();
    if counted > 50 {
        let needs = format!("the undo record needs {counted} tags on one role, and IAM allows 50");
        return Some(Problem::error("record-too-large", needs).fix(
            "fewer app clients; one that has the flow already needs no tag: give it to some of them yourself",
        ));
    }
    let mut keys = BTreeMap::new();
    for key in tags.keys() {
        if let Some(other) = keys.insert(key.to_lowercase(), key) {
            let both = format!(
                "the undo record cannot hold both {other} and {key}: IAM takes them for one tag"
            );
            return Some(
                Problem::error("record-ambiguous", both).fix("one of the two app clients"),
            );
        }
    }
    let legal = |text: &str, most: usize| {
        let mut characters = text.chars();
        text.chars().count() <= most
            && characters.all(|c| c.is_ascii_alphanumeric() || " _.:/=+-@".contains(c))
    };
    tags.iter()
        .filter(|(key, _)| key.starts_with(OURS))
        .find(|(key, value)| !legal(key, 128) || !legal(value, 256))
        .map(|(key, value)| {
            let unfit = format!("the undo record does not fit an IAM tag: {key} = {value}");
            Problem::error("record-unfit", unfit)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_arn_survives_the_tag() {
        let arn = "arn:aws:lambda:eu-west-1:111111111111:function:before:$LATEST";
        let tags = Tags::from([(TRIGGER_BEFORE.into(), arn_to_tag(arn))]);
        assert_eq!(refusal(&tags), None);
        assert_eq!(arn_from_tag(&tags[TRIGGER_BEFORE]), arn);
    }

    #[test]
    fn more_clients_than_tags_are_refused() {
        let tags = (0..51).map(|n| (client_key(&n.to_string()), String::new()));
        assert!(refusal(&tags.collect()).is_some_and(|why| why.summary.contains("51")));
    }

    #[test]
    fn what_iam_forbids_is_refused() {
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
            // Not ours to judge: IAM took it already.
            ("Größe".into(), "ü".repeat(256), true),
        ];
        for (key, value, fits) in table {
            let tags = Tags::from([(key.clone(), value)]);
            assert_eq!(refusal(&tags).is_none(), fits, "{key}");
        }
    }

    #[test]
    fn ids_that_differ_in_case_alone_are_refused() {
        let tags = ["7abc", "7aBc"].map(|id| (client_key(id), String::new()));
        let refusal = refusal(&tags.into()).expect("IAM takes them for one");
        assert!(refusal.summary.contains("7abc") && refusal.summary.contains("7aBc"));
    }

    #[test]
    fn what_aws_itself_tagged_does_not_count() {
        let ours = (0..50).map(|n| (client_key(&n.to_string()), String::new()));
        let stack = [("aws:cloudformation:stack-id".to_owned(), "x".to_owned())];
        assert_eq!(refusal(&ours.chain(stack).collect()), None);
    }
}
