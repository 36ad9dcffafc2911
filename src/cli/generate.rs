//! `cogmig completions` and `cogmig man`: files of a package, generated from the command line.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};
use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};
use cogmig_core::options::variable;
use cogmig_core::outcome::Ended;

use super::args;
use super::settings::names::FLAGS_ONLY;
use crate::embedded::VERSION;

/// Prints the AWS profiles of the machine. The AWS CLI isn't required, and a shell completes faster
/// without it.
const PROFILES: &str = r#"    sed -n -e 's/^\[[[:blank:]]*\(default\)[[:blank:]]*\].*/\1/p' \
        -e 's/^\[[[:blank:]]*profile[[:blank:]]\{1,\}"\{0,1\}\([^]"]*[^]"[:blank:]]\)"\{0,1\}[[:blank:]]*\].*/\1/p' \
        "${AWS_CONFIG_FILE:-$HOME/.aws/config}" 2>/dev/null
    sed -n -e 's/^\[[[:blank:]]*\([^]]*[^][:blank:]]\)[[:blank:]]*\].*/\1/p' \
        "${AWS_SHARED_CREDENTIALS_FILE:-$HOME/.aws/credentials}" 2>/dev/null"#;

/// Completes a profile in bash, and everything else with the function that clap generates. Bash
/// splits `--old-profile=` into two words.
const BASH: &str = r#"
_cogmig_profiles() {
PROFILES
}

_cogmig_or_profiles() {
    local option="$3" word="$2"
    if [[ "$option" == "=" ]]; then
        option="${COMP_WORDS[COMP_CWORD-2]}"
    elif [[ "${COMP_WORDS[COMP_CWORD]}" == "=" ]]; then
        option="${COMP_WORDS[COMP_CWORD-1]}"
        word=""
    fi
    case "$option" in
        --old-profile|--new-profile)
            local profile
            COMPREPLY=()
            while IFS= read -r profile; do
                [[ "$profile" == "$word"* ]] && COMPREPLY+=( "$(printf %q "$profile")" )
            done < <(_cogmig_profiles)
            ;;
        *)
            _cogmig "$@"
            ;;
    esac
}"#;

/// Completes a profile in zsh.
const ZSH: &str = r#"
_cogmig_profiles() {
    local -a profiles
    profiles=(${(fu)"$(_cogmig_print_profiles)"})
    compadd -a profiles
}

_cogmig_print_profiles() {
PROFILES
}

_cogmig() {"#;

/// Completes a profile in fish.
const FISH: &str = r#"
function __fish_cogmig_profiles
    set -q AWS_CONFIG_FILE; or set -l AWS_CONFIG_FILE ~/.aws/config
    set -q AWS_SHARED_CREDENTIALS_FILE; or set -l AWS_SHARED_CREDENTIALS_FILE ~/.aws/credentials
    test -r $AWS_CONFIG_FILE
    and string replace -fr '^\[\s*(?:profile\s+"?([^\]"]*[^\]"\s])"?|(default))\s*\].*' '$1$2' <$AWS_CONFIG_FILE
    test -r $AWS_SHARED_CREDENTIALS_FILE
    and string replace -fr '^\[\s*([^\]]*[^\]\s])\s*\].*' '$1' <$AWS_SHARED_CREDENTIALS_FILE
end

complete -c cogmig -n "__fish_cogmig_using_subcommand plan setup verify status teardown" -l old-profile -l new-profile -x -a "(__fish_cogmig_profiles)""#;

/// Variables that aren't options: the name, the option that a command has if it uses the variable,
/// and the effect.
const VARIABLES: [(&str, Option<&str>, &str); 5] = [
    (
        "AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE",
        Some("old-profile"),
        "The files that contain the AWS profiles. AWS_PROFILE and AWS_REGION have no effect: \
         --old-profile and --new-profile select the accounts. A profile takes precedence over \
         AWS_ACCESS_KEY_ID.",
    ),
    (
        "CI",
        Some("old-profile"),
        "In a CI system, cogmig doesn't prompt, and applies changes without confirmation. A CI \
         system is detected by CI=true or by the variables of the common systems. CI=false turns \
         the detection off.",
    ),
    (
        "HTTPS_PROXY, NO_PROXY",
        Some("old-profile"),
        "The proxy for calls to AWS, and the hosts that are called without it.",
    ),
    (
        "NO_COLOR",
        None,
        "If it isn't empty, the output has no colors.",
    ),
    (
        "CLICOLOR_FORCE",
        None,
        "1 turns colors on without a terminal.",
    ),
];

/// The files, with the option that a command has if it uses the file.
const FILES: [(&str, &str, &str); 3] = [
    (
        "cogmig.toml",
        "config",
        "Options of all commands, one per line: NAME = VALUE. Strings are in quotes. --config \
         selects another file.",
    ),
    ("~/.aws/config", "old-profile", "The AWS profiles."),
    (
        "~/.aws/credentials",
        "old-profile",
        "The access keys of AWS profiles.",
    ),
];

/// The completions for a shell.
pub fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "cogmig", &mut script);
    let script = String::from_utf8_lossy(&script).trim_end().to_owned();
    let added = |text: &str| text.replace("PROFILES", PROFILES);
    match shell {
        Shell::Bash => {
            let script = script.replace("complete -F _cogmig ", "complete -F _cogmig_or_profiles ");
            format!("{script}\n{}", added(BASH))
        }
        Shell::Fish => format!("{script}\n{FISH}"),
        Shell::Zsh => script
            .replacen("\n_cogmig() {", &added(ZSH), 1)
            .replace(":PROFILE:_default'", ":PROFILE:_cogmig_profiles'"),
        _ => script,
    }
}

