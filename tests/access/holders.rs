//! One assignment, or several, of every role.

use platform::Actor;
use policies::{Level, Policies};
use uuid::Uuid;

pub const DISTRICT: &str = "500118";
pub const TOWN: &str = "500118107";
pub const VILLAGE: &str = "500118107200";

/// Every role with every unit it can be held in; `None` is the public.
pub fn all(policies: &Policies) -> Vec<Option<Actor>> {
    let mut holders = vec![None];
    for role in policies.roles() {
        let units: Vec<(String, Level)> = match role {
            "PUB" => continue,
            "VW" => vec![("VW_WINDOW".to_owned(), Level::Village)],
            "TW" => vec![("TW_WINDOW".to_owned(), Level::Town)],
            "TV" => vec![("TU_VERIFY".to_owned(), Level::Town)],
            "TL" => vec![("TL_LEADERS".to_owned(), Level::Town)],
            "TU" | "TR" => units(policies, Level::Town),
            "DU" | "DA" => units(policies, Level::District),
            "DP" => vec![("DU_PLATFORM".to_owned(), Level::District)],
            "AUD" => vec![("DU_AUDIT".to_owned(), Level::District)],
            "FIN" => vec![("TU_FINANCE".to_owned(), Level::Town)],
            "SCH" => vec![("SCH_SCHOOL".to_owned(), Level::School)],
            "JC" => vec![("TU_OFFICE".to_owned(), Level::Town)],
            "APP" | "I1" | "I2" | "I3" => vec![("VW_WINDOW".to_owned(), Level::Village)],
            other => panic!("no holder is known of the role {other}: add it here"),
        };
        holders.extend(units.into_iter().map(|(unit, level)| Some(actor(role, &unit, level))));
    }
    holders
}

fn units(policies: &Policies, level: Level) -> Vec<(String, Level)> {
    let units = policies.units().into_iter().filter(|(_, known)| *known == level);
    units.map(|(unit, level)| (unit.to_owned(), level)).collect()
}

/// A user under one assignment, in 旗山村, 松溉镇 or the district by the unit's level.
pub fn actor(role: &str, unit: &str, level: Level) -> Actor {
    let jurisdiction = match level {
        Level::Village => VILLAGE,
        Level::Town | Level::School => TOWN,
        Level::District => DISTRICT,
    };
    Actor {
        user_id: Uuid::from_u128(1),
        login: "tester".to_owned(),
        assignment_id: Uuid::from_u128(2),
        role: role.to_owned(),
        unit: unit.to_owned(),
        level,
        jurisdiction: jurisdiction.to_owned(),
    }
}

/// How a holder is told in failures.
pub fn name(actor: Option<&Actor>) -> String {
    actor.map_or("PUB".to_owned(), |actor| format!("{} of {}", actor.role, actor.unit))
}
