//! The check of some users of the old pool: how many of them a sign-in with the right password
//! would migrate, or a password reset request, if they have to reset the password.

use rules::decision::OldUser;
use rules::forecast::{forecast, forecast_reset};
use rules::reasons::Rejection;
use rules::settings::Rules;

use crate::identity::Side;
use crate::problem::{Cause, Problem, Severity};
use crate::reasons;

/// The number of users that are checked: one page of ListUsers (at most 60).
pub const USERS: i32 = 60;

/// The result of the check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// The number of users that were checked.
    pub checked: usize,
    /// The number of them that can be migrated.
    pub migratable: usize,
    /// The number of those that have to reset the password. A password reset request migrates them.
    pub by_reset: usize,
    /// Why the others can't, with their numbers, the most frequent first.
    pub reasons: Vec<(Rejection, usize)>,
}

impl Sample {
    /// Checks these users. `old_aliases` are the `AliasAttributes` of the old pool.
    #[must_use]
    pub fn of(rules: &Rules, old_aliases: &[&str], users: &[OldUser]) -> Self {
        let mut sample = Self::default();
        for user in users {
            sample.checked += 1;
            let Err(rejection) = forecast(rules, old_aliases, user) else {
                sample.migratable += 1;
                continue;
            };
            if rejection == Rejection::ResetRequired
                && forecast_reset(rules, old_aliases, user).is_ok()
            {
                sample.migratable += 1;
                sample.by_reset += 1;
                continue;
            }
            let mut known = sample.reasons.iter_mut();
            match known.find(|(reason, _)| *reason == rejection) {
                Some((_, count)) => *count += 1,
                None => sample.reasons.push((rejection, 1)),
            }
        }
        let by_count = |(_, count): &(Rejection, usize)| std::cmp::Reverse(*count);
        sample.reasons.sort_by_key(by_count);
        sample
    }

    /// The numbers, and the codes of the reasons as in the function's log.
    #[must_use]
    pub fn text(&self) -> String {
        let reasons = self.reasons.iter();
        let reasons = reasons.map(|(reason, count)| format!("{} {count}", reason.code()));
        let reasons = reasons.collect::<Vec<_>>().join(", ");
        let separator = if reasons.is_empty() { "" } else { ", " };
        let Self {
            checked,
            migratable,
            ..
        } = self;
        let by_reset = match self.by_reset {
            0 => String::new(),
            count => format!(" ({count} by a password reset request)"),
        };
        format!(
            "{checked} of the old pool: {migratable} can be migrated{by_reset}{separator}{reasons}"
        )
    }

    /// A warning if none of the users can be migrated. An empty pool has none.
    #[must_use]
    pub fn warning(&self) -> Option<Problem> {
        if self.checked == 0 || self.migratable > 0 {
            return None;
        }
        let s = if self.checked == 1 { "" } else { "s" };
        let summary = format!(
            "of {} user{s} checked in the old pool, 0 could be migrated",
            self.checked
        );
        let warning = Problem::new("no-user-can-be-migrated", Severity::Lockout, summary);
        let details = self.reasons.iter().map(|(reason, count)| {
            Cause::Detail(format!(
                "{count} ({}): {}",
                reason.code(),
                reasons::text(*reason)
            ))
        });
        let warning = details.fold(warning, Problem::because);
        Some(warning.fix(
            "use a new user pool that accepts an identifier of these users at sign-in, or change the options that reject them",
        ))
    }
}

/// A note if the users can't be read. Setup doesn't need them. `grant` is the permission that is
/// missing.
#[must_use]
pub fn unread(why: &str, grant: Option<&str>) -> Problem {
    let summary = format!("no user of the old pool was checked: {why}");
    let note = Problem::new("users-not-checked", Severity::Info, summary);
    match grant {
        Some(action) => note.fix(Side::Old.grant(action)),
        None => note.fix("run `cogmig plan` to check them again"),
    }
}

#[cfg(test)]
mod tests {
    use rules::decision::Status;
    use rules::settings::{ForgotPassword, mappings};
    use rules::usernames::NameRules;

    use super::*;

    fn user(username: &str, status: Status) -> OldUser {
        OldUser {
            username: username.into(),
            enabled: true,
            status,
            has_mfa: false,
            has_sms_mfa: false,
            attributes: Vec::new(),
        }
    }

    #[test]
    fn the_reasons_are_counted_the_most_frequent_first() {
        let users = [
            user("a", Status::External),
            user("b", Status::Confirmed),
            user("c", Status::Unconfirmed),
            user("d", Status::Unconfirmed),
        ];
        let sample = Sample::of(&Rules::default(), &[], &users);
        let text = "4 of the old pool: 1 can be migrated, not_confirmed 2, external_provider 1";
        assert_eq!(sample.text(), text);
        assert_eq!(sample.warning(), None);
        let all = Sample::of(&Rules::default(), &[], &users[1..2]);
        assert_eq!(all.text(), "1 of the old pool: 1 can be migrated");
    }

    #[test]
    fn users_who_have_to_reset_the_password_can_be_migrated_if_they_receive_the_code() {
        let mut ann = user("ann", Status::ResetRequired);
        ann.attributes = [("email", "e@x"), ("email_verified", "True")]
            .map(|(name, value)| (name.into(), value.into()))
            .to_vec();
        let users = [ann, user("ben", Status::ResetRequired)];
        let mut rules = Rules {
            attributes: mappings("email,email_verified").expect("mappings"),
            recovery: vec!["email"],
            recovery_without_sender: Vec::new(),
            ..Rules::default()
        };
        let sample = Sample::of(&rules, &[], &users);
        let text = "2 of the old pool: 1 can be migrated (1 by a password reset request), reset_required 1";
        assert_eq!(sample.text(), text);
        assert_eq!(sample.warning(), None);
        rules.forgot_password = ForgotPassword::Refuse;
        let sample = Sample::of(&rules, &[], &users);
        let text = "2 of the old pool: 0 can be migrated, reset_required 2";
        assert_eq!(sample.text(), text);
        assert!(sample.warning().is_some());
    }

    #[test]
    fn a_warning_is_given_only_if_no_user_can_be_migrated() {
        let rules = Rules {
            attributes: mappings("name").expect("mappings"),
            names: NameRules {
                new_usernames: vec!["email"],
                ..NameRules::default()
            },
            ..Rules::default()
        };
        let mut users = [user("a", Status::Confirmed), user("b", Status::Confirmed)];
        let empty = Sample::of(&rules, &[], &users);
        assert_eq!(empty.reasons, [(Rejection::NoAttributes, 2)]);
        for user in &mut users {
            user.attributes.push(("name".into(), "Ann".into()));
        }
        let warning = Sample::of(&rules, &[], &users).warning();
        let warning = warning.expect("a warning");
        let (id, severity) = (warning.id, warning.severity);
        assert_eq!(
            (id, severity),
            ("no-user-can-be-migrated", Severity::Lockout)
        );
        assert!(warning.words().contains("2 (name)"), "{}", warning.words());
        assert_eq!(Sample::of(&rules, &[], &[]).warning(), None);
    }
}
