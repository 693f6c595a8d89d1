//! `policyExplain`: which rows of the policies allow something, or that none does.
//!
//! **Invariant:** about one's own assignment, what is not allowed is answered in the same words whether it exists for
//! others or is a misspelling; only who may read the audit is told more, and may ask about anyone.

use crate::schema::types::{TypeDef, TypeTable};
use entity::Day;
use platform::{
    Code, Language, Op, Refusal, Result,
    part::{DataClass, Part},
    permissions as may,
};
use policies::{Explanation, Holder, Level, Policies, RowRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    future::ready,
    sync::{Arc, OnceLock},
};

/// Knows what each field of the graph takes, once the graph is loaded.
#[derive(Default)]
pub struct Explainer {
    fields: OnceLock<BTreeMap<String, Needs>>,
}

/// What a type or a field takes to be in a schema.
#[derive(Debug, Clone, Default)]
struct Needs {
    permissions: Vec<&'static str>,
    /// Class that disclosure goes by; none for what holds no value of its own.
    class: Option<DataClass>,
}

impl Explainer {
    /// Learns every type and field of the loaded graph.
    pub fn learn(&self, table: &TypeTable) {
        self.fields.get_or_init(|| table.types.iter().flat_map(|(name, def)| needs_of(name, def)).collect());
    }

    /// What a coordinate such as `Person.idNumber`, or a permission, takes; nothing when there is no such name.
    fn needs(&self, name: &str, policies: &Policies) -> Option<Needs> {
        if let Some(known) = policies.declared().iter().find(|known| known.name == name) {
            return Some(Needs { permissions: vec![known.name], class: None });
        }
        self.fields.get()?.get(name).cloned()
    }
}

fn needs_of(name: &str, def: &TypeDef) -> Vec<(String, Needs)> {
    let TypeDef::Object(object) = def else { return Vec::new() };
    let own: Vec<_> = object.stored.iter().map(|stored| stored.permission.name).collect();
    let mut found = vec![(name.to_owned(), Needs { permissions: own.clone(), class: None })];
    for (field_name, field) in &object.fields {
        let mut permissions = own.clone();
        permissions.extend(field.permissions.iter().filter(|permission| !own.contains(permission)));
        found.push((format!("{name}.{field_name}"), Needs { permissions, class: Some(field.class) }));
    }
    found
}

/// The part with the query.
pub fn part(explainer: &Arc<Explainer>) -> Part {
    let explainer = Arc::clone(explainer);
    Part::new("policy").query(
        "policyExplain",
        "Explains by which rows of the policies something is allowed, or that none allows it (权限说明).",
        may::POLICY_EXPLAIN,
        DataClass::Internal,
        move |op: &Op, input: PolicyQuestion| ready(explainer.answer(op, &input)),
    )
}

/// What is asked.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
pub struct PolicyQuestion {
    /// A permission, or a field as `Type.field`, such as `Query.policyExplain` (名称).
    #[garde(length(chars, min = 1, max = 200))]
    pub name: String,
    /// Programme code, where the answer may differ by programme (救助项目).
    #[garde(inner(length(chars, min = 1, max = 60)))]
    pub programme: Option<String>,
    /// Day the policies are asked of; today when left out (日期).
    #[garde(skip)]
    pub on: Option<Day>,
    /// Role to ask about, with its unit; one's own assignment when left out (角色).
    #[garde(inner(length(chars, min = 1, max = 60)))]
    pub role: Option<String>,
    /// Unit to ask about (单位代码).
    #[garde(inner(length(chars, min = 1, max = 60)))]
    pub unit: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyExplanation {
    /// What was asked about (名称).
    pub name: String,
    /// Day the policies were asked of (日期).
    pub on: Day,
    /// Whether all of it is allowed (是否允许).
    pub allowed: bool,
    /// Why, in words (理由).
    pub reason: String,
    /// Each permission it takes, with the rows; empty when nothing can be told (所需权限).
    pub needs: Vec<PolicyNeed>,
    /// Class of the field's data; null when it is no field, or nothing can be told (数据分级).
    pub data_class: Option<String>,
    /// What the purpose of this request discloses of that class: `plain`, `masked` or `null` (披露方式).
    pub disclosure: Option<String>,
}

/// One permission, and the rows that give it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyNeed {
    /// The permission (权限).
    pub permission: String,
    /// Whether it is held (是否具有).
    pub allowed: bool,
    /// Why, in words (理由).
    pub reason: String,
    /// Rows it reaches: `ALL`, `DISTRICT_PROGRAMME`, `TOWN`, `TOWN_HANDLED` (of the unit's programmes), `VILLAGE`, `SELF` or
    /// `NONE` (数据范围).
    pub scope: String,
    /// Grant to the role; null when there is none (角色授权).
    pub role_row: Option<PolicyRow>,
    /// Authority of the unit, where the permission takes one; null when there is none (单位职权).
    pub authority_row: Option<PolicyRow>,
    /// Every row that gives the step to anyone on that day; told to who may read the audit (职权所在).
    pub held_by: Vec<PolicyRow>,
}

