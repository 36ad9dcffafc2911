//! A step becomes calls. What can only be judged afterwards is handed back as what is still
//! to be seen, so that it holds nothing up.

use std::cell::OnceCell;

use anyhow::{Error, Result};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use crate::aws::account::Account;
use crate::aws::resources::{
    Updated, function, log_group, policy, role, user_pool, user_pool_client,
};
use crate::aws::retry::{self, BUSY, UNANSWERED};
use cogmig_core::cognito::client;
use cogmig_core::cognito::flows::{Added, Flow, Removal};
use cogmig_core::cognito::lossless::{Lost, Object};
use cogmig_core::desired::ID_TO_COME;
use cogmig_core::names::Names;
use cogmig_core::observed::Configuration;
use cogmig_core::plan::{Confirm, Step};
use cogmig_core::problem::{Cause, Problem};
use cogmig_core::record;
use cogmig_core::resource::Tags;

/// What is still to be seen of a step that is in force. Of several things that are wrong
/// each is told.
pub type Rest<'a> = LocalBoxFuture<'a, Vec<Error>>;

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
            let ready = function::until_ready(account, name);
            let rest = ready.map(|ready| wrong([ready.map_err(Error::from)]));
            return Ok(Some(rest.boxed_local()));
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
            let recorded = record_client(account, pool, name, role, id);
            return Ok(Some(recorded.map(|end| wrong([end])).boxed_local()));
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
    if !role::bears(account, role, record::DEDICATED_CLIENT).await? {
        user_pool_client::delete_own(account, pool, name, Some(&id)).await?;
        return Err(Problem::error("client-record-deleted", format!("the record of the app client {name} on the role {role} in the {} was deleted while this ran: it is deleted again", account.identity.place())).fix("the same command again, and see who tears down at the same time").into());
    }
    let tags = Tags::from([(record::DEDICATED_CLIENT_ID.into(), id)]);
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
    let stands = async move {
        match confirm {
            Some(confirm) => function::exists(account, &confirm.function).await,
            None => Ok(true),
        }
    };
    let rest = async move {
        let (compared, stands) = tokio::join!(compare, stands);
        let confirmed = match (stands, confirm) {
            (Ok(false), Some(confirm)) => {
                let why = format!(
                    "the function {} was deleted while this ran",
                    confirm.function
                );
                put_back_trigger(account, pool, to, confirm, &why).await
            }
            (stands, _) => stands.map(drop).map_err(Into::into),
        };
        wrong([compared, confirmed])
    };
    Ok(Some(rest.boxed_local()))
}

/// What is to be put back of a step because what it needs did not last: a trigger would keep
/// the users out that it cannot answer for.
///
/// # Errors
/// That it was put back, or that it could not be.
pub async fn put_back(account: &Account, step: &Step) -> Result<()> {
    match step {
        Step::SetTrigger {
            pool,
            to,
            confirm: Some(confirm),
            ..
        } => {
            let why = "what a sign-in needs was taken away while this ran";
            put_back_trigger(account, pool, to.as_deref(), confirm, why).await
        }
        _ => Ok(()),
    }
}

async fn put_back_trigger(
    account: &Account,
    pool: &str,
    stands: Option<&str>,
    confirm: &Confirm,
    why: &str,
) -> Result<()> {
    let before = confirm.before.as_deref();
    let what = format!("the trigger of user pool {pool} to be put back");
    let updated = retry::to_the_end(account, &what, &[BUSY, UNANSWERED], async || {
        user_pool::set_trigger(account, pool, stands, before).await
    });
    let Updated::Sent(sent) = updated.await? else {
        return Ok(());
    };
    let lost = user_pool::compare(account, pool, &sent).await?;
    refuse_lost(account, &format!("user pool {pool}"), lost)?;
    return Err(Problem::error(
        "trigger-restored",
        format!(
            "{why}, in the {}: the trigger of the user pool {pool} is put back",
            account.identity.place()
        ),
    )
    .fix("the same command again, and see who tears down at the same time")
    .into());
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
    let updated = user_pool_client::set_flows(account, pool, client, |described| {
        let (flows, addition) = client::with_flow(described, flow)?;
        added = Some(addition);
        Some(flows)
    });
    let what = format!("app client {client}");
    let sent = taken(account, &what, updated.await?)?;
    let (Some(sent), Some(added)) = (sent, added) else {
        return Ok(None);
    };
    let compare = async move {
        let lost = user_pool_client::compare(account, pool, client, &sent).await?;
        refuse_lost(account, &what, lost)
    };
    let key = record::client_key(client);
    let rest = async move {
        let (compared, recorded) = tokio::join!(compare, role::bears(account, role, &key));
        let confirmed = match recorded {
            Ok(true) => Ok(()),
            Ok(false) => take_back_flow(account, pool, client, &added, role).await,
            Err(error) => Err(error.into()),
        };
        wrong([compared, confirmed])
    };
    Ok(Some(rest.boxed_local()))
}

