//! Which attributes move, and under which names. A value that the new pool's schema has no
//! place for makes Cognito refuse the whole user, and so does a required one that is missing.

use rules::attributes::Mapping;

use super::pools::{Pools, Preflight, listed, texts};
use super::schema::{self, Attribute, FLAGS, named};
use crate::cognito::lossless::Object;
use crate::options::UserHandling;
use crate::problem::Severity;

/// Characters of a `sub`, which is a UUID.
const SUB: i64 = 36;

/// A name that users give themselves.
const PREFERRED: &str = "preferred_username";

/// One attribute on its way.
struct Moved<'a> {
    from: &'a str,
    to: &'a str,
}

/// Settles what moves, and says what does not.
pub(super) fn check(preflight: &mut Preflight, pools: Pools<'_>, handling: &UserHandling) {
    let (old, new) = (schema::of(pools.old), schema::of(pools.new));
    refuse_impossible(preflight, &old, &new, handling);
    // Where it was no name, anybody could call themselves as somebody else is called.
    let is_alias = |pool| texts(pool, "AliasAttributes").contains(&PREFERRED);
    let free_for_anybody = is_alias(pools.new) && !is_alias(pools.old);
    if free_for_anybody {
        preflight.warn("preferred-username-dropped", Severity::DataLoss, 
            "preferred_username is a name in the new pool and was none in the old, where users could set it to somebody else's: it stays behind",
            "to have users set it anew once they have moved",
        );
    }
    let moved = moved(&old, &new, handling, free_for_anybody);
    let mappings = moved.iter().map(|Moved { from, to }| Mapping {
        old: (*from).to_owned(),
        new: (*to).to_owned(),
    });
    preflight.rules.attributes = mappings.collect();
    say_left_behind(preflight, &old, &moved, handling);
    say_forgeable(preflight, pools, &new, handling);
    say_required(preflight, &old, &new, &moved);
    // How long a sub or a flag is, is known for all.
    let vary =
        |one: &&Moved<'_>| one.from != "sub" && !FLAGS.iter().any(|(_, flag)| *flag == one.from);
    for Moved { from, to } in moved.iter().filter(vary) {
        if let (Some(from), Some(to)) = (named(&old, from), named(&new, to))
            && let Some(how) = to.narrower_than(from)
        {
            preflight.warn("attribute-narrower", Severity::Lockout, 
                format!("the attribute {} {how}: Cognito refuses users whose {} does not fit", to.name, from.name),
                format!("to widen it by another attribute and --attribute {}=NEW, or --drop-attribute {}", from.name, from.name),
            );
        }
    }
}

/// The attributes of the new pool that get a value, in its schema's order: the one that
/// was asked for, or the one of the same name.
fn moved<'a>(
    old: &[Attribute<'a>],
    new: &[Attribute<'a>],
    handling: &'a UserHandling,
    free_for_anybody: bool,
) -> Vec<Moved<'a>> {
    let renamed_to = |to: &str| handling.renames.iter().find(|(_, new)| new == to);
    let stays = |name: &str| {
        name == PREFERRED && free_for_anybody
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
        (named(old, to.name).is_some() && !stays(to.name)).then_some(to.name)
    };
    let mut moved: Vec<_> = new
        .iter()
        .filter(|to| to.can_be_set())
        .filter_map(|to| {
            Some(Moved {
                from: source(to)?,
                to: to.name,
            })
        })
        .collect();
    // A flag speaks of its contact alone, and of none that comes from elsewhere.
    for (contact, flag) in FLAGS {
        if !moved
            .iter()
            .any(|one| one.to == contact && one.from == contact)
        {
            moved.retain(|one| one.to != flag);
        }
    }
    moved
}

