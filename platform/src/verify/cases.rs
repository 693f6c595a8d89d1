//! Rows that change, against the rows that never do: cases against their log, benefits against their lines,
//! identity numbers against their hashes.

use super::{Kind, Report, pages::each};
use crate::{
    error::Result,
    module::{Assessment, OnceOnly},
    op::Platform,
};
use entity::{
    application, application_event, benefit, benefit_line, decision,
    enums::{ApplicationState, BenefitOrigin, DecisionOutcome},
    once_claim, person,
};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

pub(super) async fn walk<C: ConnectionTrait>(platform: &Platform, conn: &C, report: &mut Report) -> Result<()> {
    log(conn, report).await?;
    benefits(conn, report).await?;
    claims(conn, report).await?;
    each::<person::Entity, C>(conn, report, |report, id, person| {
        let opened = person.id_number_cipher.as_deref().map(|sealed| platform.cipher.open(sealed));
        let hash = match opened {
            None => None,
            Some(None) => return report.find(Kind::Contradiction, "person", id, "its sealed number does not open"),
            Some(Some(number)) => platform.cipher.lookup_hash(&number).ok(),
        };
        if hash != person.id_number_hash {
            report.find(Kind::Contradiction, "person", id, "its number and its number's hash differ");
        }
    })
    .await
}

/// The last event of every case, and how many it has.
struct Last {
    seq: i32,
    count: i32,
    state: ApplicationState,
    at: entity::At,
}

async fn log<C: ConnectionTrait>(conn: &C, report: &mut Report) -> Result<()> {
    let mut last: HashMap<Uuid, Last> = HashMap::new();
    each::<application_event::Entity, C>(conn, report, |_, _, event| {
        let fresh = Last { seq: event.seq, count: 0, state: event.to_state, at: event.at };
        let known = last.entry(event.application_id).or_insert(fresh);
        known.count += 1;
        if event.seq >= known.seq {
            *known = Last { seq: event.seq, count: known.count, state: event.to_state, at: event.at };
        }
    })
    .await?;
    each::<application::Entity, C>(conn, report, |report, id, case| {
        let row = format!("{} ({id})", case.number);
        match last.get(&id) {
            None => report.find(Kind::Contradiction, "application", row, "it has no event"),
            Some(last) if last.state != case.state || last.at != case.last_event_at => {
                report.find(Kind::Contradiction, "application", row, "its state is not that of its last event");
            }
            Some(last) if last.count != last.seq => {
                report.find(Kind::Contradiction, "application", row, "its log has a gap");
            }
            Some(_) => {}
        }
    })
    .await
}

/// What each decision took as granted once only, against what its assessment names.
async fn claims<C: ConnectionTrait>(conn: &C, report: &mut Report) -> Result<()> {
    let mut taken: HashMap<Uuid, BTreeSet<OnceOnly>> = HashMap::new();
    each::<once_claim::Entity, C>(conn, report, |_, _, claim| {
        let only = OnceOnly { person_id: claim.person_id, matter: claim.matter, period: claim.period };
        taken.entry(claim.decision_id).or_default().insert(only);
    })
    .await?;
    each::<decision::Entity, C>(conn, report, |report, id, row| {
        // An assessment that cannot be read is named where it is computed again.
        let Ok(assessment) = serde_json::from_str::<Assessment>(&row.assessment) else { return };
        let granted = row.outcome == DecisionOutcome::Approved;
        let named: BTreeSet<OnceOnly> = assessment.once.into_iter().filter(|_| granted).collect();
        if taken.remove(&id).unwrap_or_default() != named {
            let row = format!("{} ({id})", row.number);
            report.find(Kind::Contradiction, "decision", row, "what it grants once only is not what was taken");
        }
    })
    .await
}

async fn benefits<C: ConnectionTrait>(conn: &C, report: &mut Report) -> Result<()> {
    let mut sums: HashMap<Uuid, i64> = HashMap::new();
    each::<benefit_line::Entity, C>(conn, report, |_, _, line| {
        *sums.entry(line.benefit_id).or_default() += line.amount_fen.0;
    })
    .await?;
    let mut decided: HashMap<Uuid, decision::Model> = HashMap::new();
    each::<decision::Entity, C>(conn, report, |_, id, row| {
        decided.insert(id, row);
    })
    .await?;
    each::<benefit::Entity, C>(conn, report, |report, id, benefit| {
        if sums.get(&id).copied().unwrap_or_default() != benefit.amount_fen_month.0 {
            report.find(Kind::Contradiction, "benefit", id, "its amount is not the sum of its lines");
        }
        if benefit.origin == BenefitOrigin::Decision {
            let fits = benefit.decision_id.and_then(|decision| decided.get(&decision)).is_some_and(|decision| {
                decision.start_month == Some(benefit.start_month)
                    && decision.programme == benefit.programme
                    && Some(decision.application_id) == benefit.application_id
            });
            if !fits {
                report.find(Kind::Contradiction, "benefit", id, "it is not as its decision granted it");
            }
        }
    })
    .await
}
