//! Running the program as others do.

use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, ChildStdout, Command, Output, Stdio},
};

/// The program with a clean environment of its own and a folder of its own to stand in.
pub fn onedoor(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onedoor-under-test"));
    command.current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin");
    command
}

/// Runs to the end.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    onedoor(folder).args(arguments).output().expect("the program runs")
}

/// Runs to a good end; answers standard output.
pub fn ok(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    text(&output.stdout)
}

/// Runs to a good end with `--json`.
pub fn ok_json(folder: &Path, arguments: &[&str]) -> Value {
    let text = ok(folder, &[arguments, &["--json"]].concat());
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(&text).expect("one line of JSON")
}

/// Runs to a bad end: exit code 1 and one line on standard error, which is answered.
pub fn fails(command: &mut Command) -> String {
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1), "{command:?}: {output:?}");
    assert!(output.stdout.is_empty(), "{command:?}: {output:?}");
    let line = text(&output.stderr);
    assert_eq!(line.lines().count(), 1, "{command:?}: {line}");
    line.trim_end().to_owned()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// A server that was started as a process; killed if it is still there at the end.
pub struct Serving {
    child: Child,
    out: BufReader<ChildStdout>,
    /// `http://127.0.0.1:port`.
    pub base: String,
}

impl Serving {
    /// Starts a command that serves and waits for its first line.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        let mut first = String::new();
        out.read_line(&mut first).expect("its first line");
        let base = first.trim_end().strip_prefix("ready ").unwrap_or_else(|| panic!("not ready: {first:?}")).to_owned();
        Self { child, out, base }
    }

    /// The next lines it prints.
    pub fn lines(&mut self, count: usize) -> Vec<String> {
        self.out.by_ref().lines().take(count).map(|line| line.expect("a line")).collect()
    }

    /// Asks it to stop, as a service manager does; answers whether it ended well, and the rest of its output.
    pub fn terminate(mut self) -> (bool, String) {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().expect("a signal sent");
        let status = self.child.wait().expect("an end");
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).expect("its output");
        (status.success(), rest)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
