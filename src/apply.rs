//! Runs a plan, change after change, and decides nothing. A change that fails stops
//! it there: what stands stays, and running the command again continues.

use std::sync::Arc;

use anyhow::{Result, bail};

use crate::account::{Account, Side};
use crate::desired::ID_TO_COME;
use crate::error::CallError;
use crate::flows::{Added, Flow, Removal};
use crate::interrupt::{self, Interrupted};
use crate::names::Names;
use crate::plan::{Action, Plan, Step};
use crate::report::{Event, Events};
use crate::resources::function::Configuration;
use crate::resources::{Updated, function, log_group, policy, role, user_pool, user_pool_client};
use crate::undo::{self, Tags};

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
/// The first call that fails for good, a setting that is not as it was sent, or the
/// wish to stop.
pub async fn apply(plan: &Plan, accounts: &Accounts<'_>, events: &Events) -> Result<()> {
    let told = Arc::clone(events);
    interrupt::listen(move || told(Event::Stopping));
    let mut made = None;
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
        if interrupt::is_asked() {
            return Err(Interrupted::Between.into());
        }
        events(Event::Started { index });
        for step in &change.steps {
            if let Err(error) = run(account, step, &mut made).await {
                events(Event::Failed { index });
                // A wait that was broken off ends with what it waited for.
                return Err(if interrupt::is_asked() && error.is::<CallError>() {
                    error.context(Interrupted::Between)
                } else {
                    error
                });
            }
        }
        events(Event::Done { index });
    }
    Ok(())
}

/// `made` is the id of the app client that was made on the way.
async fn run(account: &Account, step: &Step, made: &mut Option<String>) -> Result<()> {
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
            let set = &with_client(set, made.as_deref());
            function::create(account, name, set, &package.zip, package.architecture, tags).await?;
        }
        Step::UpdateCode { name, package } => {
            function::update_code(account, name, &package.zip, package.architecture).await?;
        }
        Step::Configure { name, set } => {
            function::configure(account, name, &with_client(set, made.as_deref())).await?;
        }
        Step::TagFunction { arn, tags } => function::tag(account, arn, tags).await?,
        Step::Permit {
            name,
            statement,
            pool_arn,
        } => {
            function::permit(account, name, statement, pool_arn).await?;
        }
        Step::DeleteFunction { name } => function::delete(account, name).await?,
        Step::AddFlow {
            pool,
            client,
            flow,
            role,
        } => add_flow(account, pool, client, *flow, role).await?,
        Step::RemoveFlow {
            pool,
            client,
            added,
            role,
        } => remove_flow(account, pool, client, added, role).await?,
        Step::CreateClient { .. } | Step::DeleteClients { .. } => {
            if let Some(id) = own_client(account, step).await? {
                *made = Some(id);
            }
        }
        Step::ConfirmOurs {
            kind,
            name,
            deployment,
        } => confirm_ours(account, kind, name, deployment).await?,
        Step::SetTrigger { pool, from, to } => {
            let updated =
                user_pool::set_trigger(account, pool, from.as_deref(), to.as_deref()).await?;
            refuse_lost(account, &format!("user pool {pool}"), updated)?;
        }
        Step::ConfirmFunction {
            name,
            pool,
            arn,
            before,
        } => confirm_function(account, name, pool, arn, before.as_deref()).await?,
    }
    Ok(())
}

/// The configuration with the id of the app client that was made on the way.
fn with_client(set: &Configuration, made: Option<&str>) -> Configuration {
    let mut set = set.clone();
    if let Some(id) = made {
        let to_come = set.environment.values_mut();
        to_come
            .filter(|value| *value == ID_TO_COME)
            .for_each(|value| id.clone_into(value));
    }
    set
}

