//! The test harness: databases of both kinds, the served router, and a client that speaks to it.

mod client;
mod cluster;
mod database;

pub use crate::on_both;
pub use client::{Answer, Client};
pub use database::{Backend, Url, backends, fresh_database};

/// Makes two tests of each, `name::sqlite` and `name::postgres`.
///
/// `on_both!(one, other)` for functions `async fn one(backend: Backend)`;
/// `on_both!(name, |server: Server| async move { … })` for one that starts from a served demo store.
#[macro_export]
macro_rules! on_both {
    ($name:ident, |$server:ident: Server| async move $body:block) => {
        mod $name {
            use super::*;

            async fn on($server: $crate::support::Server) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                on($crate::support::Server::start($crate::support::Backend::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                on($crate::support::Server::start($crate::support::Backend::Postgres).await).await;
            }
        }
    };
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
