//! Monthly totals against the entries they are of, in both directions.

use super::{Kind, Report, pages::each};
use crate::error::Result;
use entity::{Month, account, enums::EntryKind, ledger_entry, ledger_total};
use sea_orm::ConnectionTrait;
use std::collections::BTreeMap;

/// Town, programme, channel, month of posting and kind.
type Key = (String, String, String, Month, &'static str);

/// What the entries themselves come to.
#[derive(Default)]
pub(super) struct Totals(BTreeMap<Key, Sum>);

#[derive(Default)]
struct Sum {
    entries: i64,
    fen: i128,
}

impl Totals {
    /// Counts one entry in, under the town of the account it debits.
    pub(super) fn add(&mut self, entry: &ledger_entry::Model, debit: &account::Model) {
        let key = key(&debit.jurisdiction, &entry.programme, &entry.channel, entry.posted_on.month(), entry.kind);
        let sum = self.0.entry(key).or_default();
        sum.entries += 1;
        sum.fen += i128::from(entry.amount_fen.0);
    }

    /// Names every total that is not what its entries come to, and every month that has entries and no total.
    pub(super) async fn compare<C: ConnectionTrait>(mut self, conn: &C, report: &mut Report) -> Result<()> {
        each::<ledger_total::Entity, C>(conn, report, |report, id, total| {
            let key = key(&total.jurisdiction, &total.programme, &total.channel, total.month, total.kind);
            let row = format!("{} ({id})", named(&key));
            // Taken out, so that a second total of the same has no entries left.
            let Some(sum) = self.0.remove(&key) else {
                return report.find(Kind::Ledger, "ledger_total", row, "it has no entries");
            };
            if total.entries != sum.entries {
                let what = format!("it counts {} entries, there are {}", total.entries, sum.entries);
                report.find(Kind::Ledger, "ledger_total", &row, what);
            }
            if i128::from(total.amount_fen.0) != sum.fen {
                let what = format!("its amount is {}, its entries sum to {} fen", total.amount_fen, sum.fen);
                report.find(Kind::Ledger, "ledger_total", &row, what);
            }
        })
        .await?;
        for (key, sum) in self.0 {
            let what = format!("it is missing, its entries ({}) sum to {} fen", sum.entries, sum.fen);
            report.find(Kind::Ledger, "ledger_total", named(&key), what);
        }
        Ok(())
    }
}

fn key(town: &str, programme: &str, channel: &str, month: Month, kind: EntryKind) -> Key {
    (town.to_owned(), programme.to_owned(), channel.to_owned(), month, kind.as_str())
}

fn named((town, programme, channel, month, kind): &Key) -> String {
    format!("{town} {programme} {channel} {month} {kind}")
}
