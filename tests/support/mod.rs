//! The test harness: databases of both kinds, the served router, and a client that speaks to it.

mod client;
mod cluster;
mod database;
mod server;
mod socket;

pub use crate::on_both;
pub use client::{Answer, Client};
pub use database::{Backend, Files, Kept, Url, backends, fresh_database, temporary_folder};
pub use server::Server;
pub use socket::{Got, PROTOCOL, Socket};

/// Makes two tests of each named `async fn name(backend: Backend)`: `name::sqlite` and `name::postgres`.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        $(
            mod $name {
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite() {
                    super::$name($crate::support::Backend::Sqlite).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn postgres() {
                    super::$name($crate::support::Backend::Postgres).await;
                }
            }
        )+
    };
}
