//! Which crate may depend on which, and which module may know which.

use super::source::{has_word, root, rust_files};
use serde_json::Value;
use std::{collections::BTreeMap, fs, process::Command};

/// What each crate of the house may depend on within it.
const ARROWS: [(&str, &[&str]); 9] = [
    ("entity", &[]),
    ("policies", &[]),
    ("migration", &["entity"]),
    ("platform", &["entity", "policies"]),
    ("modules", &["entity", "platform"]),
    ("api", &["entity", "migration", "modules", "platform", "policies"]),
    // Someone outside, who stands on what anyone may stand on.
    ("heating", &["api", "entity", "modules", "platform"]),
    ("tests", &["api", "entity", "heating", "migration", "modules", "platform", "policies"]),
    ("xtask", &[]),
];

/// Libraries that only these crates may depend on.
const HOLDERS: [(&str, &[&str]); 17] = [
    ("async-graphql", &["api", "tests"]),
    ("async-graphql-value", &["api", "tests"]),
    ("axum", &["api", "tests"]),
    ("hyper", &["api", "tests"]),
    ("hyper-util", &["api", "tests"]),
    ("tower-http", &["api"]),
    ("reqwest", &["tests"]),
    ("casbin", &["policies"]),
    ("jsonwebtoken", &["api", "tests"]),
    ("argon2", &["api"]),
    ("aes-gcm", &["platform"]),
    ("hmac", &["platform"]),
    ("rusqlite", &["platform"]),
    ("tokio-postgres", &["platform"]),
    ("deadpool-postgres", &["platform"]),
    ("sea-orm-migration", &["migration"]),
    ("fluent-bundle", &["platform"]),
];

// Every dependency of every crate of the workspace, of whatever kind.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let mut cargo = Command::new(env!("CARGO"));
    let output = cargo.args(["metadata", "--no-deps", "--offline", "--format-version=1"]).current_dir(root()).output();
    let metadata: Value = serde_json::from_slice(&output.expect("cargo answers").stdout).expect("metadata as JSON");
    let name = |package: &Value| package["name"].as_str().expect("a name").to_owned();
    let packages = metadata["packages"].as_array().expect("packages").iter();
    packages
        .map(|package| (name(package), package["dependencies"].as_array().into_iter().flatten().map(name).collect()))
        .collect()
}

#[test]
fn imports_run_one_way() {
    let dependencies = dependencies();
    assert_eq!(dependencies.len(), ARROWS.len(), "a crate without arrows, or arrows without a crate");
    for (from, allowed) in ARROWS {
        for to in dependencies[from].iter().filter(|to| ARROWS.iter().any(|(inside, _)| inside == to)) {
            assert!(allowed.contains(&to.as_str()), "{from} must not depend on {to}");
        }
    }
}

#[test]
fn a_library_with_one_home_is_a_dependency_of_no_other_crate() {
    let dependencies = dependencies();
    for (library, holders) in HOLDERS {
        for (from, _) in dependencies.iter().filter(|(_, to)| to.iter().any(|to| to == library)) {
            assert!(holders.contains(&from.as_str()), "{from} must not depend on {library}");
        }
    }
}

#[test]
fn the_folders_of_modules_are_the_list_of_modules() {
    let list = fs::read_to_string(root().join("modules/src/lib.rs")).expect("the list of modules");
    // What only tests are made of is no programme.
    let built = list.replace("#[cfg(test)]\nmod worked;\n", "");
    let declared: Vec<&str> = built
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ").or(line.strip_prefix("mod "))?.strip_suffix(';'))
        .collect();
    assert_eq!(declared, modules());
    for module in declared {
        let uses = list.matches(&format!("{module}::")).count();
        assert!(uses > 0, "modules/src/lib.rs declares {module} and does not list it");
    }
}

#[test]
fn no_module_names_another() {
    let modules = modules();
    for file in rust_files() {
        let Some(inside) = file.path.strip_prefix("modules/src/") else { continue };
        let Some((own, _)) = inside.split_once('/') else { continue };
        for other in modules.iter().filter(|other| *other != own) {
            assert!(!has_word(&file.text, other), "{} names module {other}", file.path);
        }
    }
}

fn modules() -> Vec<String> {
    let entries = fs::read_dir(root().join("modules/src")).expect("the modules").flatten();
    let mut folders: Vec<String> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    folders
}
