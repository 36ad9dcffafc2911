//! Runs a plan, change after change, and decides nothing. A change that fails stops
//! it there: what stands stays, and running the command again continues.

use anyhow::{Result, bail};

use crate::account::{Account, Side};
use crate::flows::Removal;
use crate::plan::{Action, Plan, Step};
use crate::report::{Event, Events};
use crate::resources::{function, log_group, policy, role, user_pool, user_pool_client};

/// The accounts that a plan is run in.
pub struct Accounts<'a> {
    /// Where the users come from.
    pub old: Option<&'a Account>,
    /// Where the users go.
    pub new: Option<&'a Account>,
}

/// Makes the changes in their order.
///
/// # Errors
/// The first call that fails for good, or a setting that is not as it was sent.
pub async fn apply(plan: &Plan, accounts: &Accounts<'_>, events: &Events) -> Result<()> {
    for (index, change) in plan.changes.iter().enumerate() {
        if change.action == Action::Leave {
            continue;
        }
        let account = match change.side {
            Side::Old => accounts.old,
            Side::New => accounts.new,
        };
        let Some(account) = account else {
            bail!("the {} account was not reached", change.side.as_str());
        };
        events(Event::Started { index });
        for step in &change.steps {
            if let Err(error) = run(account, step).await {
                events(Event::Failed { index });
                return Err(error);
            }
        }
        events(Event::Done { index });
    }
    Ok(())
}

async fn run(account: &Account, step: &Step) -> Result<()> {
    match step {
        Step::CreateRole {
            name,
            description,
            trust,
            tags,
        } => {
            role::create(account, name, description, trust, tags).await?;
        }
        Step::SetTrust { role, trust } => role::set_trust(account, role, trust).await?,
        Step::PutInline {
            role,
            policy,
            document,
        } => {
            role::put_inline(account, role, policy, document).await?;
        }
        Step::Attach { role, policy_arn } => role::attach(account, role, policy_arn).await?,
        Step::TagRole { role, tags } => role::tag(account, role, tags).await?,
        Step::UntagRole { role, key } => role::untag(account, role, key).await?,
        Step::Detach { role, policy_arn } => role::detach(account, role, policy_arn).await?,
        Step::DeleteInline { role, policy } => role::delete_inline(account, role, policy).await?,
        Step::DeleteRole { role } => role::delete(account, role).await?,
        Step::CreatePolicy {
            name,
            description,
            document,
            tags,
        } => {
            policy::create(account, name, description, document, tags).await?;
        }
        Step::UpdatePolicy { arn, document } => policy::update(account, arn, document).await?,
        Step::TagPolicy { arn, tags } => policy::tag(account, arn, tags).await?,
        Step::DeletePolicy { arn } => policy::delete(account, arn).await?,
        Step::CreateLogGroup { name, tags } => log_group::create(account, name, tags).await?,
        Step::KeepLogs { name, days } => log_group::keep(account, name, *days).await?,
        Step::TagLogGroup { arn, tags } => log_group::tag(account, arn, tags).await?,
        Step::DeleteLogGroup { name } => log_group::delete(account, name).await?,
        Step::CreateFunction {
            name,
            set,
            package,
            tags,
        } => {
            function::create(account, name, set, &package.zip, package.architecture, tags).await?;
        }
        Step::UpdateCode { name, package } => {
            function::update_code(account, name, &package.zip, package.architecture).await?;
        }
        Step::Configure { name, set } => function::configure(account, name, set).await?,
        Step::TagFunction { arn, tags } => function::tag(account, arn, tags).await?,
        Step::Permit {
            name,
            statement,
            pool_arn,
        } => {
            function::permit(account, name, statement, pool_arn).await?;
        }
        Step::DeleteFunction { name } => function::delete(account, name).await?,
        Step::AddFlow { pool, client, flow } => {
            let lost = user_pool_client::set_flows(account, pool, client, |client| {
                user_pool_client::with_flow(client, *flow).map(|(flows, _)| flows)
            });
            refuse_lost(account, &format!("app client {client}"), lost.await?)?;
        }
        Step::RemoveFlow {
            pool,
            client,
            added,
        } => {
            let lost = user_pool_client::set_flows(account, pool, client, |client| {
                match user_pool_client::without_flow(client, added) {
                    Removal::To(flows) => Some(flows),
                    Removal::Nothing | Removal::WouldOpenDefaults => None,
                }
            });
            refuse_lost(account, &format!("app client {client}"), lost.await?)?;
        }
        Step::SetTrigger { pool, arn } => {
            let lost = user_pool::set_trigger(account, pool, arn.as_deref()).await?;
            refuse_lost(account, &format!("user pool {pool}"), lost)?;
        }
    }
    Ok(())
}

/// Settings that are not what was sent, which is what was read but for the one change,
/// are the worst that can happen to a pool: said at once, by name.
fn refuse_lost(account: &Account, what: &str, lost: Option<Vec<String>>) -> Result<()> {
    let Some(paths) = lost else {
        bail!(
            "the {what} in the {} was deleted while this ran\n  try  the same command again",
            account.place()
        );
    };
    if paths.is_empty() {
        return Ok(());
    }
    bail!(
        "settings of the {what} in the {} are not as they were sent: {}\n  try  compare them with what you know of it; all but one were sent as they had been read",
        account.place(),
        paths.join(", ")
    )
}
