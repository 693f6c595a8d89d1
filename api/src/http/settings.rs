//! What the server puts up with; limits on everything.

use anyhow::{Result, ensure};
use axum::http::Uri;
use serde::{Deserialize, Serialize};
use std::{net::SocketAddr, time::Duration};

/// How requests are served.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    /// Whether a proxy in front ends TLS; without one only this machine may connect.
    pub behind_tls: bool,
    /// Whether `/playground` is there.
    pub playground: bool,
    /// Origins of front ends whose pages a browser lets call this server, such as `https://window.example`.
    pub origins: Vec<String>,
    /// Most connections at a time.
    pub connections_max: usize,
    /// Most operations at a time; one more is turned away.
    pub operations_max: usize,
    /// Bounds of one request.
    pub limits: Limits,
    /// Bounds of time, in seconds.
    pub seconds: Seconds,
    /// Bounds of sockets and event streams.
    pub sockets: Sockets,
}

/// Bounds of sockets and event streams.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sockets {
    /// Most of them at a time under one assignment; those of the public count as one assignment.
    pub per_assignment: usize,
    /// Most operations at a time on one socket.
    pub operations: usize,
    /// Bytes of a message.
    pub message_bytes: usize,
    /// Events that may wait for one subscriber; one more, and it is shed.
    pub queue_items: usize,
    /// Bytes of events that may wait for one subscriber.
    pub queue_bytes: usize,
    /// Seconds for `connection_init`.
    pub init_seconds: u64,
    /// Seconds between signs of life.
    pub ping_seconds: u64,
}

/// Bounds of one request.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a body.
    pub body_bytes: usize,
    /// Bytes of a document.
    pub document_bytes: usize,
    /// Tokens of a document.
    pub tokens: usize,
    /// Brackets open at a time in a document.
    pub nesting: usize,
    /// Fragments of a document.
    pub fragments: usize,
    /// Fields below each other, fragments spread out.
    pub depth: u64,
    /// Fields of an operation, fragments spread out.
    pub fields: u64,
    /// Aliases of an operation, fragments spread out.
    pub aliases: u64,
    /// Fields at the root of an operation, fragments spread out.
    pub root_fields: u64,
    /// Items of a list, in the document or the variables.
    pub list_items: usize,
    /// Values in the variables, those inside others too.
    pub variable_values: usize,
}

/// Bounds of time, in seconds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seconds {
    /// For the head of a request; also how long a connection may wait for its next request.
    pub header: u64,
    /// For the body of a request.
    pub body: u64,
    /// For an answer.
    pub answer: u64,
    /// Without a byte in either direction.
    pub idle: u64,
    /// For what is under way when the server stops.
    pub stop: u64,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            behind_tls: false,
            playground: true,
            origins: Vec::new(),
            connections_max: 2048,
            operations_max: 256,
            limits: Limits::default(),
            seconds: Seconds::default(),
            sockets: Sockets::default(),
        }
    }
}

impl Default for Sockets {
    fn default() -> Self {
        Self {
            per_assignment: 64,
            operations: 32,
            message_bytes: 128 << 10,
            queue_items: 256,
            queue_bytes: 1 << 20,
            init_seconds: 5,
            ping_seconds: 25,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            document_bytes: 1 << 16,
            tokens: 4000,
            nesting: 48,
            fragments: 50,
            depth: 20,
            fields: 2000,
            aliases: 100,
            root_fields: 20,
            list_items: 2000,
            variable_values: 20_000,
        }
    }
}

impl Default for Seconds {
    fn default() -> Self {
        Self { header: 15, body: 15, answer: 30, idle: 60, stop: 10 }
    }
}

impl HttpSettings {
    /// Refuses what is unsafe; the error says which setting.
    pub fn check(&self, listen: SocketAddr) -> Result<()> {
        ensure!(
            self.behind_tls || listen.ip().is_loopback(),
            "listening on {listen} would send tokens in the clear: listen on 127.0.0.1, or set behind_tls when a proxy in front ends TLS"
        );
        within("connections_max", self.connections_max, 1, 100_000)?;
        within("operations_max", self.operations_max, 1, 10_000)?;
        self.limits.check()?;
        for origin in &self.origins {
            let sound = is_origin(origin);
            ensure!(
                sound,
                "setting origins has {origin}: an origin is https://HOST[:PORT], or http:// on this machine"
            );
        }
        let Seconds { header, body, answer, idle, stop } = self.seconds;
        for (name, seconds) in [("header", header), ("body", body), ("answer", answer), ("idle", idle), ("stop", stop)]
        {
            ensure!((1..=600).contains(&seconds), "setting seconds.{name} is {seconds}: it must be 1 to 600");
        }
        ensure!(idle > answer, "setting seconds.idle must be above seconds.answer, or answers are cut");
        self.sockets.check()?;
        let ping = self.sockets.ping_seconds;
        ensure!(idle > ping, "setting seconds.idle must be above sockets.ping_seconds, or sockets are cut");
        Ok(())
    }
}

impl Sockets {
    fn check(&self) -> Result<()> {
        within("sockets.per_assignment", self.per_assignment, 1, 10_000)?;
        within("sockets.operations", self.operations, 1, 1_000)?;
        within("sockets.message_bytes", self.message_bytes, 1024, 16 << 20)?;
        within("sockets.queue_items", self.queue_items, 1, 100_000)?;
        within("sockets.queue_bytes", self.queue_bytes, 1024, 64 << 20)?;
        for (name, seconds) in [("init_seconds", self.init_seconds), ("ping_seconds", self.ping_seconds)] {
            ensure!((1..=600).contains(&seconds), "setting sockets.{name} is {seconds}: it must be 1 to 600");
        }
        Ok(())
    }
}

impl Limits {
    fn check(&self) -> Result<()> {
        within("body_bytes", self.body_bytes, 1024, 64 << 20)?;
        within("document_bytes", self.document_bytes, 1024, 1 << 20)?;
        within("tokens", self.tokens, 100, 20_000)?;
        // The parser and the walks below it recurse; this is what keeps their stacks short.
        within("nesting", self.nesting, 8, 64)?;
        within("fragments", self.fragments, 0, 200)?;
        within("list_items", self.list_items, 1, 100_000)?;
        within("variable_values", self.variable_values, 1, 1_000_000)?;
        for (name, limit) in [
            ("depth", self.depth),
            ("fields", self.fields),
            ("aliases", self.aliases),
            ("root_fields", self.root_fields),
        ] {
            ensure!((1..=100_000).contains(&limit), "setting limits.{name} is {limit}: it must be 1 to 100000");
        }
        Ok(())
    }
}

/// Whether this is an origin as browsers send it, and one whose pages nobody on the way can change.
fn is_origin(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else { return false };
    let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else { return false };
    let plain = format!("{scheme}://{}", uri.authority().map_or("", |authority| authority.as_str()));
    let local = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
    text == plain && !text.contains('@') && (scheme == "https" || (scheme == "http" && local))
}

fn within(name: &str, value: usize, least: usize, most: usize) -> Result<()> {
    ensure!((least..=most).contains(&value), "setting {name} is {value}: it must be {least} to {most}");
    Ok(())
}

impl Seconds {
    pub(super) fn of(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }
}
