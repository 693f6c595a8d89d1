//! PostgreSQL: the statements of a wave leave together; a wave waits once.

use super::{Ask, Keyed, Keys, Param, Rows, Waves};
use crate::{
    error::{Error, Result},
    part::{CellKind, CellRef},
};
use bytes::BytesMut;
use deadpool_postgres::{ClientWrapper, Manager, ManagerConfig, Object, RecyclingMethod, Runtime, Timeouts};
use futures_util::{
    StreamExt,
    future::{join, try_join_all},
    pin_mut,
};
use std::{error::Error as StdError, net::IpAddr, str::FromStr, time::Duration};
use tokio_postgres::{
    NoTls, Row,
    config::{Host, SslMode},
    types::{IsNull, ToSql, Type, to_sql_checked},
};
use uuid::Uuid;

/// Connections kept.
const CONNECTIONS: usize = 12;
/// Longest that is waited for one.
const PATIENCE: Duration = Duration::from_secs(10);
/// Plans are made once for each connection: what is asked for goes by key or along an index whatever the values are.
/// Parallel workers would not keep the order of rows within a key. A plan that knows no values takes a range of places
/// for a few rows, and would collect all of a town's in a bitmap to cut them with those of one key.
const SETTINGS: &str = "-c default_transaction_read_only=on -c statement_timeout=10s -c plan_cache_mode=force_generic_plan \
     -c max_parallel_workers_per_gather=0 -c jit=off -c enable_bitmapscan=off";
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Connections of one database.
#[derive(Debug, Clone)]
pub struct Pool(deadpool_postgres::Pool);

impl Pool {
    pub(super) fn open(url: &str) -> Result<Option<Self>> {
        // What this driver does not understand is read through the other one; so is whatever could be read in between,
        // since this one speaks no TLS.
        let Ok(mut config) = tokio_postgres::Config::from_str(url) else { return Ok(None) };
        if !(config.get_ssl_mode() == SslMode::Disable || stays_here(&config)) {
            return Ok(None);
        }
        config.options(SETTINGS).connect_timeout(PATIENCE).ssl_mode(SslMode::Disable);
        let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let timeouts = Timeouts { wait: Some(PATIENCE), create: Some(PATIENCE), recycle: Some(PATIENCE) };
        let pool = deadpool_postgres::Pool::builder(manager)
            .max_size(CONNECTIONS)
            .timeouts(timeouts)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(Error::internal)?;
        Ok(Some(Self(pool)))
    }

    pub(super) async fn run<W: Waves>(&self, mut waves: W) -> Result<W> {
        let Some((asks, last)) = waves.next() else { return Ok(waves) };
        let lent = Lent(Some(self.0.get().await.map_err(Error::internal)?));
        let client = lent.client()?;
        if last && asks.len() == 1 {
            // A statement alone is a snapshot of its own.
            waves.take(run_all(client, &asks).await?);
            lent.give_back();
            return Ok(waves);
        }
        let (begun, rows) = join(client.batch_execute(BEGIN), run_all(client, &asks)).await;
        begun.map_err(Error::internal)?;
        waves.take(rows?);
        let mut open = true;
        while let Some((asks, last)) = waves.next() {
            let rows = if last {
                open = false;
                let (rows, ended) = join(run_all(client, &asks), client.batch_execute("COMMIT")).await;
                ended.map_err(Error::internal)?;
                rows?
            } else {
                run_all(client, &asks).await?
            };
            waves.take(rows);
        }
        if open {
            client.batch_execute("COMMIT").await.map_err(Error::internal)?;
        }
        lent.give_back();
        Ok(waves)
    }
}

/// Whether a database is on this machine, and TLS not asked for.
fn stays_here(config: &tokio_postgres::Config) -> bool {
    let here = |host: &Host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
        Host::Unix(_) => true,
    };
    let addresses = config.get_hostaddrs().iter().all(IpAddr::is_loopback);
    config.get_ssl_mode() != SslMode::Require && addresses && config.get_hosts().iter().all(here)
}

/// A connection that goes back to the pool only when its transaction is known to be over.
struct Lent(Option<Object>);

impl Lent {
    fn client(&self) -> Result<&ClientWrapper> {
        self.0.as_deref().ok_or_else(|| Error::internal("a connection was given back"))
    }

    fn give_back(mut self) {
        self.0.take();
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(Object::take(connection));
        }
    }
}

async fn run_all(client: &ClientWrapper, asks: &[Ask]) -> Result<Vec<Rows>> {
    try_join_all(asks.iter().map(|ask| run(client, ask))).await
}

