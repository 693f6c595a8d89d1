//! What can be applied for here: the programmes that are loaded, as a window needs to know them.

use crate::{
    error::Result,
    module::Module,
    op::Op,
    part::{DataClass, Part},
    permissions as may,
    reference::Nothing,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// The list of programmes.
pub fn part() -> Part {
    Part::new("programmes").query(
        "programmes",
        "Programmes that can be applied for here, and the materials each asks for (救助项目).",
        may::UNIT_READ,
        DataClass::Public,
        programmes,
    )
}

/// What can be applied for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Programmes {
    /// Each programme once, in the order they were loaded (项目).
    pub items: Vec<Programme>,
}

/// A programme as a window needs to know it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Programme {
    /// Programme code, e.g. `DIBAO` (项目代码).
    pub code: String,
    /// Chinese name (中文名称).
    pub name_zh: String,
    /// English name (英文名称).
    pub name_en: String,
    /// Town unit that handles it (经办单位).
    pub unit: String,
    /// What an applicant hands in; what the platform knows is not asked for (申请材料).
    pub materials: Vec<ProgrammeMaterial>,
}

/// One material of a programme.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProgrammeMaterial {
    /// Kind, e.g. `INCOME_STATEMENT` (材料类别).
    pub kind: String,
    /// Name as the applicant reads it (材料名称).
    pub name: String,
}

async fn programmes(op: &Op, _: Nothing) -> Result<Programmes> {
    Ok(Programmes { items: op.platform().modules.iter().map(described).collect() })
}

fn described(module: &Arc<dyn Module>) -> Programme {
    let manifest = module.manifest();
    let material = |(kind, name): &(&str, &str)| ProgrammeMaterial { kind: (*kind).into(), name: (*name).into() };
    Programme {
        code: manifest.programme.to_owned(),
        name_zh: manifest.name_zh.to_owned(),
        name_en: manifest.name_en.to_owned(),
        unit: manifest.unit.to_owned(),
        materials: manifest.materials.iter().map(material).collect(),
    }
}
