//! Reads the operations of AWS on a user pool that block others while they run.

use cogmig_core::call::CallError;
use cogmig_core::cognito::lossless::Object;
use cogmig_core::operations::{ImportJob, Operations, Recovery};
use cogmig_core::text::on_one_line;
use serde_json::Value;

use crate::aws::account::Account;
use crate::aws::raw::{self, Body};

/// The maximum number of items in a response.
const PAGE: i32 = 60;

/// Reads the operations. That they can't be read isn't an error.
pub async fn read(account: &Account, pool: &str) -> Operations {
    let (imports, recoveries) = tokio::join!(imports(account, pool), recoveries(account, pool));
    Operations::of(imports, recoveries)
}

/// All import jobs. AWS documents no order.
async fn imports(account: &Account, pool: &str) -> Result<Vec<ImportJob>, CallError> {
    let mut jobs = Vec::new();
    let mut token = None;
    loop {
        let request = account
            .cognito
            .list_user_import_jobs()
            .user_pool_id(pool)
            .max_results(PAGE)
            .set_pagination_token(token.clone());
        let call = account.call("cognito-idp:ListUserImportJobs", request.send());
        let page = call.await?;
        let page_jobs = page.user_import_jobs.unwrap_or_default().into_iter();
        jobs.extend(page_jobs.map(|job| {
            ImportJob {
                id: on_one_line(&job.job_id.unwrap_or_default()),
                name: on_one_line(&job.job_name.unwrap_or_default()),
                status: job
                    .status
                    .map_or_else(String::new, |status| on_one_line(status.as_str())),
            }
        }));
        let next = page.pagination_token;
        if next.is_none() || next == token {
            return Ok(jobs);
        }
        token = next;
    }
}

/// The latest recoveries, the latest first. Only one can be in progress.
async fn recoveries(account: &Account, pool: &str) -> Result<Vec<Recovery>, CallError> {
    let call = "cognito-idp:ListPointInTimeRecoveries";
    let body = Body::default();
    // Both operations have the same input.
    let request = account
        .cognito
        .list_user_import_jobs()
        .user_pool_id(pool)
        .max_results(PAGE)
        .customize()
        .interceptor(body.clone())
        .mutate_request(raw::operation("ListPointInTimeRecoveries"));
    account.call(call, request.send()).await?;
    let list = body.list("Restorations");
    let list = list.ok_or_else(|| CallError::unreadable(account.identity.place(), call))?;
    let recovery = |one: &Object| Recovery {
        id: text(one, "RestoreId"),
        status: text(one, "RestoreStatus"),
    };
    Ok(list.iter().map(recovery).collect())
}

fn text(object: &Object, name: &str) -> String {
    let text = object.get(name).and_then(Value::as_str);
    on_one_line(text.unwrap_or_default())
}
