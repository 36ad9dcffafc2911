//! Regions that aren't enabled in an account, which the emulator lacks. STS in such a Region
//! creates no session of the account's roles, and no service there knows the account's credentials.

use std::collections::HashSet;
use std::sync::Mutex;

use bytes::Bytes;
use http::{Request, Response};

use super::call::Call;
use super::credential::Credential;
use super::error_reply::error_reply;
use super::request::form;
use super::upstream::Upstream;
use crate::lock::locked;

/// The disabled Regions of each account.
#[derive(Debug, Default)]
pub(super) struct DisabledRegions(Mutex<HashSet<(String, String)>>);

impl DisabledRegions {
    pub(super) fn set(&self, account: &str, region: &str, is_disabled: bool) {
        let one = (account.to_owned(), region.to_owned());
        let mut disabled = locked(&self.0);
        if is_disabled {
            disabled.insert(one);
        } else {
            disabled.remove(&one);
        }
    }

    fn has(&self, account: &str, region: &str) -> bool {
        locked(&self.0).contains(&(account.to_owned(), region.to_owned()))
    }

    /// AWS's error response to a call in a disabled Region. IAM is a global service.
    pub(super) async fn reject(
        &self,
        upstream: &Upstream,
        call: &Call,
        request: &Request<Bytes>,
    ) -> Option<Response<Bytes>> {
        let credential = Credential::of(request);
        if locked(&self.0).is_empty() || credential.key.is_empty() || call.service == "iam" {
            return None;
        }
        // A function's session isn't created through the proxy, so only the emulator knows it.
        let caller = if call.account.is_empty() {
            upstream.account_of(credential.key).await
        } else {
            Some(call.account.clone())
        };
        if caller.is_some_and(|account| self.has(&account, credential.region)) {
            let (status, code) = match call.service.as_str() {
                "sts" => (403, "InvalidClientTokenId"),
                "lambda" => (403, "UnrecognizedClientException"),
                _ => (400, "UnrecognizedClientException"),
            };
            let message = "The security token included in the request is invalid.";
            return Some(error_reply(call, status, code, message));
        }
        let role = form(request, "RoleArn").filter(|_| call.service == "sts")?;
        let account = role.split(':').nth(4)?;
        self.has(account, credential.region).then(|| {
            let message = format!(
                "STS is not activated in this region for account:{account}. Your account administrator can activate STS in this region using the IAM Console."
            );
            error_reply(call, 403, "RegionDisabledException", &message)
        })
    }
}