/// Makes or deletes an app client of the deployment's own; gives the id of one that was made.
async fn own_client(account: &Account, step: &Step) -> Result<Option<String>> {
    match step {
        Step::CreateClient { pool, name, role } => {
            create_client(account, pool, name, role).await.map(Some)
        }
        Step::DeleteClients {
            pool,
            name,
            recorded,
        } => {
            user_pool_client::delete_own(account, pool, name, recorded.as_deref()).await?;
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// Makes an app client. Its record was written before; where somebody tore it down
/// meanwhile, nothing would ever delete the client, so that it is deleted here.
async fn create_client(account: &Account, pool: &str, name: &str, role: &str) -> Result<String> {
    let id = user_pool_client::create(account, pool, name).await?;
    if !role::bears(account, role, undo::DEDICATED_CLIENT).await? {
        user_pool_client::delete_own(account, pool, name, Some(&id)).await?;
        bail!(
            "the record of the app client {name} on the role {role} in the {} was deleted while this ran: it is deleted again\n  try  the same command again, and see who tears down at the same time",
            account.place()
        );
    }
    let tags = Tags::from([(undo::DEDICATED_CLIENT_ID.into(), id.clone())]);
    role::tag(account, role, &tags).await?;
    Ok(id)
}

/// A trigger that nothing answers keeps every user out whom the pool does not know.
async fn confirm_function(
    account: &Account,
    name: &str,
    pool: &str,
    arn: &str,
    before: Option<&str>,
) -> Result<()> {
    if function::exists(account, name).await? {
        return Ok(());
    }
    let updated = user_pool::set_trigger(account, pool, Some(arn), before).await?;
    refuse_lost(account, &format!("user pool {pool}"), updated)?;
    bail!(
        "the function {name} in the {} was deleted while this ran: the user pool's trigger is put back\n  try  the same command again, and see who tears down at the same time",
        account.place()
    )
}

/// Adds a flow. Its record was written before; where somebody tore it down meanwhile,
/// nothing would ever take the flow away again, so that it is taken away here.
async fn add_flow(
    account: &Account,
    pool: &str,
    client: &str,
    flow: Flow,
    role: &str,
) -> Result<()> {
    let mut added = None;
    let updated = user_pool_client::set_flows(account, pool, client, |client| {
        let (flows, addition) = user_pool_client::with_flow(client, flow)?;
        added = Some(addition);
        Some(flows)
    });
    refuse_lost(account, &format!("app client {client}"), updated.await?)?;
    if let Some(added) = added
        && !role::bears(account, role, &undo::client_key(client)).await?
    {
        remove_flow(account, pool, client, &added, role).await?;
        bail!(
            "the record of the app client {client} on the role {role} in the {} was deleted while this ran: its flow is taken away again\n  try  the same command again, and see who tears down at the same time",
            account.place()
        );
    }
    Ok(())
}

/// Takes a flow away, unless another deployment records it by now.
async fn remove_flow(
    account: &Account,
    pool: &str,
    client: &str,
    added: &Added,
    role: &str,
) -> Result<()> {
    let names = Names::new(None);
    let base = names.record_role(account.identity.side);
    let others = role::others(account, base, role).await?;
    let key = undo::client_key(client);
    if others.iter().any(|tags| tags.contains_key(&key)) {
        return Ok(());
    }
    let updated = user_pool_client::set_flows(account, pool, client, |client| {
        match user_pool_client::without_flow(client, added) {
            Removal::To(flows) => Some(flows),
            Removal::Nothing | Removal::WouldOpenDefaults => None,
        }
    });
    refuse_lost(account, &format!("app client {client}"), updated.await?)
}

/// Between plan and apply a thing may have become somebody else's.
async fn confirm_ours(account: &Account, kind: &str, name: &str, deployment: &str) -> Result<()> {
    let who = &account.identity;
    let tags = match kind {
        "function" => function::find(account, name).await?.map(|one| one.tags),
        "log group" => {
            let arn = who.arn("logs", &format!("log-group:{name}"));
            log_group::find(account, name, &arn)
                .await?
                .map(|one| one.tags)
        }
        "policy" => {
            let arn = who.iam_arn(&format!("policy/{name}"));
            policy::find(account, &arn).await?.map(|one| one.tags)
        }
        _ => role::find(account, name).await?.map(|one| one.tags),
    };
    let owner = |tags: &Tags| {
        tags.get(undo::DEPLOYMENT)
            .is_some_and(|tag| tag == deployment)
    };
    if tags.as_ref().is_some_and(|tags| !owner(tags)) {
        bail!(
            "the {kind} {name} in the {} lost its tag {} while this ran: it is somebody else's, and stays\n  try  the same command again, which takes that into account",
            account.place(),
            undo::DEPLOYMENT
        );
    }
    Ok(())
}

/// Settings that are not what was sent, which is what was read but for the one change,
/// are the worst that can happen to a pool: said at once, each with what was before.
fn refuse_lost(account: &Account, what: &str, updated: Updated) -> Result<()> {
    let place = account.place();
    let lost = match updated {
        Updated::Compared(lost) if lost.is_empty() => return Ok(()),
        Updated::Compared(lost) => lost,
        Updated::Gone => bail!(
            "the {what} in the {place} was deleted while this ran\n  try  the same command again"
        ),
        Updated::Taken(by) => bail!(
            "somebody else set the {what} in the {place} while this ran: its UserMigration trigger is {by}\n  try  the same command again, which takes that into account"
        ),
    };
    let lost: Vec<_> = lost.iter().map(|one| format!("\n  {one}")).collect();
    bail!(
        "settings of the {what} in the {place} are not as they were before this change:{}\n  try  to set them back to what they were: what was sent is what had been read, but for one change",
        lost.concat()
    )
}
