//! The help of each command.

use cogmig_core::options::variable;

use super::command;
use super::examples;
use crate::cli::settings::names::FLAGS_ONLY;

fn commands() -> Vec<clap::Command> {
    let cogmig = command().term_width(80);
    let commands = cogmig.get_subcommands();
    let commands = commands.map(|command| command.clone().term_width(80));
    commands.chain([cogmig.clone()]).collect()
}

fn helps(command: &clap::Command) -> [String; 2] {
    let mut command = command.clone();
    let short = command.render_help().to_string();
    [short, command.render_long_help().to_string()]
}

#[test]
fn each_help_has_two_examples_that_are_valid() {
    for command in commands() {
        let name = command.get_name();
        assert_eq!(examples(name).len(), 2, "{name}");
        for (comment, line) in examples(name) {
            for help in helps(&command) {
                assert!(help.contains(&format!("  # {comment}\n  {line}")), "{help}");
            }
            let words = line
                .split(' ')
                .take_while(|word| !["<", ">"].contains(word));
            let parsed = super::command().try_get_matches_from(words);
            let parsed = parsed.unwrap_or_else(|why| panic!("{line}: {why}"));
            assert!(name == "cogmig" || parsed.subcommand_name() == Some(name));
        }
    }
}

#[test]
fn each_option_has_its_variable_its_default_and_its_heading() {
    for command in commands() {
        for arg in command.get_arguments() {
            let Some(option) = arg.get_long() else {
                continue;
            };
            let help = arg.get_long_help().expect(option).to_string();
            let has_variable = help.contains(&format!("[env: {}] ", variable(option)));
            let is_flag_only = FLAGS_ONLY.contains(&option);
            assert_eq!(has_variable, !is_flag_only, "{option}: {help}");
            assert!(help.contains("[default: "), "{option}: {help}");
            assert_eq!(
                arg.get_help_heading().is_none(),
                option == "config",
                "{option}"
            );
            let values: Vec<_> = arg.get_possible_values();
            if arg.get_action().takes_values() && (1..=super::FEW).contains(&values.len()) {
                let values: Vec<_> = values
                    .iter()
                    .map(clap::builder::PossibleValue::get_name)
                    .collect();
                let names = arg.get_value_names().expect(option);
                assert_eq!(names[0].to_string(), values.join("|"));
            }
        }
    }
}

#[test]
fn help_fits_in_80_columns_and_short_help_in_one_line_per_option() {
    for command in commands() {
        let helps = helps(&command);
        for line in helps.iter().flat_map(|help| help.lines()) {
            assert!(line.chars().count() <= 80, "{line}");
        }
        let [short, _] = helps;
        let continued = short.lines().find(|line| line.starts_with("          "));
        assert_eq!(continued, None, "{short}");
    }
}

#[test]
fn commands_are_in_the_order_of_the_work() {
    let cogmig = command();
    let names: Vec<_> = cogmig
        .get_subcommands()
        .map(clap::Command::get_name)
        .collect();
    assert_eq!(
        names.join(" "),
        "plan setup verify user status teardown list policy completions man"
    );
}
