//! The queries of the function's log, in the language of CloudWatch Logs Insights, and their
//! results. AWS counts the lines, so a query costs as many calls for a million lines as for a
//! thousand. Connectivity checks are never counted, because they are not sign-ins.

use std::collections::BTreeMap;

use rules::log::{self, Source};

/// The outcomes of the lines that are counted.
const COUNTED: [&str; 4] = [log::MIGRATED, log::REJECTED, log::FAULT, log::PANIC];

/// The maximum number of rows of a result. The function's words have far fewer combinations, but
/// anyone who can write to the log can add others.
pub const ROWS: usize = 1_000;

/// Cognito invokes the function up to three times for one sign-in, within seconds. Another approval
/// after this time, in milliseconds, is another sign-in.
const APART: u32 = 60_000;

/// A row of a result: the values by their names.
pub type Row = BTreeMap<String, String>;

/// The columns of the results.
pub(super) mod columns {
    /// The number of lines.
    pub const LINES: &str = "lines";
    /// The number of lines with a user.
    pub const NAMED: &str = "named";
    /// The number of distinct users. For many users, AWS documents `count_distinct` as an
    /// approximation.
    pub const USERS: &str = "users";
    /// The number of keys with which users were hashed.
    pub const KEYS: &str = "keys";
}

/// Counts lines and distinct users by outcome and reason, the most frequent first.
#[must_use]
pub fn by_reason() -> String {
    counted_by(&[log::OUTCOME, log::REASON])
}

/// Counts the lines of the user with this hash by outcome and reason.
#[must_use]
pub fn of_user(hash: &str) -> String {
    let is_user = format!("filter {} = \"{hash}\" | ", log::USER);
    is_user + &by_reason()
}

/// Counts lines and distinct users by outcome and by what invoked the function.
#[must_use]
pub fn by_source() -> String {
    counted_by(&[log::OUTCOME, log::TRIGGER_SOURCE])
}

/// Counts the users that the function approved since a time (in seconds since 1970) although it had
/// approved them in an earlier sign-in. So the new pool didn't have them in the meantime.
#[must_use]
pub fn approved_again(since: i64) -> String {
    let is_approved = format!("{} = \"{}\"", log::OUTCOME, log::MIGRATED);
    format!(
        "filter {is_approved} and ispresent({user}) and {sign_in} \
         | stats count(*) as approvals, min(@timestamp) as first, max(@timestamp) as last by {user} \
         | filter approvals > 1 and last - first > {APART} and last >= {since} \
         | stats count(*) as {users}",
        user = log::USER,
        sign_in = is_sign_in(),
        since = since.max(0).saturating_mul(1000),
        users = columns::USERS,
    )
}

/// The number of users in the result of [`approved_again`]. Without any, there is no row.
#[must_use]
pub fn approved_again_in(rows: &[Row]) -> u64 {
    rows.first().map_or(0, |row| number(row, columns::USERS))
}

fn counted_by(groups: &[&str]) -> String {
    let outcomes = COUNTED.map(|outcome| format!("\"{outcome}\"")).join(", ");
    format!(
        "filter {outcome} in [{outcomes}] and {sign_in} \
         | stats count(*) as {lines}, count({user}) as {named}, count_distinct({user}) as {users}, count_distinct({key}) as {keys} by {groups} \
         | sort {lines} desc | limit {ROWS}",
        outcome = log::OUTCOME,
        sign_in = is_sign_in(),
        user = log::USER,
        lines = columns::LINES,
        named = columns::NAMED,
        users = columns::USERS,
        key = log::USER_KEY,
        keys = columns::KEYS,
        groups = groups.join(", "),
    )
}

/// The line of a panic has no source, and a comparison with a missing field is false.
fn is_sign_in() -> String {
    let (source, probe) = (log::TRIGGER_SOURCE, Source::Probe.as_str());
    format!("(not ispresent({source}) or {source} != \"{probe}\")")
}

/// A number of a row. Anything else, which AWS doesn't return, is 0.
pub(super) fn number(row: &Row, column: &str) -> u64 {
    let value = row.get(column).and_then(|value| value.parse().ok());
    value.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queries_exclude_connectivity_checks_and_keep_lines_without_a_source() {
        for query in [by_reason(), by_source(), approved_again(5)] {
            let sign_in = r#"(not ispresent(triggerSource) or triggerSource != "cogmig_Probe")"#;
            assert!(query.contains(sign_in), "{query}");
        }
        assert_eq!(
            by_reason().split(" | ").collect::<Vec<_>>()[1..],
            [
                "stats count(*) as lines, count(user) as named, count_distinct(user) as users, count_distinct(userKey) as keys by outcome, reason",
                "sort lines desc",
                "limit 1000",
            ]
        );
        assert!(
            by_reason().starts_with(
                r#"filter outcome in ["migrated", "rejected", "fault", "panic"] and "#
            )
        );
    }

    #[test]
    fn only_approvals_in_two_sign_ins_count_as_approved_again() {
        let query = approved_again(1_700_000_000);
        let conditions = "filter approvals > 1 and last - first > 60000 and last >= 1700000000000";
        assert!(query.contains(conditions), "{query}");
        assert_eq!(approved_again_in(&[]), 0);
        let row = |value: &str| Row::from([("users".to_owned(), value.to_owned())]);
        assert_eq!(approved_again_in(&[row("2")]), 2);
        assert_eq!(approved_again_in(&[row("\u{1b}2")]), 0);
    }
}
