//! Which attributes are migrated, and under which names. Cognito rejects a user if a value doesn't
//! fit the new pool's schema, or if a required attribute is missing.

use rules::attributes::Mapping;
use rules::settings::Rules;

use super::pools::{Pools, Preflight, listed, named, texts};
use super::schema::{self, Attribute, FLAGS, find};
use crate::cognito::lossless::Object;
use crate::options::UserHandling;
use crate::problem::Severity;

/// Characters of a `sub`, which is a UUID.
const SUB: i64 = 36;

/// An attribute that users can set themselves, and a possible alias.
const PREFERRED: &str = "preferred_username";

/// An attribute of the new pool, and the attribute of the old pool that it's migrated from.
struct Mapped<'a> {
    from: &'a str,
    to: &'a str,
}

/// Sets the mapping for the function, and warns of attributes that are not migrated.
pub(super) fn check(preflight: &mut Preflight, pools: Pools<'_>, handling: &UserHandling) {
    let (old, new) = (schema::of(pools.old), schema::of(pools.new));
    reject_invalid_options(preflight, &old, &new, handling);
    // If it wasn't an alias in the old pool, users could set it to another user's username.
    let is_alias = |pool| texts(pool, "AliasAttributes").contains(&PREFERRED);
    let can_impersonate = is_alias(pools.new) && !is_alias(pools.old);
    if can_impersonate {
        preflight.warn("preferred-username-dropped", Severity::DataLoss, 
            "preferred_username is an alias in the new pool, but not in the old pool, where users could set it to another user's username: it isn't migrated",
            "let users set it again after they have been migrated",
        );
    }
    let mapped = mapped(&old, &new, handling, can_impersonate);
    let mappings = mapped.iter().map(|Mapped { from, to }| Mapping {
        old: (*from).to_owned(),
        new: (*to).to_owned(),
    });
    preflight.rules.attributes = mappings.collect();
    warn_of_dropped(preflight, &old, &mapped, handling);
    warn_of_writable_sub(preflight, pools, &new, handling);
    check_required(preflight, &old, &new, &mapped);
    // The length of a sub or a flag is the same for all users.
    let vary =
        |one: &&Mapped<'_>| one.from != "sub" && !FLAGS.iter().any(|(_, flag)| *flag == one.from);
    for Mapped { from, to } in mapped.iter().filter(vary) {
        if let (Some(from), Some(to)) = (find(&old, from), find(&new, to))
            && let Some(why) = to.narrower_than(from)
        {
            preflight.warn("attribute-narrower", Severity::Lockout, 
                format!("the attribute {} {why}: Cognito rejects users whose {} doesn't fit", to.name, from.name),
                format!("map it to a wider attribute with --attribute {}=NEW, or drop it with --drop-attribute {}", from.name, from.name),
            );
        }
    }
}

/// The attributes of the new pool that get a value, in the order of its schema: by an option, or
/// from the attribute with the same name.
fn mapped<'a>(
    old: &[Attribute<'a>],
    new: &[Attribute<'a>],
    handling: &'a UserHandling,
    can_impersonate: bool,
) -> Vec<Mapped<'a>> {
    let renamed_to = |to: &str| handling.renames.iter().find(|(_, new)| new == to);
    let is_excluded = |name: &str| {
        name == PREFERRED && can_impersonate
            || handling.drops.iter().any(|drop| drop == name)
            || handling.renames.iter().any(|(old, _)| old == name)
    };
    let source = |to: &Attribute<'a>| -> Option<&'a str> {
        if handling.old_sub.as_deref() == Some(to.name) {
            return Some("sub");
        }
        if let Some((from, _)) = renamed_to(to.name) {
            return Some(from);
        }
        (find(old, to.name).is_some() && !is_excluded(to.name)).then_some(to.name)
    };
    let mut mapped: Vec<_> = new
        .iter()
        .filter(|to| to.can_be_set())
        .filter_map(|to| {
            Some(Mapped {
                from: source(to)?,
                to: to.name,
            })
        })
        .collect();
    // A flag is valid only for its own contact, not for a value from another attribute.
    for (contact, flag) in FLAGS {
        if !mapped
            .iter()
            .any(|one| one.to == contact && one.from == contact)
        {
            mapped.retain(|one| one.to != flag);
        }
    }
    mapped
}

/// Whether users keep a contact, and that it's verified.
pub(super) fn migrates_contact(rules: &Rules, contact: &str) -> bool {
    let flag = FLAGS.iter().find(|(known, _)| *known == contact);
    let migrates = |name: &str| {
        let mut mappings = rules.attributes.iter();
        mappings.any(|one| one.old == name && one.new == name)
    };
    migrates(contact) && flag.is_some_and(|(_, flag)| migrates(flag))
}

