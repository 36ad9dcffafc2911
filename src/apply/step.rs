//! A step becomes calls. What can only be judged afterwards is handed back as what is still
//! to be seen, so that it holds nothing up.

use std::cell::OnceCell;

use anyhow::{Result, anyhow, bail};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use crate::account::Account;
use crate::desired::ID_TO_COME;
use crate::flows::{Added, Flow, Removal};
use crate::lossless::{Lost, Object};
use crate::names::Names;
use crate::plan::{Confirm, Step};
use crate::resources::function::Configuration;
use crate::resources::{Updated, function, log_group, policy, role, user_pool, user_pool_client};
use crate::undo::{self, Tags};

/// What is still to be seen of a step that is in force.
pub type Rest<'a> = LocalBoxFuture<'a, Result<()>>;

/// Brings a step into force. `made` is the id of the app client that was made on the way.
///
/// # Errors
/// A call that fails for good, or a setting that is not as it was sent.
#[expect(clippy::too_many_lines, reason = "one arm a step")]
pub async fn run<'a>(
    account: &'a Account,
    step: &'a Step,
    made: &OnceCell<String>,
) -> Result<Option<Rest<'a>>> {
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
            let set = &with_client(set, made.get());
            function::create(account, name, set, &package.zip, package.architecture, tags).await?;
        }
        Step::UpdateCode { name, package } => {
            function::update_code(account, name, &package.zip, package.architecture).await?;
        }
        Step::Configure { name, set } => {
            function::configure(account, name, &with_client(set, made.get())).await?;
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
        } => return add_flow(account, pool, client, *flow, role).await,
        Step::RemoveFlow {
            pool,
            client,
            added,
            role,
        } => remove_flow(account, pool, client, added, role).await?,
        Step::CreateClient { pool, name, role } => {
            let id = user_pool_client::create(account, pool, name).await?;
            // A plan makes one at most.
            let _ = made.set(id.clone());
            return Ok(Some(
                record_client(account, pool, name, role, id).boxed_local(),
            ));
        }
        Step::DeleteClients {
            pool,
            name,
            recorded,
        } => user_pool_client::delete_own(account, pool, name, recorded.as_deref()).await?,
        Step::ConfirmOurs {
            kind,
            name,
            deployment,
        } => confirm_ours(account, kind, name, deployment).await?,
        Step::SetTrigger {
            pool,
            from,
            to,
            confirm,
        } => {
            let (from, to) = (from.as_deref(), to.as_deref());
            return set_trigger(account, pool, from, to, confirm.as_ref()).await;
        }
    }
    Ok(None)
}

/// The configuration with the id of the app client that was made on the way.
fn with_client(set: &Configuration, made: Option<&String>) -> Configuration {
    let mut set = set.clone();
    if let Some(id) = made {
        let to_come = set.environment.values_mut();
        to_come
            .filter(|value| *value == ID_TO_COME)
            .for_each(|value| value.clone_from(id));
    }
    set
}

/// Writes down the id of an app client. That there is one was written before it was made;
/// where somebody tore that down meanwhile, nothing would ever delete the client, so that
/// it is deleted here.
async fn record_client(
    account: &Account,
    pool: &str,
    name: &str,
    role: &str,
    id: String,
) -> Result<()> {
    if !role::bears(account, role, undo::DEDICATED_CLIENT).await? {
        user_pool_client::delete_own(account, pool, name, Some(&id)).await?;
        bail!(
            "the record of the app client {name} on the role {role} in the {} was deleted while this ran: it is deleted again\n  try  the same command again, and see who tears down at the same time",
            account.place()
        );
    }
    let tags = Tags::from([(undo::DEDICATED_CLIENT_ID.into(), id)]);
    role::tag(account, role, &tags).await?;
    Ok(())
}

/// Puts one trigger in the place of another. Of a function that is the trigger now it is
/// seen that it is there: a trigger that nothing answers keeps every user out whom the pool
/// does not know.
async fn set_trigger<'a>(
    account: &'a Account,
    pool: &'a str,
    from: Option<&'a str>,
    to: Option<&'a str>,
    confirm: Option<&'a Confirm>,
) -> Result<Option<Rest<'a>>> {
    let what = format!("user pool {pool}");
    let updated = user_pool::set_trigger(account, pool, from, to).await?;
    let sent = taken(account, &what, updated)?;
    let compare = async move {
        if let Some(sent) = sent {
            let lost = user_pool::compare(account, pool, &sent).await?;
            refuse_lost(account, &what, lost)?;
        }
        Ok(())
    };
    let confirm = async move {
        match confirm {
            Some(Confirm { function, before }) => {
                confirm_function(account, function, pool, to, before.as_deref()).await
            }
            None => Ok(()),
        }
    };
    Ok(Some(
        async move {
            let (compared, confirmed) = tokio::join!(compare, confirm);
            confirmed.and(compared)
        }
        .boxed_local(),
    ))
}