/// A row of a policy file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PolicyRow {
    /// Set and file (文件).
    pub file: String,
    /// Line, from 1 (行).
    pub line: u32,
    /// The row as written, with its document (内容).
    pub text: String,
}

impl From<&RowRef> for PolicyRow {
    fn from(row: &RowRef) -> Self {
        let line = u32::try_from(row.line).unwrap_or(u32::MAX);
        Self { file: row.file.clone(), line, text: row.text.clone() }
    }
}

impl Explainer {
    fn answer(&self, op: &Op, question: &PolicyQuestion) -> Result<PolicyExplanation> {
        let auditor = op.holds(&may::AUDIT_READ);
        let on = question.on.unwrap_or_else(|| op.today());
        let holder = match (&question.role, &question.unit) {
            (None, None) => op.signed_in()?.holder(),
            (Some(role), unit) if auditor => holder_of(op.policies(), role, unit.as_deref())?,
            (None, Some(_)) if auditor => {
                return Err(Refusal::new(Code::InvalidInput)
                    .field("input.role")
                    .arg("reason", "role is left out")
                    .into());
            }
            // Whom else others ask about is told to nobody, nor whether there is such a role.
            _ => return Ok(nothing(op, question, on)),
        };
        let Some(needs) = self.needs(&question.name, op.policies()) else { return Ok(nothing(op, question, on)) };
        let asked = Asked { op, holder: &holder, programme: question.programme.as_deref(), on, auditor };
        let explained: Vec<_> = needs.permissions.iter().map(|permission| asked.need(permission)).collect();
        let allowed = explained.iter().all(|need| need.allowed);
        if !allowed && !auditor {
            return Ok(nothing(op, question, on));
        }
        let reason = reason(op.language, &explained);
        let disclosure = needs.class.map(|class| op.policies().disclosure(class, &op.purpose).as_str().to_owned());
        Ok(PolicyExplanation {
            name: question.name.clone(),
            on,
            allowed,
            reason,
            needs: explained,
            data_class: needs.class.map(|class| class.as_str().to_owned()),
            disclosure,
        })
    }
}

/// The one answer to everything that is not one's own, or is nothing at all.
fn nothing(op: &Op, question: &PolicyQuestion, on: Day) -> PolicyExplanation {
    let reason = match op.language {
        Language::En => "no rule gives this to your assignment",
        Language::ZhCn => "没有规则将此项赋予您的任职",
    };
    PolicyExplanation {
        name: question.name.clone(),
        on,
        allowed: false,
        reason: reason.to_owned(),
        needs: Vec::new(),
        data_class: None,
        disclosure: None,
    }
}

/// A role of a unit, wherever it is; the level is the unit's own.
fn holder_of(policies: &Policies, role: &str, unit: Option<&str>) -> Result<Holder> {
    let unknown = |field: &str, what: String| Refusal::new(Code::InvalidInput).field(field).arg("reason", what);
    if !policies.roles().contains(&role) {
        return Err(unknown("input.role", format!("no policy knows a role {role}")).into());
    }
    let (unit, level) = match unit {
        None => (String::new(), Level::Village),
        Some(code) => {
            let known = policies.units().into_iter().find(|(known, _)| *known == code);
            let known = known.ok_or_else(|| unknown("input.unit", format!("no policy knows a unit {code}")))?;
            (known.0.to_owned(), known.1)
        }
    };
    Ok(Holder { role: role.to_owned(), unit, level, jurisdiction: String::new() })
}

/// A question about one holder on one day.
struct Asked<'a> {
    op: &'a Op,
    holder: &'a Holder,
    programme: Option<&'a str>,
    on: Day,
    auditor: bool,
}

impl Asked<'_> {
    fn need(&self, permission: &str) -> PolicyNeed {
        let policies = self.op.policies();
        let Explanation { allowed, roles_row, authority_row, held_by, reason_en, reason_zh } =
            policies.explain(self.holder, permission, self.programme, self.on.0);
        let reason = match self.op.language {
            Language::En => reason_en,
            Language::ZhCn => reason_zh,
        };
        let held_by = if self.auditor { held_by.iter().map(PolicyRow::from).collect() } else { Vec::new() };
        PolicyNeed {
            permission: permission.to_owned(),
            allowed,
            reason,
            scope: policies.scope(&self.holder.role, permission).as_str().to_owned(),
            role_row: roles_row.as_ref().map(PolicyRow::from),
            authority_row: authority_row.as_ref().map(PolicyRow::from),
            held_by,
        }
    }
}

/// What is missing, or else what allows it; what takes no permission is everyone's who has the type.
fn reason(language: Language, needs: &[PolicyNeed]) -> String {
    let missing: Vec<_> = needs.iter().filter(|need| !need.allowed).map(said).collect();
    let told = if missing.is_empty() { needs.iter().map(said).collect() } else { missing };
    match (told.is_empty(), language) {
        (false, _) => told.join("; "),
        (true, Language::En) => "it takes no permission of its own".to_owned(),
        (true, Language::ZhCn) => "不需要单独的权限".to_owned(),
    }
}

fn said(need: &PolicyNeed) -> String {
    format!("{}: {}", need.permission, need.reason)
}
