//! How many calls per second Cognito accepts, by the categories of its quotas: one token bucket
//! per account, Region and category, which holds the calls of one second.

use std::collections::HashMap;
use std::time::Instant;

/// The operations of the categories that a sign-in draws on.
const CATEGORIES: [(&str, &[&str]); 2] = [
    (
        "UserAuthentication",
        &[
            "AdminInitiateAuth",
            "AdminRespondToAuthChallenge",
            "InitiateAuth",
            "RespondToAuthChallenge",
        ],
    ),
    ("UserRead", &["AdminGetUser", "GetUser"]),
];

/// The buckets, by account, Region and category.
#[derive(Debug, Default)]
pub(super) struct Buckets(HashMap<(String, String, &'static str), Bucket>);

#[derive(Debug)]
struct Bucket {
    left: f64,
    filled: Instant,
}

impl Buckets {
    /// Takes one call of an account and Region, where there is one left of so many a second.
    pub(super) fn take(
        &mut self,
        (account, region): (&str, &str),
        action: &str,
        a_second: u32,
        now: Instant,
    ) -> bool {
        let Some((category, _)) = CATEGORIES.iter().find(|one| one.1.contains(&action)) else {
            return true;
        };
        let most = f64::from(a_second);
        let of = (account.to_owned(), region.to_owned(), *category);
        let bucket = self.0.entry(of).or_insert(Bucket {
            left: most,
            filled: now,
        });
        let since = now.duration_since(bucket.filled).as_secs_f64();
        bucket.left = (bucket.left + since * most).min(most);
        bucket.filled = now;
        let some = bucket.left >= 1.0;
        if some {
            bucket.left -= 1.0;
        }
        some
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_category_takes_a_seconds_worth_and_then_as_many_as_it_fills_by() {
        let (mut buckets, start) = (Buckets::default(), Instant::now());
        let mut taken = |actions: [&str; 2], account, millis, asked: usize| {
            let now = start + Duration::from_millis(millis);
            let calls = actions.into_iter().cycle().take(asked);
            calls
                .filter(|action| buckets.take((account, "eu-west-1"), action, 120, now))
                .count()
        };
        let sign_in = ["AdminInitiateAuth", "InitiateAuth"];
        for (actions, account, millis, asked, wanted) in [
            (sign_in, "1", 0, 200, 120),
            (sign_in, "1", 0, 10, 0),
            (["AdminGetUser"; 2], "1", 0, 200, 120),
            (sign_in, "2", 0, 200, 120),
            (sign_in, "1", 500, 200, 60),
            (sign_in, "1", 60_000, 200, 120),
            (["DescribeUserPool"; 2], "1", 60_000, 200, 200),
        ] {
            let taken = taken(actions, account, millis, asked);
            assert_eq!(taken, wanted, "{actions:?} of {account} at {millis} ms");
        }
    }
}