/// Writes a man page for each command.
///
/// # Errors
/// The folder can't be created, or a page can't be written.
pub fn man(folder: &Path) -> Result<()> {
    let context = || format!("can't write the man pages to {}", folder.display());
    std::fs::create_dir_all(folder).with_context(context)?;
    // The title of a page is one line.
    let version = VERSION.lines().next().unwrap_or(VERSION);
    let mut cogmig = args::command()
        .version(version)
        .disable_help_subcommand(true);
    cogmig.build();
    let commands: Vec<_> = cogmig.get_subcommands().cloned().collect();
    for command in commands.iter().chain([&cogmig]) {
        let page = Man::new(command.clone());
        let file = File::create(folder.join(page.get_filename())).with_context(context)?;
        write_page(command, &cogmig, file).with_context(context)?;
    }
    Ok(())
}

fn write_page(command: &Command, cogmig: &Command, mut file: impl Write) -> io::Result<()> {
    let is_cogmig = command.has_subcommands();
    let page = command.clone().mut_args(|arg| {
        // In a man page, only an empty line or an indented line starts a new line.
        let help = arg.get_long_help().map(ToString::to_string);
        let help = help.unwrap_or_default().replace("\n[", "\n\n[");
        if help.is_empty() {
            arg
        } else {
            arg.long_help(help)
        }
    });
    let page = page
        .subcommand_value_name("COMMAND")
        .subcommand_help_heading("COMMANDS");
    let version = cogmig.get_version().unwrap_or_default();
    let page = Man::new(page).source(format!("cogmig {version}"));
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    if is_cogmig {
        page.render_subcommands_section(&mut text)?;
    }
    file.write_all(subsections(command, &String::from_utf8_lossy(&text)).as_bytes())?;
    let mut roff = Roff::new();
    let has = |option: &str| is_cogmig || has_option(command, option);
    exit_status(&mut roff, &has);
    environment(&mut roff, command, &has);
    if has("config") {
        roff.control("SH", ["FILES"]);
    }
    for (file, _, text) in FILES.iter().filter(|(_, option, _)| has(option)) {
        entry(&mut roff, [italic(*file)], text);
    }
    roff.control("SH", ["EXAMPLES"]);
    for (comment, line) in args::examples(command.get_name()) {
        roff.control("TP", []);
        roff.text([roman(format!("{comment}:"))]);
        roff.control("nf", []);
        roff.text([roman(*line)]);
        roff.control("fi", []);
    }
    see_also(&mut roff, command, cogmig, has("old-profile"));
    roff.to_writer(&mut file)?;
    file.flush()
}