async fn take_back_flow(
    account: &Account,
    pool: &str,
    client: &str,
    added: &Added,
    role: &str,
) -> Result<()> {
    let lost = |what| {
        let summary = format!(
            "the record of the app client {client} on the role {role} in the {} was deleted while this ran: its flow {what}",
            account.identity.place()
        );
        Problem::error(UNRECORDED, summary)
            .fix("the same command again, and see who tears down at the same time")
    };
    Err(
        match remove_flow(account, pool, client, added, role).await {
            Ok(()) => lost("is taken away again").into(),
            Err(error) => error.context(lost("could not be taken away again")),
        },
    )
}

/// What was written has lost its record.
const UNRECORDED: &str = "record-deleted";

/// Whether it says that what was written has lost its record.
pub fn is_unrecorded(error: &Error) -> bool {
    let problem = error.downcast_ref::<Problem>();
    problem.is_some_and(|problem| problem.id == UNRECORDED)
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
    let key = record::client_key(client);
    if others.iter().any(|tags| tags.contains_key(&key)) {
        return Ok(());
    }
    let what = format!("app client {client}");
    let updated = retry::to_the_end(account, &what, &[BUSY, UNANSWERED], async || {
        let without = |described: &Object| match client::without_flow(described, added) {
            Removal::To(flows) => Some(flows),
            Removal::Nothing | Removal::WouldOpenDefaults => None,
        };
        user_pool_client::set_flows(account, pool, client, without).await
    });
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
        tags.get(record::DEPLOYMENT)
            .is_some_and(|tag| tag == deployment)
    };
    if tags.as_ref().is_some_and(|tags| !owner(tags)) {
        return Err(Problem::error("tag-lost", format!("the {kind} {name} in the {} lost its tag {} while this ran: it is somebody else's, and stays", account.identity.place(), record::DEPLOYMENT)).fix("the same command again, which takes that into account").into());
    }
    Ok(())
}

/// What was sent, where something had to be.
fn taken(account: &Account, what: &str, updated: Updated) -> Result<Option<Object>> {
    match updated {
        Updated::Unchanged => Ok(None),
        Updated::Sent(sent) => Ok(Some(sent)),
        Updated::Gone => Err(gone(account, what)),
        Updated::Taken(by) => return Err(Problem::error("changed-meanwhile", format!("somebody else set the {what} in the {} while this ran: its UserMigration trigger is {by}", account.identity.place())).fix("the same command again, which takes that into account").into()),
    }
}

fn wrong<const N: usize>(ends: [Result<()>; N]) -> Vec<Error> {
    ends.into_iter().filter_map(Result::err).collect()
}

fn gone(account: &Account, what: &str) -> anyhow::Error {
    anyhow::Error::from(
        Problem::error(
            "deleted-meanwhile",
            format!(
                "the {what} in the {} was deleted while this ran",
                account.identity.place()
            ),
        )
        .fix("the same command again"),
    )
}

/// Settings that are not what was sent, which is what was read but for the one change,
/// are the worst that can happen to a pool: said at once, each with what was before.
fn refuse_lost(account: &Account, what: &str, lost: Option<Vec<Lost>>) -> Result<()> {
    let lost = lost.ok_or_else(|| gone(account, what))?;
    if lost.is_empty() {
        return Ok(());
    }
    let summary = format!(
        "settings of the {what} in the {} are not as they were before this change:",
        account.identity.place()
    );
    let details = lost.iter().map(|one| Cause::Detail(one.to_string()));
    let problem = details.fold(Problem::error("settings-lost", summary), Problem::because);
    Err(problem
        .fix("to set them back to what they were: what was sent is what had been read, but for one change")
        .into())
}
