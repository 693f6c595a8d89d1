//! A stored decision computed again, and how the two differ.

use super::assess::replay;
use crate::{
    crypto::sha256,
    error::{Error, Result},
    id::Ref,
    module::{
        Assessment, Facts, Parameters,
        assessment::{AmountLine, RuleOutcome, UsedParameter},
        parameters::DatedValue,
    },
    op::Op,
    permissions as may,
};
use entity::{Fen, decision};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Which decision.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct DecisionReplayInput {
    /// The decision (审批决定).
    #[garde(skip)]
    pub decision_id: Ref<decision::Entity>,
}

/// A decision computed again from the facts and parameters stored with it (审批决定复算).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecisionReplay {
    /// Number of the decision (决定编号).
    pub number: String,
    /// Programme code (救助项目).
    pub programme: String,
    /// Version of the rules that decided (决定时规则版本).
    pub stored_version: String,
    /// Version of the rules that computed it again; null when the programme is not loaded here (现行规则版本).
    pub loaded_version: Option<String>,
    /// Whether both are the same version; with another one a difference may be right (版本一致).
    pub same_version: bool,
    /// Whether the stored facts are those their hash was made of (事实未变).
    pub facts_intact: bool,
    /// Whether the decision's amount is that of its assessment (金额相符).
    pub amount_fits: bool,
    /// Whether both assessments are equal; null when it could not be computed again (复算一致).
    pub equal: Option<bool>,
    /// Why it could not be computed again: a code; null when it could (未能复算原因).
    pub failure: Option<String>,
    /// Every rule, as stored and as computed again (逐条规则).
    pub rules: Vec<RuleReplay>,
    /// Every amount line, as stored and as computed again (逐项金额).
    pub lines: Vec<LineReplay>,
    /// Sum as stored (原合计).
    pub stored_total: Fen,
    /// Sum as computed again (复算合计).
    pub computed_total: Option<Fen>,
    /// Parameter values it stands on (所用参数).
    pub parameters: Vec<ReplayParameter>,
    /// Every place where the two differ; empty when they are equal (差异).
    pub differences: Vec<Difference>,
}

/// One rule, twice (规则对照).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleReplay {
    /// Stable name of the rule.
    pub code: String,
    /// Legal source (法律依据).
    pub legal_basis: String,
    /// Whether it held as stored; null when it was not tried (原结果).
    pub stored: Option<bool>,
    /// Whether it holds as computed again; null when it is not tried (复算结果).
    pub computed: Option<bool>,
    /// Whether all that is said of it is equal (一致).
    pub equal: bool,
}

/// One amount line, twice (金额对照).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineReplay {
    /// Item as funding.csv names it (项目).
    pub item: String,
    /// Why (事由).
    pub reason: String,
    /// The person, for a per-person line (人员).
    #[schemars(extend("x-node" = "Person"))]
    pub person_id: Option<Uuid>,
    /// Amount as stored; null when there was no such line (原金额).
    pub stored: Option<Fen>,
    /// Amount as computed again; null when there is no such line (复算金额).
    pub computed: Option<Fen>,
    /// Whether all that is said of it is equal (一致).
    pub equal: bool,
}

/// A dated rule value, as the decision used it (所用参数).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplayParameter {
    /// Key (参数键).
    pub key: String,
    /// Value (参数值).
    pub value: String,
    /// First day it is in force (生效日).
    pub from_on: String,
    /// Document behind it (文件依据).
    pub source_doc: String,
}

impl From<UsedParameter> for ReplayParameter {
    fn from(used: UsedParameter) -> Self {
        Self { key: used.key, value: used.value, from_on: used.from_on, source_doc: used.source_doc }
    }
}

/// One place where two assessments differ (差异).
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// Where in the assessment, e.g. `rules[3].passed`.
    pub path: String,
    /// The value as stored, JSON; null when there is none (原值).
    #[schemars(extend("x-class" = "SENSITIVE"))]
    pub stored: Option<String>,
    /// The value as computed again, JSON; null when there is none (复算值).
    #[schemars(extend("x-class" = "SENSITIVE"))]
    pub computed: Option<String>,
}

/// Computes a decision again from what is stored with it, and compares; changes nothing.
///
/// Errors: `NotFound`.
pub async fn decision_replay(op: &Op, input: DecisionReplayInput) -> Result<DecisionReplay> {
    let reading = op.read(may::AUDIT_READ)?;
    let row = entity::find_scoped::<decision::Entity>(&reading.scope)
        .filter(decision::Column::Id.eq(input.decision_id.id))
        .one(reading.conn)
        .await?
        .ok_or(Error::NotFound { field: "input.decisionId" })?;
    op.note_read("Decision", row.id);
    let facts: Facts = serde_json::from_str(&row.facts)?;
    let stored: Assessment = serde_json::from_str(&row.assessment)?;
    let used: Vec<UsedParameter> = serde_json::from_str(&row.parameters)?;
    let module = op.platform().module(&row.programme);
    let computed = module.map(|module| replay(module.as_ref(), &facts, &used_values(&used)));
    let (computed, failure) = match computed {
        None => (None, Some("MODULE_NOT_LOADED".to_owned())),
        Some(Ok(computed)) => (Some(computed), None),
        Some(Err(error)) => (None, Some(error.code().as_str().to_owned())),
    };
    let loaded_version = module.map(|module| module.manifest().version.to_owned());
    let differences = match &computed {
        Some(computed) => differences(&stored, computed)?,
        None => Vec::new(),
    };
    Ok(DecisionReplay {
        same_version: loaded_version.as_deref() == Some(&row.module_version),
        facts_intact: sha256(&serde_json::to_vec(&facts)?) == row.facts_hash,
        amount_fits: amount_fits(&row, &stored),
        equal: computed.as_ref().map(|_| differences.is_empty()),
        failure,
        rules: rules(&stored, computed.as_ref()),
        lines: lines(&stored, computed.as_ref()),
        stored_total: stored.total,
        computed_total: computed.as_ref().map(|computed| computed.total),
        parameters: used.into_iter().map(Into::into).collect(),
        differences,
        number: row.number,
        programme: row.programme,
        stored_version: row.module_version,
        loaded_version,
    })
}

