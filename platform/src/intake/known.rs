//! What the platform has on record itself, so that nobody asks a family for proof of it (身份互认).
//!
//! Which proofs these are, what shows each of them and how people call them are dated parameters under `intake.known`.

use crate::{
    code::Code,
    error::{Refusal, Result, ensure},
    module::{Identity, Parameters},
    reference,
    tx::Tx,
};
use entity::{application, enums::MaterialState, request_material};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// The parameter that lists the kinds of proof.
const KINDS: &str = "intake.known";

/// The proofs nobody may demand.
pub(super) struct KnownProofs(Vec<Proof>);

struct Proof {
    /// Kind of the material, e.g. `DIBAO_PROOF`.
    kind: String,
    /// What shows it, any of them: a programme, or `PROGRAMME:ITEM`.
    shown_by: Vec<String>,
    /// Beginnings of what people call it; a name that contains one means this proof, whatever its kind.
    names: Vec<String>,
}

impl KnownProofs {
    /// Those in force on a day (ISO). Error: `PARAMETER_MISSING`.
    pub(super) fn in_force(parameters: &Parameters, on: &str) -> Result<Self> {
        let list = |key: &str| -> Result<Vec<String>> {
            Ok(parameters.text(key, on)?.split('|').map(str::to_owned).collect())
        };
        let proof = |kind: String| {
            let shown_by = list(&format!("{KINDS}.{kind}"))?;
            let names = list(&format!("{KINDS}.{kind}.names"))?;
            Ok(Proof { kind, shown_by, names })
        };
        list(KINDS)?.into_iter().map(proof).collect::<Result<_>>().map(Self)
    }

    /// Whether a kind is a proof that only the record gives.
    pub(super) fn has(&self, kind: &str) -> bool {
        self.0.iter().any(|proof| proof.kind == kind)
    }

    /// Whether one of these identities shows what a kind of proof is to prove.
    pub(super) fn shown(&self, kind: &str, identities: &[Identity]) -> bool {
        let proofs = self.0.iter().filter(|proof| proof.kind == kind);
        proofs.flat_map(|proof| &proof.shown_by).any(|source| identities.iter().any(|identity| fits(identity, source)))
    }

    /// Refuses to demand such a material, by its kind or by what it is called. Error: `NO_PROOF_OF_KNOWN`.
    pub(super) fn ensure_not_demanded(&self, kind: &str, name: &str, field: &str) -> Result<()> {
        let plain: String = name.chars().filter(|character| character.is_alphanumeric()).collect();
        let called = |proof: &Proof| proof.names.iter().any(|known| plain.contains(known));
        ensure(!self.0.iter().any(|proof| proof.kind == kind || called(proof)), || {
            Refusal::new(Code::NoProofOfKnown).field(field).arg("what", name)
        })
    }
}

/// Refuses to ask a case's family for what the platform knows: what it found on record, and what only the record shows.
///
/// Error: `NO_PROOF_OF_KNOWN` (松溉府发〔2018〕57号 五(四)1).
pub(crate) async fn ensure_not_known<'i>(
    tx: &Tx<'_>,
    case: &application::Model,
    asked: impl IntoIterator<Item = (&'i str, &'i str)>,
    field: &str,
) -> Result<()> {
    let parameters = reference::parameters(tx.conn()).await?;
    let proofs = KnownProofs::in_force(&parameters, &tx.op().today().to_string())?;
    let found = request_material::Entity::find()
        .filter(request_material::Column::RequestId.eq(case.request_id))
        .filter(request_material::Column::State.eq(MaterialState::FromDatabase))
        .all(tx.conn())
        .await?;
    for (kind, name) in asked {
        proofs.ensure_not_demanded(kind, name, field)?;
        ensure(!found.iter().any(|known| known.kind == kind), || {
            Refusal::new(Code::NoProofOfKnown).field(field).arg("what", name)
        })?;
    }
    Ok(())
}

/// Whether an identity is the one a source names: `DIBAO`, or `WOMEN_CHILD:ORPHAN` for an item of it.
fn fits(identity: &Identity, source: &str) -> bool {
    match source.split_once(':') {
        Some((programme, item)) => identity.programme == programme && identity.items.iter().any(|known| known == item),
        None => identity.programme == source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::parameters::DatedValue;

    fn proofs() -> KnownProofs {
        let row = |(key, value): (&str, &str)| {
            let (from_on, source_doc) = ("2014-05-01".to_owned(), "test".to_owned());
            (key.to_owned(), DatedValue { value: value.to_owned(), from_on, to_on: None, source_doc })
        };
        let rows = [
            ("intake.known", "DIBAO_PROOF|HARDSHIP_PROOF"),
            ("intake.known.DIBAO_PROOF", "DIBAO"),
            ("intake.known.DIBAO_PROOF.names", "低保证|最低生活保障证"),
            ("intake.known.HARDSHIP_PROOF", "DIBAO|WOMEN_CHILD:ORPHAN"),
            ("intake.known.HARDSHIP_PROOF.names", "困难证明"),
        ];
        KnownProofs::in_force(&Parameters::new(rows.map(row)), "2018-10-19").unwrap()
    }

    fn identity(programme: &str, items: &[&str]) -> Identity {
        Identity { programme: programme.to_owned(), items: items.iter().map(|item| (*item).to_owned()).collect() }
    }

    #[test]
    fn a_record_shows_what_its_programme_or_item_shows() {
        for (kind, held, shown) in [
            ("DIBAO_PROOF", identity("DIBAO", &["BASE"]), true),
            ("HARDSHIP_PROOF", identity("DIBAO", &[]), true),
            ("HARDSHIP_PROOF", identity("WOMEN_CHILD", &["ORPHAN"]), true),
            ("HARDSHIP_PROOF", identity("WOMEN_CHILD", &["CANCER"]), false),
            ("DIBAO_PROOF", identity("WOMEN_CHILD", &["ORPHAN"]), false),
            ("ENROLMENT", identity("DIBAO", &["BASE"]), false),
        ] {
            assert_eq!(proofs().shown(kind, std::slice::from_ref(&held)), shown, "{kind} by {held:?}");
        }
        assert!(!proofs().shown("DIBAO_PROOF", &[]));
    }

    #[test]
    fn a_proof_is_not_demanded_under_another_name_either() {
        for (kind, name) in [
            ("DIBAO_PROOF", "随便"),
            ("OTHER", "低保证"),
            ("OTHER", "村委会开具的低 保证明（原件）"),
            ("ENROLMENT", "最低生活保障证复印件"),
            ("OTHER", "家庭困难证明"),
        ] {
            let refused = proofs().ensure_not_demanded(kind, name, "input.items").unwrap_err();
            assert_eq!(refused.code(), Code::NoProofOfKnown, "{kind} {name}");
        }
        for (kind, name) in [
            ("APPLICATION_FORM", "低保申请书"),
            ("ID_COPY", "低保申请人身份证复印件"),
            ("HARDSHIP_EVIDENCE", "困难事由及支出凭证"),
        ] {
            proofs().ensure_not_demanded(kind, name, "input.items").unwrap();
        }
    }

    #[test]
    fn on_a_day_without_its_rules_nothing_is_known() {
        let none = KnownProofs::in_force(&Parameters::default(), "2018-10-19");
        assert_eq!(none.err().unwrap().code(), Code::ParameterMissing);
    }
}
