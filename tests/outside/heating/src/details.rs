//! What only this programme asks.

use entity::Fen;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Heating facts of a case (取暖补助案件信息).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct HeatingDetails {
    /// How the dwelling is heated (取暖方式).
    #[garde(skip)]
    pub fuel: HeatingFuel,
    /// Rooms that are heated (取暖房间数).
    #[garde(inner(range(min = 1, max = 20)))]
    pub rooms: Option<i32>,
    /// What the family paid for heating last winter (上年取暖支出).
    #[garde(skip)]
    #[schemars(extend("x-class" = "SENSITIVE"))]
    pub spent_last_winter: Option<Fen>,
}

/// Ways of heating (取暖方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HeatingFuel {
    /// Coal or wood (煤、柴).
    Solid,
    /// Gas (燃气).
    Gas,
    /// Electricity, which the power company subsidises already (电).
    Electricity,
}
