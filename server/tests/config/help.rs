//! The program's own words about itself.

use std::process::Command;

use server::config::keys;

fn warren(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_warren"))
        .args(arguments)
        .env("WARREN_BROKER", "http://monitor:hunter2@host")
        .output()
        .expect("the program");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn help_names_every_key_its_variable_and_its_default() {
    // Lines are folded to the width of whatever terminal there is.
    let help = warren(&["serve", "--help"]);
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for key in keys::ALL {
        assert!(
            help.contains(&format!("{} <{}>", key.flag(), key.placeholder)),
            "{}",
            key.name
        );
        assert!(
            help.contains(&format!("[variable: {}]", key.variable())),
            "{}",
            key.name
        );
        assert!(
            help.contains(&format!("[default: {}]", key.default)),
            "{}",
            key.name
        );
    }
}

#[test]
fn help_has_examples_and_no_password() {
    let help = warren(&["serve", "--help"]);
    assert!(help.contains("Examples:"));
    assert!(!help.contains("hunter2"));
}

#[test]
fn version_is_printed() {
    assert_eq!(
        warren(&["--version"]),
        format!("warren {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_wrong_configuration_ends_the_program_with_the_reason() {
    let output = Command::new(env!("CARGO_BIN_EXE_warren"))
        .args(["serve", "--tick", "0s"])
        .output()
        .expect("the program");
    assert_eq!(output.status.code(), Some(2));
    let words = String::from_utf8(output.stderr).expect("text");
    assert!(
        words.starts_with("warren: tick = \"0s\" (--tick): too short; accepted: "),
        "{words}"
    );
}