/// Whether a decision grants what its assessment says: the sum of the lines, or nothing.
pub(crate) fn amount_fits(row: &decision::Model, stored: &Assessment) -> bool {
    let approved = row.outcome == entity::enums::DecisionOutcome::Approved;
    let granted = if approved { stored.total } else { Fen(0) };
    row.amount_fen == granted && stored.lines.iter().map(|line| line.amount.0).sum::<i64>() == stored.total.0
}

/// The values a decision used, as the module reads them.
pub(crate) fn used_values(used: &[UsedParameter]) -> Parameters {
    Parameters::new(used.iter().map(|used| {
        let value = DatedValue {
            value: used.value.clone(),
            from_on: used.from_on.clone(),
            to_on: None,
            source_doc: used.source_doc.clone(),
        };
        (used.key.clone(), value)
    }))
}

/// Stored and computed in pairs, those of one name together; what only one of them has stands alone.
fn pairs<'a, T, K: PartialEq>(
    stored: &'a [T],
    computed: &'a [T],
    key: fn(&T) -> K,
) -> Vec<(Option<&'a T>, Option<&'a T>)> {
    let mut rest: Vec<&T> = computed.iter().collect();
    let mut pairs: Vec<_> = stored
        .iter()
        .map(|one| {
            let same = rest.iter().position(|other| key(other) == key(one));
            (Some(one), same.map(|at| rest.remove(at)))
        })
        .collect();
    pairs.extend(rest.into_iter().map(|other| (None, Some(other))));
    pairs
}

fn rules(stored: &Assessment, computed: Option<&Assessment>) -> Vec<RuleReplay> {
    let again = computed.map_or(&[][..], |computed| &computed.rules);
    let pairs = pairs(&stored.rules, again, |rule: &RuleOutcome| rule.code.clone()).into_iter();
    let replayed = pairs.filter_map(|(stored, computed)| {
        let any = stored.or(computed)?;
        Some(RuleReplay {
            code: any.code.clone(),
            legal_basis: any.legal_basis.clone(),
            stored: stored.map(|rule| rule.passed),
            computed: computed.map(|rule| rule.passed),
            equal: stored == computed,
        })
    });
    replayed.collect()
}

fn lines(stored: &Assessment, computed: Option<&Assessment>) -> Vec<LineReplay> {
    let again = computed.map_or(&[][..], |computed| &computed.lines);
    let key = |line: &AmountLine| (line.item.clone(), line.reason.clone(), line.person_id);
    let replayed = pairs(&stored.lines, again, key).into_iter().filter_map(|(stored, computed)| {
        let any = stored.or(computed)?;
        Some(LineReplay {
            item: any.item.clone(),
            reason: any.reason.clone(),
            person_id: any.person_id,
            stored: stored.map(|line| line.amount),
            computed: computed.map(|line| line.amount),
            equal: stored == computed,
        })
    });
    replayed.collect()
}

fn differences(stored: &Assessment, computed: &Assessment) -> Result<Vec<Difference>> {
    let mut found = Vec::new();
    let (stored, computed) = (serde_json::to_value(stored)?, serde_json::to_value(computed)?);
    differ("", Some(&stored), Some(&computed), &mut found);
    Ok(found)
}

/// Walks both values at once and names the leaves that differ.
fn differ(path: &str, stored: Option<&Value>, computed: Option<&Value>, found: &mut Vec<Difference>) {
    match (stored, computed) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let names: std::collections::BTreeSet<_> = one.keys().chain(other.keys()).collect();
            for name in names {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                differ(&path, one.get(name), other.get(name), found);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            for at in 0..one.len().max(other.len()) {
                differ(&format!("{path}[{at}]"), one.get(at), other.get(at), found);
            }
        }
        (one, other) if one == other => {}
        (one, other) => found.push(Difference {
            path: path.to_owned(),
            stored: one.map(Value::to_string),
            computed: other.map(Value::to_string),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{Difference, differ};
    use serde_json::json;

    #[test]
    fn every_leaf_that_differs_is_named_and_no_other() {
        let stored = json!({ "rules": [{ "code": "A", "passed": true }], "total": 1, "same": [1, 2] });
        let computed = json!({ "rules": [{ "code": "A", "passed": false }, { "code": "B" }], "same": [1, 2] });
        let mut found = Vec::new();
        differ("", Some(&stored), Some(&computed), &mut found);
        let difference = |path: &str, stored: Option<&str>, computed: Option<&str>| Difference {
            path: path.to_owned(),
            stored: stored.map(str::to_owned),
            computed: computed.map(str::to_owned),
        };
        assert_eq!(
            found,
            [
                difference("rules[0].passed", Some("true"), Some("false")),
                difference("rules[1]", None, Some(r#"{"code":"B"}"#)),
                difference("total", Some("1"), None),
            ]
        );
    }
}