async fn run(client: &ClientWrapper, ask: &Ask) -> Result<Rows> {
    let mut params: Vec<&(dyn ToSql + Sync)> = Vec::with_capacity(ask.params.len() + 1);
    let mut types = Vec::with_capacity(ask.params.len() + 1);
    for param in ask.params.iter().filter(|param| **param != Param::Key) {
        params.push(param);
        types.push(param.sql_type());
    }
    if let Some(keys) = &ask.keys {
        params.push(keys);
        types.push(keys.sql_type());
    }
    let statement = client.prepare_typed_cached(&ask.query.sql, &types).await.map_err(Error::internal)?;
    let stream = client.query_raw(&statement, params).await.map_err(Error::internal)?;
    pin_mut!(stream);
    let by_place = ask.query.keyed == Keyed::AllAtOnce;
    let first = usize::from(by_place);
    let mut found = Rows::new(ask.query.kinds.len());
    while let Some(row) = stream.next().await {
        let row = row.map_err(Error::internal)?;
        if by_place {
            let place: i64 = row.try_get(0).map_err(Error::internal)?;
            found.end_keys_before(usize::try_from(place).map_err(Error::internal)?);
        }
        for (at, kind) in ask.query.kinds.iter().enumerate() {
            let cell = cell(&row, first + at, *kind).map_err(Error::internal)?;
            found.push(cell).ok_or_else(|| Error::internal("too much text"))?;
        }
    }
    found.end_keys_before(ask.keys.as_ref().map_or(1, Keys::len) + 1);
    Ok(found)
}

fn cell(row: &Row, at: usize, kind: CellKind) -> Result<CellRef<'_>, tokio_postgres::Error> {
    Ok(match kind {
        CellKind::Text => row.try_get::<_, Option<&str>>(at)?.map_or(CellRef::Null, CellRef::Text),
        CellKind::Int => row.try_get::<_, Option<i32>>(at)?.map_or(CellRef::Null, |number| CellRef::Int(number.into())),
        CellKind::BigInt => row.try_get::<_, Option<i64>>(at)?.map_or(CellRef::Null, CellRef::Int),
        CellKind::Bool => row.try_get::<_, Option<bool>>(at)?.map_or(CellRef::Null, CellRef::Bool),
        CellKind::Uuid => row.try_get::<_, Option<Uuid>>(at)?.map_or(CellRef::Null, CellRef::Uuid),
        CellKind::Bytes => row.try_get::<_, Option<&[u8]>>(at)?.map_or(CellRef::Null, CellRef::Bytes),
    })
}

type Written = Result<IsNull, Box<dyn StdError + Sync + Send>>;

impl Param {
    fn sql_type(&self) -> Type {
        match self {
            Self::Key | Self::Text(_) => Type::TEXT,
            Self::Int(_) => Type::INT8,
            Self::Bool(_) => Type::BOOL,
            Self::Uuid(_) => Type::UUID,
        }
    }
}

impl ToSql for Param {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Written {
        match self {
            Self::Key => Ok(IsNull::Yes),
            Self::Text(text) => text.as_ref().to_sql(ty, out),
            Self::Int(number) => number.to_sql(ty, out),
            Self::Bool(truth) => truth.to_sql(ty, out),
            Self::Uuid(id) => id.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::TEXT, Type::INT8, Type::BOOL, Type::UUID].contains(ty)
    }

    to_sql_checked!();
}

impl Keys {
    fn sql_type(&self) -> Type {
        match self {
            Self::Uuid(_) => Type::UUID_ARRAY,
            Self::Text(_) => Type::TEXT_ARRAY,
            Self::Int(_) => Type::INT8_ARRAY,
        }
    }
}

impl ToSql for Keys {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Written {
        match self {
            Self::Uuid(keys) => keys.to_sql(ty, out),
            Self::Text(keys) => keys.to_sql(ty, out),
            Self::Int(keys) => keys.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::UUID_ARRAY, Type::TEXT_ARRAY, Type::INT8_ARRAY].contains(ty)
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_is_read_without_tls_that_could_be_read_in_between() {
        let served = |url: &str| Pool::open(url).expect("a pool").is_some();
        for here in
            ["postgres://a@127.0.0.1:5432/b", "postgres://a@localhost/b", "postgres://a@db.example/b?sslmode=disable"]
        {
            assert!(served(here), "{here}");
        }
        for elsewhere in [
            "postgres://a@db.example/b",
            "postgres://a@10.0.0.7/b?sslmode=prefer",
            "postgres://a@127.0.0.1,db.example/b",
            "postgres://a@127.0.0.1/b?sslmode=require",
            "postgres://a@db.example/b?sslmode=verify-full&sslrootcert=/ca.pem",
        ] {
            assert!(!served(elsewhere), "{elsewhere}");
        }
    }
}
