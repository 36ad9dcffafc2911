//! Cognito's request rate quotas by category: one token bucket per account, Region and category. A
//! bucket holds the calls of one second.

use std::collections::HashMap;
use std::time::Instant;

/// The operations of the quota categories that a sign-in uses.
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
    /// Takes one call from the bucket, with this quota. Returns whether the bucket had one.
    pub(super) fn take(
        &mut self,
        (account, region): (&str, &str),
        action: &str,
        quota: u32,
        now: Instant,
    ) -> bool {
        let Some((category, _)) = CATEGORIES.iter().find(|one| one.1.contains(&action)) else {
            return true;
        };
        let quota = f64::from(quota);
        let key = (account.to_owned(), region.to_owned(), *category);
        let bucket = self.0.entry(key).or_insert(Bucket {
            left: quota,
            filled: now,
        });
        let since = now.duration_since(bucket.filled).as_secs_f64();
        bucket.left = (bucket.left + since * quota).min(quota);
        bucket.filled = now;
        let accepted = bucket.left >= 1.0;
        if accepted {
            bucket.left -= 1.0;
        }
        accepted
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_accepts_the_calls_of_one_second_and_refills_over_time() {
        let (mut buckets, start) = (Buckets::default(), Instant::now());
        let mut accepted = |actions: [&str; 2], account, millis, count: usize| {
            let now = start + Duration::from_millis(millis);
            let calls = actions.into_iter().cycle().take(count);
            calls
                .filter(|action| buckets.take((account, "eu-west-1"), action, 120, now))
                .count()
        };
        let sign_in = ["AdminInitiateAuth", "InitiateAuth"];
        for (actions, account, millis, count, wanted) in [
            (sign_in, "1", 0, 200, 120),
            (sign_in, "1", 0, 10, 0),
            (["AdminGetUser"; 2], "1", 0, 200, 120),
            (sign_in, "2", 0, 200, 120),
            (sign_in, "1", 500, 200, 60),
            (sign_in, "1", 60_000, 200, 120),
            (["DescribeUserPool"; 2], "1", 60_000, 200, 200),
        ] {
            let accepted = accepted(actions, account, millis, count);
            assert_eq!(accepted, wanted, "{actions:?} of {account} at {millis} ms");
        }
    }
}
