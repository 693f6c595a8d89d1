//! The test harness: databases of both kinds, the served router, and a client that speaks to it.

pub mod client;
pub mod cluster;
pub mod database;

pub use client::{Answer, Client};
pub use database::{Backend, Url, backends, fresh_database};

/// Turns each named `async fn name(backend: Backend)` into two tests, `name::sqlite` and `name::postgres`.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        $(
            mod $name {
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite() {
                    super::$name($crate::Backend::Sqlite).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn postgres() {
                    super::$name($crate::Backend::Postgres).await;
                }
            }
        )+
    };
}