/// The headings of options as subsections of OPTIONS.
fn subsections(command: &Command, text: &str) -> String {
    let headings = command
        .get_arguments()
        .filter_map(|arg| arg.get_help_heading());
    headings.fold(text.to_owned(), |text, heading| {
        let section = format!(".SH \"{}\"", heading.to_uppercase());
        let bare = format!(".SH {}\n", heading.to_uppercase());
        text.replace(&section, &format!(".SS \"{heading}\""))
            .replace(&bare, &format!(".SS {heading}\n"))
    })
}

fn has_option(command: &Command, option: &str) -> bool {
    command
        .get_arguments()
        .any(|arg| arg.get_long() == Some(option))
}

/// A term and its description.
fn entry(roff: &mut Roff, term: impl Into<Vec<Inline>>, text: &str) {
    roff.control("TP", []);
    roff.text(term);
    roff.text([roman(text)]);
}

fn exit_status(roff: &mut Roff, has: &dyn Fn(&str) -> bool) {
    roff.control("SH", ["EXIT STATUS"]);
    for (ended, option, text) in [
        (Ended::Done, None, "Success, or no changes."),
        (
            Ended::Failed,
            None,
            "Failed, declined, or manual action required.",
        ),
        (
            Ended::PlannedChanges,
            Some("detailed-exitcode"),
            "Changes, drift, failed sign-ins, or no deployment. Only with --detailed-exitcode.",
        ),
        (Ended::Usage, None, "Usage error."),
        (Ended::Interrupted, Some("config"), "Interrupted."),
    ] {
        if option.is_none_or(has) {
            let status = ended.status(true).to_string();
            entry(roff, [bold(status)], text);
        }
    }
}

fn environment(roff: &mut Roff, command: &Command, has: &dyn Fn(&str) -> bool) {
    roff.control("SH", ["ENVIRONMENT"]);
    if has("config") {
        roff.text([roman(
            "Each option can be set in the environment. A flag takes precedence over the \
             environment, and the environment over the file. An empty variable is ignored. The \
             variable of an option without a value takes true or false. Several values are \
             separated by commas. The environment can contain options of other commands. An \
             unknown variable whose name starts with COGMIG_ is an error.",
        )]);
    }
    let options = command.get_arguments().filter_map(|arg| arg.get_long());
    // Help and version are built in.
    for option in options.filter(|option| !["help", "version"].contains(option)) {
        if !FLAGS_ONLY.contains(&option) {
            entry(roff, [bold(variable(option))], &format!("Sets --{option}."));
        }
    }
    for (names, _, text) in VARIABLES
        .iter()
        .filter(|(_, option, _)| option.is_none_or(has))
    {
        entry(roff, [bold(*names)], text);
    }
}