async fn confirm_function(
    account: &Account,
    name: &str,
    pool: &str,
    stands: Option<&str>,
    before: Option<&str>,
) -> Result<()> {
    if function::exists(account, name).await? {
        return Ok(());
    }
    let what = format!("user pool {pool}");
    let updated = user_pool::set_trigger(account, pool, stands, before).await?;
    if let Some(sent) = taken(account, &what, updated)? {
        let lost = user_pool::compare(account, pool, &sent).await?;
        refuse_lost(account, &what, lost)?;
    }
    bail!(
        "the function {name} in the {} was deleted while this ran: the user pool's trigger is put back\n  try  the same command again, and see who tears down at the same time",
        account.place()
    )
}

/// Adds a flow. Its record was written before; where somebody tore it down meanwhile,
/// nothing would ever take the flow away again, so that it is taken away here.
async fn add_flow<'a>(
    account: &'a Account,
    pool: &'a str,
    client: &'a str,
    flow: Flow,
    role: &'a str,
) -> Result<Option<Rest<'a>>> {
    let mut added = None;
    let updated = user_pool_client::set_flows(account, pool, client, |client| {
        let (flows, addition) = user_pool_client::with_flow(client, flow)?;
        added = Some(addition);
        Some(flows)
    });
    let what = format!("app client {client}");
    let sent = taken(account, &what, updated.await?)?;
    let (Some(sent), Some(added)) = (sent, added) else {
        return Ok(None);
    };
    let rest = async move {
        let key = undo::client_key(client);
        let (lost, recorded) = tokio::join!(
            user_pool_client::compare(account, pool, client, &sent),
            role::bears(account, role, &key),
        );
        if recorded? {
            return refuse_lost(account, &what, lost?);
        }
        remove_flow(account, pool, client, &added, role).await?;
        bail!(
            "the record of the app client {client} on the role {role} in the {} was deleted while this ran: its flow is taken away again\n  try  the same command again, and see who tears down at the same time",
            account.place()
        );
    };
    Ok(Some(rest.boxed_local()))
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
    let what = format!("app client {client}");
    if let Some(sent) = taken(account, &what, updated.await?)? {
        let lost = user_pool_client::compare(account, pool, client, &sent).await?;
        refuse_lost(account, &what, lost)?;
    }
    Ok(())
}

/// Between plan and apply a thing may have become somebody else's.
async fn confirm_ours(account: &Account, kind: &str, name: &str, deployment: &str) -> Result<()> {
    let tags = match kind {
        "function" => function::find(account, name).await?.map(|one| one.tags),
        "log group" => {
            let arn = account.identity.arn("logs", &format!("log-group:{name}"));
            let group = log_group::find(account, name, &arn).await?;
            group.map(|one| one.tags)
        }
        "policy" => {
            let arn = account.identity.iam_arn(&format!("policy/{name}"));
            policy::find(account, &arn).await?.map(|one| one.tags)
        }
        _ => role::find(account, name, None).await?.map(|one| one.tags),
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

/// What was sent, where something had to be.
fn taken(account: &Account, what: &str, updated: Updated) -> Result<Option<Object>> {
    match updated {
        Updated::Unchanged => Ok(None),
        Updated::Sent(sent) => Ok(Some(sent)),
        Updated::Gone => Err(gone(account, what)),
        Updated::Taken(by) => bail!(
            "somebody else set the {what} in the {} while this ran: its UserMigration trigger is {by}\n  try  the same command again, which takes that into account",
            account.place()
        ),
    }
}

fn gone(account: &Account, what: &str) -> anyhow::Error {
    anyhow!(
        "the {what} in the {} was deleted while this ran\n  try  the same command again",
        account.place()
    )
}

/// Settings that are not what was sent, which is what was read but for the one change,
/// are the worst that can happen to a pool: said at once, each with what was before.
fn refuse_lost(account: &Account, what: &str, lost: Option<Vec<Lost>>) -> Result<()> {
    let lost = lost.ok_or_else(|| gone(account, what))?;
    if lost.is_empty() {
        return Ok(());
    }
    let lost: Vec<_> = lost.iter().map(|one| format!("\n  {one}")).collect();
    bail!(
        "settings of the {what} in the {} are not as they were before this change:{}\n  try  to set them back to what they were: what was sent is what had been read, but for one change",
        account.place(),
        lost.concat()
    )
}
