//! The words policies are written in.

use serde::Serialize;
use std::fmt;

/// A permission as a part declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Permission {
    /// Noun and verb, e.g. `application.accept`.
    pub name: &'static str,
    /// Step of authority.csv it stands for; without one, roles.csv alone decides.
    pub step: Option<&'static str>,
    /// Programme it is bound to, for a module's own permission.
    pub programme: Option<&'static str>,
}

/// The steps that decide a case: an approval, or the decision of the one who grants by law without the town, a school.
pub const DECIDING: [&str; 2] = ["approve", "decide"];

const fn approval(name: &'static str, programme: &'static str) -> Permission {
    Permission { name, step: Some("approve"), programme: Some(programme) }
}

/// The approval of each programme of the plan that is approved at all, known whether or not its module is loaded, so that its authority can be
/// granted, reviewed and explained; a part's own declaration of the same name takes its place.
pub const APPROVALS: [Permission; 12] = [
    approval("dibao.approve", "DIBAO"),
    approval("tekun.approve", "TEKUN"),
    approval("disaster.approve", "DISASTER"),
    approval("medical.approve", "MEDICAL"),
    approval("housing.approve", "HOUSING"),
    approval("rural_house.approve", "RURAL_HOUSE"),
    approval("employment.approve", "EMPLOYMENT"),
    approval("temporary.approve", "TEMPORARY"),
    approval("jianka.approve", "JIANKA"),
    approval("disability.approve", "DISABILITY"),
    approval("worker.approve", "WORKER"),
    approval("women_child.approve", "WOMEN_CHILD"),
];

/// Who asks: one assignment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Holder {
    /// Role code.
    pub role: String,
    /// Unit code.
    pub unit: String,
    /// Level of the unit.
    pub level: Level,
    /// Root of the area it covers; rows are scoped by it, permissions are not.
    pub jurisdiction: String,
}

/// An enum whose values have one spelling in the tables.
macro_rules! words {
    ($(#[doc = $doc:literal])+ $name:ident { $( $(#[doc = $each:literal])+ $value:ident = $text:literal, )+ }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum $name { $( $(#[doc = $each])+ #[serde(rename = $text)] $value, )+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &[Self] = &[$(Self::$value),+];

            /// As the tables spell it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $text),+ }
            }

            /// Reads the tables' spelling, and no other.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// Level of a unit.
    Level {
        /// Village or community.
        Village = "VILLAGE",
        /// Town.
        Town = "TOWN",
        /// District.
        District = "DISTRICT",
        /// School.
        School = "SCHOOL",
    }
}

words! {
    /// Which rows a grant reaches.
    ScopeKind {
        /// Every row.
        All = "ALL",
        /// The district's rows of the programmes the unit handles.
        DistrictProgramme = "DISTRICT_PROGRAMME",
        /// The town's rows.
        Town = "TOWN",
        /// The town's rows of the programmes the unit handles.
        TownHandled = "TOWN_HANDLED",
        /// The village's rows.
        Village = "VILLAGE",
        /// Rows of the cases that lie with the holder's own unit, wherever the household lives.
        Unit = "UNIT",
        /// The holder's own rows.
        Own = "SELF",
        /// No row.
        None = "NONE",
    }
}

impl ScopeKind {
    /// Whether only programmes the holder's unit handles are reached.
    pub const fn by_programme(self) -> bool {
        matches!(self, Self::DistrictProgramme | Self::TownHandled)
    }
}

words! {
    /// How careful a field's value must be handled.
    DataClass {
        /// Anyone may know it.
        Public = "PUBLIC",
        /// Staff may know it.
        Internal = "INTERNAL",
        /// About a person.
        Personal = "PERSONAL",
        /// Sensitive personal information (PIPL art 28).
        Sensitive = "SENSITIVE",
        /// Never shown.
        Sealed = "SEALED",
    }
}

words! {
    /// What of a value is shown.
    Disclosure {
        /// All of it.
        Plain = "plain",
        /// A masked form.
        Masked = "masked",
        /// Nothing.
        Null = "null",
    }
}
