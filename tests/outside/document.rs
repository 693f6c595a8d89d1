//! docs/adding-a-module.md: its blocks are the files of the crate that is built, and its last part is played.
//!
//! With `UPDATE_MODULE=1` the files are written from the document instead of compared.

use crate::cli::run::Serving;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The fences of the document: what follows the backticks, and the text.
fn fences() -> Vec<(String, String)> {
    let document = fs::read_to_string(root().join("docs/adding-a-module.md")).expect("the document");
    let mut fences = Vec::new();
    let mut rest = document.as_str();
    while let Some((_, after)) = rest.split_once("\n```") {
        let (kind, body) = after.split_once('\n').expect("a fence has a line");
        let (body, tail) = body.split_once("\n```").expect("a fence is closed");
        fences.push((kind.to_owned(), format!("{body}\n")));
        rest = tail;
    }
    fences
}

/// The text of every fence of a kind.
fn of(kind: &str) -> String {
    fences().into_iter().filter(|(own, _)| own == kind).map(|(_, text)| text).collect()
}

fn files(folder: &Path, under: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        if entry.path().is_dir() {
            files(&entry.path(), under, found);
        } else {
            let path = entry.path();
            let name = path.strip_prefix(under).expect("a path under it").to_string_lossy().replace('\\', "/");
            found.insert(name, fs::read_to_string(&path).expect("a text"));
        }
    }
}

#[test]
fn the_module_that_is_built_is_the_one_in_the_document() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("outside/heating");
    let written: BTreeMap<String, String> =
        fences().into_iter().filter_map(|(kind, text)| Some((kind.split_once(" file=")?.1.to_owned(), text))).collect();
    assert!(written.len() > 10, "the document has only {} files", written.len());
    if std::env::var_os("UPDATE_MODULE").is_some() {
        for (name, text) in &written {
            fs::write(folder.join(name), text).expect("written");
        }
    }
    let mut built = BTreeMap::new();
    files(&folder, &folder, &mut built);
    assert_eq!(built.keys().collect::<Vec<_>>(), written.keys().collect::<Vec<_>>());
    for (name, text) in &written {
        assert!(*text == built[name], "{name} is not as the document has it; UPDATE_MODULE=1 writes it");
    }
}

/// The program of the document, in a folder of its own that holds the proposed set.
struct Program {
    folder: tempfile::TempDir,
}

impl Program {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("heating")).expect("a folder");
        for entry in fs::read_dir(super::heating_set()).expect("the set").flatten() {
            fs::copy(entry.path(), folder.path().join("heating").join(entry.file_name())).expect("copied");
        }
        Self { folder }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_heating-under-test"));
        command.current_dir(self.folder.path()).env_clear().env("PATH", "/usr/bin:/bin").args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("text")
    }
}

/// Every `cargo run -- …` of the document's plain commands.
fn commands() -> Vec<Vec<String>> {
    let shell = of("sh");
    let lines = shell.lines().filter_map(|line| line.strip_prefix("cargo run -- "));
    lines.map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
}

#[test]
fn the_document_is_played_as_it_is_written() {
    let program = Program::new();
    let commands = commands();
    let words: Vec<Vec<&str>> = commands.iter().map(|line| line.iter().map(String::as_str).collect()).collect();
    let [check, explain, demo] = words.as_slice() else { panic!("{words:?}") };
    let told = program.ok(check);
    assert!(told.contains("heating 2018-11.1 ") && told.contains("the policies are sound"), "{told}");
    let told = program.ok(explain);
    assert!(told.contains("heating/roles.csv:") && told.contains("heating/authority.csv:"), "{told}");
    let serving = Serving::start(program.command(demo).args(["--listen", "127.0.0.1:0"]));

    let expected: Value = serde_json::from_str(&of("json")).expect("one answer");
    let (definitions, played) = (of("sh define"), of("sh play"));
    assert!(of("sh").contains("token() {") && played.lines().count() > 25, "{played}");
    let token = format!("{} token --data data --user \"$1\"", env!("CARGO_BIN_EXE_heating-under-test"));
    let script = format!("BASE={}\ntoken() {{ {token}; }}\n{definitions}\n{played}", serving.base);
    let mut bash = Command::new("bash");
    let ran = bash.args(["-euo", "pipefail", "-c", &script]).current_dir(program.folder.path()).output();
    let ran = ran.expect("bash runs");
    let told = format!("{}\n{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{told}");
    let answer = fs::read_to_string(program.folder.path().join("answer.json")).expect("the last answer");
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!(answer["data"], expected["data"], "{told}");

    // Every other command knows the module as well, where its set is named.
    let sdl = |sets: &[&str]| program.ok(&[&["schema", "--data", "data", "--user", "da_civil"], sets].concat());
    assert!(sdl(&["--set", "heating"]).contains("heatingApprove"));
    assert!(!sdl(&[]).contains("heatingApprove"));
    let verified = |sets: &[&str]| program.ok(&[&["verify", "--data", "data"], sets].concat());
    assert!(verified(&["--set", "heating"]).contains(" computed again, 0 of modules"));
    assert!(verified(&[]).contains(" computed again, 1 of modules"));
    let refused = program.run(&["policy", "check", "--module", "heating"]);
    assert!(!refused.status.success(), "{refused:?}");
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("no policy set names its programme HEATING"),
        "{refused:?}"
    );
    assert!(serving.terminate().0);
}