/// Rejects options that these pools don't support.
fn reject_invalid_options(
    preflight: &mut Preflight,
    old: &[Attribute<'_>],
    new: &[Attribute<'_>],
    handling: &UserHandling,
) {
    let lacks = |option: &str, name: &str, pool: &str| {
        (
            format!("--{option}: the {pool} pool has no attribute {name}"),
            "list the attributes with `aws cognito-idp describe-user-pool`. Custom attributes start with custom: and are added with add-custom-attributes".to_owned(),
        )
    };
    let unsettable = |option: &str, name: &str| {
        (
            format!("--{option}: Cognito doesn't allow a migration trigger to set {name}"),
            "use another attribute of the new pool".to_owned(),
        )
    };
    let mut refuse = |(what, remedy): (String, String)| {
        preflight.refuse("attribute-option-invalid", what, remedy);
    };
    for (from, to) in &handling.renames {
        match find(old, from) {
            None => refuse(lacks("attribute", from, "old")),
            Some(from) if from.name == "sub" => refuse((
                "--attribute: sub can't be migrated to another attribute with this option"
                    .to_owned(),
                format!("use --old-sub {to}"),
            )),
            Some(_) => {}
        }
        match find(new, to) {
            None => refuse(lacks("attribute", to, "new")),
            Some(to) if !to.can_be_set() || to.is_flag() => {
                refuse(unsettable("attribute", to.name));
            }
            Some(_) => {}
        }
        if from.contains([',', '=']) {
            refuse((
                format!(
                    "--attribute: {from} can't be migrated, because its name contains a comma or an equals sign"
                ),
                "omit it".to_owned(),
            ));
        }
    }
    for name in &handling.drops {
        if find(old, name).is_none() {
            refuse(lacks("drop-attribute", name, "old"));
        }
    }
    if let Some(name) = &handling.old_sub {
        match find(new, name) {
            None => refuse(lacks("old-sub", name, "new")),
            Some(to)
                if !to.can_be_set() || !to.name.starts_with("custom:") || !to.fits_string(SUB) =>
            {
                refuse((
                    format!("--old-sub: {name} isn't a custom attribute that can store a sub"),
                    format!("use a custom attribute of type String that allows {SUB} characters"),
                ));
            }
            Some(_) => {}
        }
    }
    let targets = handling
        .renames
        .iter()
        .map(|(_, to)| to)
        .chain(&handling.old_sub);
    let mut seen = Vec::new();
    for to in targets {
        if seen.contains(&to) {
            refuse((
                format!("two attributes can't both be migrated to {to}"),
                "use only one of them".to_owned(),
            ));
        }
        seen.push(to);
    }
}

/// Warns of attributes that are not migrated, although no option drops them.
fn warn_of_dropped(
    preflight: &mut Preflight,
    old: &[Attribute<'_>],
    mapped: &[Mapped<'_>],
    handling: &UserHandling,
) {
    let is_reserved =
        |name: &str| ["sub", "identities"].contains(&name) || name.starts_with("cognito:");
    let is_mapped = |name: &str| mapped.iter().any(|one| one.from == name);
    let is_intended = |name: &str| {
        name == PREFERRED
            || handling.drops.iter().any(|drop| drop == name)
            || FLAGS
                .iter()
                .any(|(contact, flag)| *flag == name && !is_mapped(contact))
    };
    let dropped: Vec<_> = old
        .iter()
        .filter(|attribute| !is_reserved(attribute.name) && !is_mapped(attribute.name))
        .filter(|attribute| !is_intended(attribute.name) && !attribute.is_flag())
        .map(|attribute| attribute.name)
        .collect();
    if let Some(first) = dropped.first() {
        preflight.warn("attributes-dropped", Severity::DataLoss, 
            format!("the new pool can't store these attributes of the old pool, so they aren't migrated: {}", listed(&dropped)),
            format!("add them to the new pool first (an attribute can't be removed later), map them with --attribute {first}=NEW, or drop them with --drop-attribute {first}"),
        );
    }
}

/// Warns if users can write the attribute that keeps the old `sub`: it then proves nothing.
fn warn_of_writable_sub(
    preflight: &mut Preflight,
    pools: Pools<'_>,
    new: &[Attribute<'_>],
    handling: &UserHandling,
) {
    let Some(name) = handling.old_sub.as_deref() else {
        return;
    };
    let can_write = |client: &Object| {
        let writable = texts(client, "WriteAttributes");
        writable.is_empty() || writable.contains(&name)
    };
    let clients = pools.clients_that(can_write);
    let mutable = find(new, name).is_some_and(|attribute| attribute.mutable);
    if mutable && !clients.is_empty() {
        preflight.warn("old-sub-writable", Severity::Security, 
            format!("users can write {name} themselves through {}. In an application that identifies users by it, they can impersonate other users", named(&clients)),
            format!("use an immutable attribute, and remove {name} from WriteAttributes of all app clients of the new pool"),
        );
    }
}

/// Checks the attributes that the new pool requires and users of the old pool may not have.
fn check_required(
    preflight: &mut Preflight,
    old: &[Attribute<'_>],
    new: &[Attribute<'_>],
    mapped: &[Mapped<'_>],
) {
    for required in new.iter().filter(|one| one.required && one.name != "sub") {
        let name = required.name;
        let source = mapped.iter().find(|one| one.to == name);
        match source.and_then(|one| find(old, one.from)) {
            None => preflight.refuse("required-attribute-missing", 
                format!("the new pool requires {name}, and no migrated attribute sets it: Cognito would reject every user"),
                format!("use --attribute OLD={name}, or a new pool that doesn't require {name}"),
            ),
            Some(from) if !from.required => preflight.warn("required-attribute-optional", Severity::Lockout, 
                format!("the new pool requires {name}, and the old pool doesn't: Cognito rejects users who don't have it"),
                format!("set {name} for these users in the old pool first, or use a new pool that doesn't require it"),
            ),
            Some(_) => {}
        }
    }
}