/// The pages of the other commands.
fn see_also(roff: &mut Roff, command: &Command, cogmig: &Command, uses_aws: bool) {
    roff.control("SH", ["SEE ALSO"]);
    let names = [cogmig].into_iter().chain(cogmig.get_subcommands());
    let names = names.filter(|other| other.get_name() != command.get_name());
    let names = names.map(|other| {
        other
            .get_display_name()
            .unwrap_or(other.get_name())
            .to_owned()
    });
    let names = names.chain(uses_aws.then(|| "aws".to_owned()));
    let mut line = Vec::new();
    for name in names {
        if !line.is_empty() {
            line.push(roman(", "));
        }
        line.extend([bold(name), roman("(1)")]);
    }
    roff.text(line);
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::process;

    use super::*;

    /// A folder with two AWS profiles and with the completions for a shell.
    fn folder(shell: Shell) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("cogmig-{shell}-{}", process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let config = "[default]\n[profile old-account]\nregion = eu-west-1\n\n[sso-session work]\n";
        fs::write(folder.join("config"), config).expect("a file");
        fs::write(folder.join("credentials"), "[new-account]\n").expect("a file");
        fs::write(folder.join("script"), completions(shell)).expect("a file");
        folder
    }

    /// The output of a shell; nothing if the shell isn't installed.
    fn output(shell: Shell, arguments: &[&str]) -> Option<String> {
        let folder = folder(shell);
        let output = process::Command::new(shell.to_string())
            .args(arguments)
            .current_dir(&folder)
            .env("AWS_CONFIG_FILE", "config")
            .env("AWS_SHARED_CREDENTIALS_FILE", "credentials")
            .output();
        fs::remove_dir_all(folder).expect("removed");
        let output = output.ok()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(errors.is_empty(), "{shell}: {errors}");
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    #[test]
    fn bash_completes_the_aws_profiles() {
        let complete = |words: &str, word: &str, previous: &str| {
            let script = format!(
                "source ./script; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
                 _cogmig_or_profiles cogmig {word} {previous}; printf '%s\\n' \"${{COMPREPLY[@]}}\""
            );
            let printed = output(Shell::Bash, &["--norc", "-c", &script]).expect("bash");
            printed.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let old = "--old-profile";
        let all = ["default", "old-account", "new-account"];
        assert_eq!(complete("cogmig plan --old-profile ''", "''", old), all);
        let one = ["old-account"];
        assert_eq!(complete("cogmig plan --old-profile o", "o", old), one);
        assert_eq!(complete("cogmig plan --old-profile = o", "o", "="), one);
        assert_eq!(complete("cogmig plan --old-profile =", "=", old), all);
        assert_eq!(
            complete("cogmig plan --mfa-users ''", "''", "--mfa-users"),
            ["refuse", "migrate"]
        );
        assert!(completions(Shell::Bash).contains("complete -F _cogmig_or_profiles "));
    }

    #[test]
    fn fish_completes_the_aws_profiles() {
        let script = "source ./script; complete -C 'cogmig plan --new-profile '; complete -C 'cogmig plan --old-profile=ol'";
        let Some(printed) = output(Shell::Fish, &["--no-config", "-c", script]) else {
            return;
        };
        let expected = "default\nnew-account\nold-account\n--old-profile=old-account\n";
        assert_eq!(printed, expected);
    }

    #[test]
    fn zsh_completes_the_aws_profiles() {
        let script = completions(Shell::Zsh);
        assert!(script.contains(":PROFILE:_cogmig_profiles'"));
        assert!(!script.contains(":PROFILE:_default'"));
        let script = "compdef() { }; source ./script; _cogmig_print_profiles";
        let Some(printed) = output(Shell::Zsh, &["-f", "-c", script]) else {
            return;
        };
        assert_eq!(printed, "default\nold-account\nnew-account\n");
    }

    #[test]
    fn each_man_page_has_all_sections() {
        let folder = std::env::temp_dir().join(format!("cogmig-man-{}", process::id()));
        man(&folder).expect("written");
        let mut pages = 0;
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let text = fs::read_to_string(&path).expect("a page");
            let sections: Vec<_> = text
                .lines()
                .filter_map(|line| line.strip_prefix(".SH "))
                .collect();
            let name = path.file_stem().expect("a name").to_string_lossy();
            let mut expected = vec!["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS"];
            if name == "cogmig" {
                expected.push("COMMANDS");
            }
            expected.extend(["\"EXIT STATUS\"", "ENVIRONMENT"]);
            if !["cogmig-completions", "cogmig-man"].contains(&&*name) {
                expected.push("FILES");
            }
            expected.extend(["EXAMPLES", "\"SEE ALSO\""]);
            assert_eq!(sections, expected, "{name}");
            let detailed = ["cogmig", "cogmig-plan", "cogmig-status"].contains(&&*name);
            assert_eq!(text.contains("\n\\fB2\\fR\n"), detailed, "{name}");
            pages += 1;
        }
        assert_eq!(pages, 9);
        let setup = fs::read_to_string(folder.join("cogmig-setup.1")).expect("a page");
        for text in [
            "COGMIG_OLD_PROFILE",
            "CI=false",
            "NO_COLOR",
            "AWS_PROFILE",
            "cogmig.toml",
            "~/.aws/config",
            "\n\\fB64\\fR\n",
            "\n\\fB130\\fR\n",
        ] {
            assert!(setup.contains(text), "{text}\n{setup}");
        }
        fs::remove_dir_all(folder).expect("removed");
    }
}
