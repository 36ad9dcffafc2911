//! The names of options in the environment and in the file.

/// Options that can be set only on the command line, because they apply to one run.
pub const FLAGS_ONLY: [&str; 4] = ["adopt", "allow", "password-stdin", "show-values"];

/// The minimum similarity of a suggested name, from 0 to 1.
const SIMILAR: f64 = 0.8;

/// The most similar name, if there is one that is similar enough to suggest it.
pub fn nearest<'a>(name: &str, known: &'a [String]) -> Option<&'a str> {
    let similarity = |known: &&String| strsim::jaro(name, known);
    let best = known
        .iter()
        .max_by(|a, b| similarity(a).total_cmp(&similarity(b)))?;
    (similarity(&best) > SIMILAR).then_some(best.as_str())
}
