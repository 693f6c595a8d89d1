//! The shape of files: length, names, and what must not stand in any.

use super::source::{files, has_word, rust_files};

const FILE_LINES_MAX: usize = 500;
const ARCHITECTURE_LINES_MAX: usize = 150;

/// Files that may be longer, each with its own limit. This list only shrinks.
const LONGER: [(&str, usize); 0] = [];

#[test]
fn source_files_are_short() {
    for file in files().iter().filter(|file| file.path.ends_with(".rs")) {
        let lines = file.text.lines().count();
        let longer = LONGER.iter().find(|(path, _)| *path == file.path);
        let limit = longer.map_or(FILE_LINES_MAX, |(_, limit)| *limit);
        assert!(lines <= limit, "{} has {lines} lines, at most {limit}", file.path);
        assert!(longer.is_none() || lines > FILE_LINES_MAX, "{} needs no exception any more", file.path);
    }
}

#[test]
fn an_exception_from_a_lint_is_expected_with_its_reason() {
    for file in rust_files() {
        let squeezed: String = file.text.split_whitespace().collect();
        assert!(
            !squeezed.contains("#[allow(") && !squeezed.contains("#![allow("),
            "{}: say #[expect(…, reason)]",
            file.path
        );
        for expect in squeezed.split("[expect(").skip(1) {
            let attribute = expect.split(")]").next().unwrap_or_default();
            assert!(attribute.contains("reason="), "{}: an #[expect] without its reason", file.path);
        }
    }
}

#[test]
fn no_file_is_a_drawer_for_everything() {
    for file in rust_files() {
        let drawer =
            file.path.split(['/', '.']).any(|part| ["util", "utils", "common", "helpers", "misc"].contains(&part));
        assert!(!drawer, "{}: name it after what it does", file.path);
    }
}

#[test]
fn unfinished_work_is_not_left_in_the_source() {
    for file in rust_files() {
        for word in ["todo!", "unimplemented!", "dbg!"] {
            let bare = word.trim_end_matches('!');
            assert!(!(file.text.contains(word) && has_word(&file.text, bare)), "{} holds {word}", file.path);
        }
    }
}

#[test]
fn no_file_names_a_machine() {
    // Split, so that this file does not hold them.
    let of_machines =
        [["/wo", "rk/"], ["/ro", "ot/"], ["/ho", "me/"], ["/Use", "rs/"], ["artifac", "tory"]].map(|it| it.concat());
    for file in files() {
        for word in &of_machines {
            assert!(!file.text.contains(word.as_str()), "{} holds {word}", file.path);
        }
        if file.path.ends_with("package-lock.json") {
            assert!(!file.text.contains("\"resolved\""), "{} names the registry it came from", file.path);
        }
    }
}

#[test]
fn the_map_is_short_and_names_every_part() {
    let files = files();
    let text =
        |path: &str| files.iter().find(|file| file.path == path).map(|file| file.text.as_str()).expect("a document");
    let map = text("ARCHITECTURE.md");
    assert!(map.lines().count() <= ARCHITECTURE_LINES_MAX, "ARCHITECTURE.md is a map, not a manual");
    for part in ["api/", "modules/", "platform/", "policies/", "entity/", "migration/", "tests/", "xtask/"] {
        assert!(map.contains(&format!("`{part}")), "ARCHITECTURE.md does not name {part}");
    }
    for readme in ["README.md", "README.zh-CN.md"] {
        let commands: Vec<&str> = text(readme).lines().filter(|line| line.starts_with("cargo ")).collect();
        assert_eq!(commands, ["cargo run --release -- demo", "cargo xtask test"], "the commands in {readme}");
    }
}
