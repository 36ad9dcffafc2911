//! The options of an existing deployment, read back from its resources. They come from the function
//! and the log group themselves, not from their tags: a role that may only write tags must not be
//! able to change how users are migrated.

use rules::attributes::Mapping;
use rules::env;
use rules::settings::{
    ForgotPassword, MfaUsers, TemporaryPasswords, names as names_in, valid_mappings,
};

use crate::cognito::lossless::Object;
use crate::cognito::pool;
use crate::governance::{boundary_arn, path_of, tags_of, text_of};
use crate::identity::Identity;
use crate::names::Names;
use crate::observed::{Function, NewSide, OldSide, Role};
use crate::options::{Deployed, NONE, Origin, Origins, PackageSource, Settings};
use crate::package::Architecture;
use crate::problem::{Problem, Severity};
use crate::record::{self, Tags};

/// The options of the deployment. A value that no option has is ignored, and reported as drift.
#[must_use]
pub fn options(
    names: &Names,
    (old_account, old): (&Identity, &OldSide),
    new: &NewSide,
    dedicated: bool,
) -> Deployed {
    let mut options = Deployed::new();
    if dedicated {
        options.insert("dedicated-old-client", "true".to_owned());
    }
    let group = new.log_group.as_ref();
    let group = group.filter(|group| names.own(&group.tags));
    if let Some(days) = group.and_then(|group| group.retention) {
        options.insert("log-retention", days.to_string());
    }
    let accounts = (old_account, &new.identity);
    let is_of_deployment = |function: &&Function| {
        let uses = |role: &Role| function.uses(names, accounts, &role.trust);
        names.own(&function.tags) || old.role.as_ref().is_some_and(uses)
    };
    let function = new.function.as_ref().filter(is_of_deployment);
    if let Some(function) = function {
        let pools = [&old.pool, &new.pool].map(|pool| pool.described.as_ref());
        options.extend(of_function(function, pools));
    }
    let roles = [&old.role, &new.role].map(|role| {
        let is_managed = |role: &&Role| function.is_some() || names.own(&role.tags);
        role.as_ref().filter(is_managed)
    });
    options.extend(of_roles(accounts, function, roles));
    options
}

/// The options that an account may require. If setup was stopped before it created the function,
/// they are those of the roles.
fn of_roles(
    (old_account, new_account): (&Identity, &Identity),
    function: Option<&Function>,
    [old, new]: [Option<&Role>; 2],
) -> Deployed {
    let variable = |name: &str| {
        let environment = function.map(|function| &function.configuration.environment);
        environment.and_then(|environment| environment.get(name))
    };
    let boundary = |name: &str, account: &Identity, role: Option<&Role>| {
        let recorded = variable(name).and_then(|arn| boundary_arn(arn, account).ok());
        recorded.or_else(|| role?.boundary.clone())
    };
    let role = [old, new].into_iter().flatten().next();
    let path = function.and_then(|function| path_of(&function.configuration.role_arn));
    let path = path.or(role.map(|role| role.path.as_str()));
    let tags = match function {
        Some(_) => variable(env::TAGS).map(|text| tags_of(text)),
        None => role.map(|role| named_tags(&role.tags)),
    };
    let tags = tags.filter(|tags| !tags.is_empty());
    let options = [
        ("role-path", path.map(str::to_owned)),
        (
            "old-permissions-boundary",
            boundary(env::OLD_PERMISSIONS_BOUNDARY, old_account, old),
        ),
        (
            "new-permissions-boundary",
            boundary(env::NEW_PERMISSIONS_BOUNDARY, new_account, new),
        ),
        ("tag", tags.map(|tags| text_of(&tags))),
    ];
    let options = options.map(|(option, value)| Some((option, value?)));
    options.into_iter().flatten().collect()
}

/// The tags of a role that an option named, and not others'.
fn named_tags(tags: &Tags) -> Tags {
    let keys = tags.get(record::TAG_KEYS).into_iter();
    let keys = keys.flat_map(|keys| keys.split('='));
    let named = keys.filter_map(|key| tags.get_key_value(key));
    let named = named.map(|(key, value)| (key.clone(), value.clone()));
    tags_of(&text_of(&named.collect()))
}