/// What was asked for and cannot be.
fn refuse_impossible(
    preflight: &mut Preflight,
    old: &[Attribute<'_>],
    new: &[Attribute<'_>],
    handling: &UserHandling,
) {
    let lacks = |option: &str, name: &str, pool: &str| {
        (
            format!("--{option}: the {pool} pool has no attribute {name}"),
            "`aws cognito-idp describe-user-pool` lists them; one of your own begins with custom:, and is added by add-custom-attributes".to_owned(),
        )
    };
    let unsettable = |option: &str, name: &str| {
        (
            format!("--{option}: {name} cannot be set by a migration"),
            "another attribute of the new pool".to_owned(),
        )
    };
    let mut refuse =
        |(what, remedy): (String, String)| preflight.refuse("case-sensitivity", what, remedy);
    for (from, to) in &handling.renames {
        match named(old, from) {
            None => refuse(lacks("attribute", from, "old")),
            Some(from) if from.name == "sub" => refuse((
                "--attribute: the old sub is kept by an option of its own".to_owned(),
                format!("--old-sub {to}"),
            )),
            Some(_) => {}
        }
        match named(new, to) {
            None => refuse(lacks("attribute", to, "new")),
            Some(to) if !to.can_be_set() || to.is_flag() => {
                refuse(unsettable("attribute", to.name));
            }
            Some(_) => {}
        }
        if from.contains([',', '=']) {
            refuse(unsettable("attribute", from));
        }
    }
    for name in &handling.drops {
        if named(old, name).is_none() {
            refuse(lacks("drop-attribute", name, "old"));
        }
    }
    if let Some(name) = &handling.old_sub {
        match named(new, name) {
            None => refuse(lacks("old-sub", name, "new")),
            Some(to) if !to.can_be_set() || !to.name.starts_with("custom:") || !to.holds(SUB) => {
                refuse((
                    format!(
                        "--old-sub: {name} cannot hold a sub, which is a text of {SUB} characters"
                    ),
                    "a custom attribute of the type String".to_owned(),
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
                format!("two attributes cannot both become {to}"),
                "one of them".to_owned(),
            ));
        }
        seen.push(to);
    }
}

/// What old users have and new ones will not, though nobody said so.
fn say_left_behind(
    preflight: &mut Preflight,
    old: &[Attribute<'_>],
    moved: &[Moved<'_>],
    handling: &UserHandling,
) {
    let own = |name: &str| ["sub", "identities"].contains(&name) || name.starts_with("cognito:");
    let goes = |name: &str| moved.iter().any(|one| one.from == name);
    let meant = |name: &str| {
        name == PREFERRED
            || handling.drops.iter().any(|drop| drop == name)
            || FLAGS
                .iter()
                .any(|(contact, flag)| *flag == name && !goes(contact))
    };
    let left: Vec<_> = old
        .iter()
        .filter(|attribute| !own(attribute.name) && !goes(attribute.name))
        .filter(|attribute| !meant(attribute.name) && !attribute.is_flag())
        .map(|attribute| attribute.name)
        .collect();
    if let Some(first) = left.first() {
        preflight.warn("attributes-dropped", Severity::DataLoss, 
            format!("the new pool has no place for attributes that old users may have: {}", listed(&left)),
            format!("to add them to the new pool first (an attribute cannot be taken away again), --attribute {first}=NEW, or --drop-attribute {first} to leave it behind"),
        );
    }
}

/// An old `sub` that users can write themselves proves nothing.
fn say_forgeable(
    preflight: &mut Preflight,
    pools: Pools<'_>,
    new: &[Attribute<'_>],
    handling: &UserHandling,
) {
    let Some(name) = handling.old_sub.as_deref() else {
        return;
    };
    let writes = |client: &Object| {
        let written = texts(client, "WriteAttributes");
        written.is_empty() || written.contains(&name)
    };
    let clients = pools.new_clients.iter();
    let by_client = clients.filter(|(_, client)| client.as_ref().is_some_and(writes));
    let clients: Vec<_> = by_client.map(|(id, _)| id).collect();
    let mutable = named(new, name).is_some_and(|attribute| attribute.mutable);
    if mutable && !clients.is_empty() {
        preflight.warn("old-sub-writable", Severity::Security, 
            format!("users can write {name} themselves through the new app client {}: an application that goes by it takes anybody for anybody", listed(&clients)),
            format!("an immutable attribute, and WriteAttributes without {name} on every app client of the new pool"),
        );
    }
}

/// What the new pool demands and old users may lack.
fn say_required(
    preflight: &mut Preflight,
    old: &[Attribute<'_>],
    new: &[Attribute<'_>],
    moved: &[Moved<'_>],
) {
    for required in new.iter().filter(|one| one.required && one.name != "sub") {
        let name = required.name;
        let source = moved.iter().find(|one| one.to == name);
        match source.and_then(|one| named(old, one.from)) {
            None => preflight.refuse("required-attribute-missing", 
                format!("the new pool requires {name}, and nothing that moves becomes it: Cognito would refuse every user"),
                format!("--attribute OLD={name}, or a new pool that does not require it"),
            ),
            Some(from) if !from.required => preflight.warn("required-attribute-optional", Severity::Lockout, 
                format!("the new pool requires {name}, and the old one does not: Cognito refuses users who have none"),
                format!("to give it to those users of the old pool first, or a new pool that does not require {name}"),
            ),
            Some(_) => {}
        }
    }
}
