//! Protected rows against the hashes their events hold.

use super::{
    Kind, Report,
    chains::Recorded,
    pages::{each, table},
};
use crate::{crypto::sha256, error::Result};
use entity::{
    appraisal, application_event, benefit_line, decision, disbursement_batch, ledger_entry, notice, opinion,
    person_claim, verification_investigator, verification_report, verification_step,
};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde::Serialize;

pub(super) async fn walk<C: ConnectionTrait>(conn: &C, mut recorded: Recorded, report: &mut Report) -> Result<()> {
    macro_rules! protected {
        ($($entity:ident),* $(,)?) => {
            $( compare::<$entity::Entity, C>(conn, &mut recorded, report).await?; )*
        };
    }
    protected!(
        appraisal,
        application_event,
        benefit_line,
        decision,
        disbursement_batch,
        ledger_entry,
        notice,
        opinion,
        person_claim,
        verification_investigator,
        verification_report,
        verification_step,
    );
    for (name, id) in recorded.into_keys() {
        report.find(Kind::Missing, &name, id, "the record says that it was written");
    }
    Ok(())
}

/// Takes every row of a table out of what is recorded; what is left over is missing.
async fn compare<E, C>(conn: &C, recorded: &mut Recorded, report: &mut Report) -> Result<()>
where
    E: EntityTrait,
    E::Model: Serialize,
    C: ConnectionTrait,
{
    let name = table::<E>();
    each::<E, C>(conn, report, |report, id, model| {
        let written = recorded.remove(&(name.clone(), id));
        let hash = serde_json::to_vec(&model).map(|bytes| sha256(&bytes)).unwrap_or_default();
        match written {
            None => report.find(Kind::Unrecorded, &name, id, "no event wrote it"),
            Some(written) if written.hash != hash => {
                report.find(Kind::Changed, &name, id, "it is not as its event wrote it");
            }
            Some(_) => {}
        }
    })
    .await?;
    // A row that cannot be read is named already; it is not missing, too.
    for finding in report.findings.iter().filter(|finding| finding.kind == Kind::Unreadable && finding.table == name) {
        if let Ok(id) = finding.row.parse() {
            recorded.remove(&(name.clone(), id));
        }
    }
    Ok(())
}