/// An attribute that a pool doesn't have is ignored.
fn of_function(function: &Function, [old, new]: [Option<&Object>; 2]) -> Deployed {
    let has =
        |pool: Option<&Object>, name: &str| pool.is_none_or(|pool| pool::has_attribute(pool, name));
    let environment = &function.configuration.environment;
    let variable = |name: &str| environment.get(name).map(String::as_str);
    let known = |name, is_known: fn(&str) -> bool| variable(name).filter(|code| is_known(code));
    let is_mfa_choice =
        |code: &str| MfaUsers::of_code(code).is_some_and(|choice| choice != MfaUsers::None);
    let mapped = variable(env::ATTRIBUTES).map(valid_mappings);
    let mut mapped = mapped.unwrap_or_default();
    mapped.retain(|one| has(old, &one.old) && has(new, &one.new));
    let dropped = variable(env::DROPPED_ATTRIBUTES).map(names_in);
    let mut dropped = dropped.unwrap_or_default();
    dropped.retain(|name| has(old, name));
    let is_sub = |mapping: &&Mapping| mapping.old == "sub";
    let renames = mapped
        .iter()
        .filter(|one| one.old != one.new && !is_sub(one));
    let list = |names: Vec<String>| Some(names.join(",")).filter(|list| !list.is_empty());
    let renames = list(renames.map(Mapping::to_string).collect());
    let dropped = list(dropped);
    let sub = mapped
        .iter()
        .find(is_sub)
        .map(|mapping| mapping.new.as_str());
    let mut architectures = [Architecture::Arm64, Architecture::X86_64].into_iter();
    let architecture = architectures.find(|one| one.as_str() == function.architecture);
    let log_users = match variable(env::LOG_USER_KEY) {
        Some(_) => "hash",
        None => NONE,
    };
    let options = [
        ("mfa-users", known(env::MFA_USERS, is_mfa_choice)),
        (
            "temporary-passwords",
            known(env::TEMPORARY_PASSWORDS, |code| {
                TemporaryPasswords::of_code(code).is_some()
            }),
        ),
        (
            "forgot-password",
            known(env::FORGOT_PASSWORD, |code| {
                ForgotPassword::of_code(code).is_some()
            }),
        ),
        ("attribute", renames.as_deref()),
        ("drop-attribute", dropped.as_deref()),
        ("old-sub", sub),
        ("architecture", architecture.map(Architecture::as_str)),
        ("log-users", Some(log_users)),
    ]
    .map(|(option, value)| Some((option, value?.to_owned())));
    let package = variable(env::CUSTOM_PACKAGE_SHA256);
    let package = package.map(|sha256| ("lambda-zip", PackageSource::deployed(sha256)));
    options.into_iter().chain([package]).flatten().collect()
}

/// The variables with which the function has the requirements of the accounts on record. A boundary
/// that someone else added to a role of the deployment isn't recorded: it's kept, and may be
/// removed.
#[must_use]
pub fn requirements(
    settings: &Settings,
    boundaries: &[Option<String>; 2],
    function: Option<&Function>,
) -> Tags {
    let variables = [env::OLD_PERMISSIONS_BOUNDARY, env::NEW_PERMISSIONS_BOUNDARY];
    let options = ["old-permissions-boundary", "new-permissions-boundary"];
    let rows = variables.into_iter().zip(options).zip(boundaries);
    let recorded = rows.filter_map(|((variable, option), boundary)| {
        let records =
            |function: &Function| function.configuration.environment.contains_key(variable);
        let is_of_others =
            settings.origins.of(option) == &Origin::Deployment && !function.is_none_or(records);
        let boundary = boundary.clone().filter(|_| !is_of_others);
        Some((variable.to_owned(), boundary?))
    });
    let tags = Some(text_of(&settings.tags)).filter(|text| !text.is_empty());
    let tags = tags.map(|tags| (env::TAGS.to_owned(), tags));
    recorded.chain(tags).collect()
}

/// The options for users, which only the function has.
const OF_USERS: [&str; 6] = [
    "attribute",
    "drop-attribute",
    "forgot-password",
    "mfa-users",
    "old-sub",
    "temporary-passwords",
];

/// A warning if what has the options of an earlier setup no longer exists. `options` are those of
/// this run. Setup stops if it's certain that there were options for users, and this run has none:
/// the trigger or the function exists only after a complete setup.
#[must_use]
pub fn lost(names: &Names, new: &NewSide, options: &Origins) -> Option<Problem> {
    new.role.as_ref().filter(|role| names.own(&role.tags))?;
    let function = new.function.as_ref();
    let variables = function.map(|function| &function.configuration.environment);
    let (what, is_certain) = match (variables, &new.log_group) {
        (None, _) => (
            format!("function {}", names.function),
            new.is_attached(names),
        ),
        (Some(variables), _) if !variables.contains_key(env::ATTRIBUTES) => {
            let (variable, function) = (env::ATTRIBUTES, &names.function);
            (
                format!("the variable {variable} of function {function}"),
                true,
            )
        }
        (Some(_), None) => (format!("log group {}", names.log_group), false),
        (Some(_), Some(_)) => return None,
    };
    let are_set = options.iter().any(|(option, _)| OF_USERS.contains(&option));
    let id = if is_certain && !are_set {
        "options-lost"
    } else {
        "options-unknown"
    };
    let summary = format!(
        "{what} doesn't exist, although the deployment does. Options that it had are lost, and have their defaults unless they are set"
    );
    let problem = Problem::new(id, Severity::DataLoss, summary);
    Some(problem.fix("set the options of the earlier setup"))
}

#[cfg(test)]
mod tests {
    use crate::desired::LOG_RETENTION;
    use crate::options::default_of;

    #[test]
    fn the_default_retention_has_one_value() {
        let default = default_of("log-retention").expect("a default");
        assert_eq!(default, LOG_RETENTION.to_string());
    }
}
