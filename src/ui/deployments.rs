//! The deployments in the accounts, for people.

use std::fmt::Write;

use cogmig_core::deployments::{Deployment, Half, State};
use console::Style;

use super::moment::moment;
use super::wrap::hanging_indent;

/// One deployment after the other, wrapped at a width.
pub fn text(deployments: &[Deployment], width: usize, colors: bool) -> String {
    if deployments.is_empty() {
        return "\nNo deployments.".to_owned();
    }
    let bold = Style::new().bold().force_styling(colors);
    let mut text = String::new();
    for one in deployments {
        let _ = writeln!(text, "\n{}", bold.apply_to(&one.name));
        let lines = [
            one.state
                .as_ref()
                .map(|state| ("state", self::state(one, state))),
            Some(("old", half(&one.old))),
            Some(("new", half(&one.new))),
            one.since.map(|since| ("since", moment(since))),
        ];
        for (label, value) in lines.into_iter().flatten() {
            let label = format!("  {label:<7}");
            let _ = writeln!(text, "{}", hanging_indent(&label, &value, width));
        }
    }
    text.trim_end().to_owned()
}

fn state(deployment: &Deployment, state: &State) -> String {
    let is_read = |half: &Half| half.exists.is_some();
    match state {
        State::Complete if !(is_read(&deployment.old) && is_read(&deployment.new)) => {
            "complete in this account".to_owned()
        }
        State::Complete => state.as_str().to_owned(),
        State::Partial(missing) => format!("partial: no {}", missing.join(", no ")),
        State::Unknown(why) => format!("unknown: {why}"),
    }
}

fn half(half: &Half) -> String {
    let pool = half.pool.as_deref().unwrap_or("unknown user pool");
    let account = half.account.as_deref().unwrap_or("unknown");
    match half.exists {
        Some(true) => format!("{pool} in account {account}"),
        Some(false) => format!("doesn't exist in account {account}"),
        None => format!("in account {account}, which wasn't read"),
    }
}
