//! `cogmig completions`: the completions of a shell, with the AWS profiles of the machine.

use clap_complete::Shell;

use super::help::command;

/// Prints the AWS profiles of the machine. The AWS CLI isn't required, and a shell completes faster
/// without it.
const PROFILES: &str = r#"    {
        sed -n -e 's/^\[[[:blank:]]*\(default\)[[:blank:]]*\].*/\1/p' \
            -e 's/^\[[[:blank:]]*profile[[:blank:]]\{1,\}"\{0,1\}\([^]"]*[^]"[:blank:]]\)"\{0,1\}[[:blank:]]*\].*/\1/p' \
            "${AWS_CONFIG_FILE:-$HOME/.aws/config}"
        sed -n -e 's/^\[[[:blank:]]*\([^]]*[^][:blank:]]\)[[:blank:]]*\].*/\1/p' \
            "${AWS_SHARED_CREDENTIALS_FILE:-$HOME/.aws/credentials}"
    } 2>/dev/null | sort -u"#;

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
    profiles=(${(f)"$(_cogmig_print_profiles)"})
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

/// The completions for a shell.
pub fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "cogmig", &mut script);
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
        fs::write(folder.join("credentials"), "[new-account]\n[old-account]\n").expect("a file");
        fs::write(folder.join("script"), completions(shell)).expect("a file");
        folder
    }

    /// The output of a shell; nothing if the shell isn't installed.
    fn output(shell: Shell, arguments: &[&str]) -> Option<String> {
        let folder = folder(shell);
        let output = process::Command::new(shell.to_string())
            .args(arguments)
            .current_dir(&folder)
            .env("HOME", &folder)
            .env("LC_ALL", "C")
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
        let all = ["default", "new-account", "old-account"];
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
        assert_eq!(printed, "default\nnew-account\nold-account\n");
    }
}
