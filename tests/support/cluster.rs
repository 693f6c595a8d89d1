//! A private PostgreSQL cluster on a loopback port, started when the first test asks for it.
//!
//! It ends with this process, however the process ends: a guard outside it holds the reading end of a
//! pipe, and stops the cluster by its process number once the writing end is gone.

use std::{
    fs,
    net::TcpListener,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};
use tempfile::TempDir;

/// Names a cluster to use instead of starting one: the URL of a superuser, without a database.
pub const URL_VARIABLE: &str = "TEST_POSTGRES_URL";

/// URL of the cluster without a database: `postgres://user@127.0.0.1:port`.
pub fn url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    static OWN: OnceLock<Cluster> = OnceLock::new();
    URL.get_or_init(|| match std::env::var(URL_VARIABLE) {
        Ok(url) => url.trim_end_matches('/').to_owned(),
        Err(_) => format!("postgres://onedoor@127.0.0.1:{}", OWN.get_or_init(Cluster::start).port),
    })
}

struct Cluster {
    port: u16,
    // Never waited for: its standard input is the pipe whose end it watches.
    _guard: Child,
}

impl Cluster {
    fn start() -> Self {
        let programs = programs();
        let owner = Owner::find();
        let folder = TempDir::with_prefix("onedoor-postgres-").expect("a temporary folder").keep();
        if let Some(owner) = &owner {
            chown(&folder, Some(owner.uid), Some(owner.gid)).expect("the cluster's folder given to its user");
        }
        let data = folder.join("data");
        let mut initdb = Owner::command(owner.as_ref(), &programs.join("initdb"));
        // A linguistic default order, unlike the one that ranges of codes need: a column that forgot
        // its COLLATE "C" shows here.
        initdb.args(["--username=onedoor", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]);
        initdb.args(["--locale-provider=icu", "--icu-locale=zh-Hans-CN"]);
        run(initdb.arg("--pgdata").arg(&data));
        // Another process may take the free port first; then the next one is tried.
        let port = (0..5)
            .find_map(|_| {
                let port = free_port();
                try_run(&mut start(&programs, owner.as_ref(), &data, port)).then_some(port)
            })
            .unwrap_or_else(|| panic!("{}", fs::read_to_string(data.join("log")).unwrap_or_default()));
        Self { port, _guard: guard(&programs, owner.as_ref(), &folder) }
    }
}

fn start(programs: &Path, owner: Option<&Owner>, data: &Path, port: u16) -> Command {
    let settings = format!(
        "-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=1000 \
         -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=128MB"
    );
    let mut start = Owner::command(owner, &programs.join("pg_ctl"));
    start.args(["start", "-w", "-t", "60", "-o", &settings]).arg("-D").arg(data).arg("-l").arg(data.join("log"));
    start
}

fn guard(programs: &Path, owner: Option<&Owner>, folder: &Path) -> Child {
    let mut guard = Owner::command(owner, Path::new("/bin/sh"));
    guard
        .args(["-c", r#"read -r _; "$1" stop -D "$2/data" -m immediate; rm -rf "$2""#, "guard"])
        .arg(programs.join("pg_ctl"))
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Out of the terminal's reach: an interrupt ends the tests, the guard has still to clean up.
        .process_group(0);
    guard.spawn().expect("the guard of the cluster")
}

/// PostgreSQL refuses to run as root; then this user runs it.
struct Owner {
    name: &'static str,
    uid: u32,
    gid: u32,
}

impl Owner {
    fn find() -> Option<Self> {
        if fs::metadata("/proc/self").expect("this process").uid() != 0 {
            return None;
        }
        let users = fs::read_to_string("/etc/passwd").expect("the list of users");
        ["postgres", "nobody"].into_iter().find_map(|name| {
            let line = users.lines().find(|line| line.starts_with(&format!("{name}:")))?;
            let mut ids = line.split(':').skip(2).map(|id| id.parse().expect("a number"));
            Some(Self { name, uid: ids.next()?, gid: ids.next()? })
        })
    }

    fn command(owner: Option<&Self>, program: &Path) -> Command {
        let mut command = match owner {
            None => Command::new(program),
            Some(owner) => {
                let mut command = Command::new("setpriv");
                command.args([&format!("--reuid={}", owner.name), &format!("--regid={}", owner.gid), "--clear-groups"]);
                command.arg(program);
                command
            }
        };
        // The caller's folder may be closed to that user.
        command.current_dir("/");
        command
    }
}

fn programs() -> PathBuf {
    let packaged = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path());
    let newest = packaged
        .filter(|version| version.join("bin/initdb").exists())
        .max_by_key(|version| version.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()));
    if let Some(newest) = newest {
        return newest.join("bin");
    }
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .find(|folder| folder.join("initdb").exists())
        .expect("PostgreSQL's initdb: `cargo xtask test` installs it")
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port()
}

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().expect("a program of PostgreSQL");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

// No output is captured: the server would hold the pipe open for as long as it lives.
fn try_run(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
