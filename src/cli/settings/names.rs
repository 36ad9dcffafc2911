//! The names of options, where they are written by hand.

/// Options that consent to one run: neither a variable nor a line of the file gives them.
pub const FLAGS_ONLY: [&str; 1] = ["adopt"];

/// How much alike a name is that somebody may have meant, of 1.
const ALIKE: f64 = 0.8;

/// The name that somebody may have meant, if one is near.
pub fn nearest<'a>(name: &str, known: &'a [String]) -> Option<&'a str> {
    let alike = |known: &&String| strsim::jaro(name, known);
    let best = known.iter().max_by(|a, b| alike(a).total_cmp(&alike(b)))?;
    (alike(&best) > ALIKE).then_some(best.as_str())
}
