//! What a module from outside is refused for, each with both sides and what is missing.

use super::{
    heating_set, loading,
    sets::{edited, refused},
};
use entity::Fen;
use heating::Heating;
use platform::{
    Op, Result,
    module::{Assessment, Facts, Manifest, Module, Parameters},
    part::{DataClass, Part, Permission, ScopeBy},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use tests::support::{Backend, Server, on_both};

/// The heating module, with something of it changed.
struct Changed {
    manifest: fn(&mut Manifest),
    part: fn(Part) -> Part,
}

impl Changed {
    fn manifest(manifest: fn(&mut Manifest)) -> Self {
        Self { manifest, part: |part| part }
    }

    fn part(part: fn(Part) -> Part) -> Self {
        Self { manifest: |_| {}, part }
    }
}

impl Module for Changed {
    fn manifest(&self) -> Manifest {
        let mut manifest = Heating.manifest();
        (self.manifest)(&mut manifest);
        manifest
    }

    fn part(&self) -> Part {
        (self.part)(Heating.part())
    }

    fn assess(&self, facts: &Facts, parameters: &Parameters) -> Result<Assessment> {
        Heating.assess(facts, parameters)
    }
}

const READ: Permission = heating::READ;

async fn told(module: Changed, sides: &[&str]) {
    let told = refused(loading(module, &[heating_set()])).await;
    assert!(sides.iter().all(|side| told.contains(side)), "{sides:?}: {told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_module_of_another_contract_or_with_a_name_that_is_taken_does_not_load() {
    told(
        Changed::manifest(|it| it.contract_version = 2),
        &["module heating", "written for contract 2, this platform speaks contract 1"],
    )
    .await;
    told(
        Changed::manifest(|it| it.programme = "DIBAO"),
        &["both module dibao and module heating are for programme DIBAO"],
    )
    .await;
    told(
        Changed { manifest: |it| it.code = "dibao", part: |part| Part { name: "dibao", ..part } },
        &["module dibao and module dibao are both called dibao"],
    )
    .await;
    told(
        Changed { manifest: |it| it.code = "notice", part: |part| Part { name: "notice", ..part } },
        &["part notice and module notice are both called notice"],
    )
    .await;
    told(
        Changed::part(|part| Part { name: "warmth", ..part }),
        &["its part is called warmth, its manifest says heating"],
    )
    .await;
    told(Changed::manifest(|it| it.code = "Heating"), &["its code \"Heating\" is no lowercase word"]).await;
    told(
        Changed::part(|part| {
            part.query("heatingMore", "More.", Permission { name: "dibao.approve", ..READ }, DataClass::Internal, more)
        }),
        &[
            "both module dibao and module heating declare permission dibao.approve",
            "its permissions begin with heating.",
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_module_goes_by_permissions_of_its_own() {
    told(
        Changed::part(|part| {
            part.query("heatingMore", "More.", platform::permissions::APPLICATION_READ, DataClass::Internal, more)
        }),
        &["its field heatingMore goes by permission application.read, which is not its own"],
    )
    .await;
    told(
        Changed::part(|part| {
            let unbound = Permission { name: "heating.more", step: None, programme: None };
            part.query("heatingMore", "More.", unbound, DataClass::Internal, more)
        }),
        &["permission heating.more is bound to no programme, its manifest says HEATING"],
    )
    .await;
    told(
        Changed::part(|mut part| {
            part.permissions.retain(|permission| permission.name != "heating.preview");
            part
        }),
        &["heating/roles.csv", "no part declares permission \"heating.preview\""],
    )
    .await;
    told(
        Changed::part(|part| part.query("more", "More.", READ, DataClass::Internal, more)),
        &["its field more does not begin with its code heating"],
    )
    .await;
    told(
        Changed::part(|part| {
            let everyone = ScopeBy::Public;
            part.entity::<entity::person::Entity>("HeatingPerson", READ, DataClass::Public, everyone, |person| person)
        }),
        &["it stores type HeatingPerson in table person: tables are the platform's"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_permission_that_its_part_does_not_declare_refuses_the_module() {
    let undeclared = Changed::part(|mut part| {
        part.permissions.retain(|permission| permission.name != "heating.preview");
        part
    });
    let rows = [
        "TU,heating.preview,TOWN_HANDLED",
        "TR,heating.preview,TOWN_HANDLED",
        "DU,heating.preview,DISTRICT_PROGRAMME",
        "DA,heating.preview,DISTRICT_PROGRAMME",
    ];
    let rows = rows.map(|row| format!("grant,{row}\n"));
    let edits: Vec<_> = rows.iter().map(|row| ("roles.csv", row.as_str(), "")).collect();
    let (_folder, set) = edited(&edits);
    let told = refused(loading(undeclared, &[set])).await;
    assert!(
        told.contains("its field heatingPreview goes by permission heating.preview, which the part does not declare"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authority_and_channels_that_are_not_its_own_are_refused_with_the_missing_row() {
    let manifest = Changed::manifest;
    told(
        manifest(|it| it.steps = &["accept", "notice", "approve"]),
        &[
            "module heating",
            "takes step notice, which nobody has for HEATING: authority.csv has no row HEATING,notice,",
        ],
    )
    .await;
    told(
        manifest(|it| it.decision_levels = &[policies::Level::Town]),
        &["it says that TOWN decides", "authority.csv has no row HEATING,approve,TOWN,"],
    )
    .await;
    told(
        manifest(|it| it.unit = "TU_HEATING"),
        &["its unit TU_HEATING does not exist: names.csv has no row unit,TU_HEATING,"],
    )
    .await;
    told(manifest(|it| it.unit = "TU_EDU"), &["its unit TU_EDU takes no step of HEATING: authority.csv has no row"])
        .await;
    told(
        manifest(|it| it.items = &[("FUEL", "FC-DIBAO")]),
        &[
            "it pays FUEL of HEATING from FC-DIBAO, the channel of DIBAO (baseline/funding.csv:",
            "funding.csv has no row HEATING,FUEL,FC-DIBAO,",
        ],
    )
    .await;
    told(
        manifest(|it| it.items = &[("FUEL", "FC-WARMTH")]),
        &[
            "it pays FUEL of HEATING from FC-WARMTH, a channel that does not exist",
            "funding.csv has no row HEATING,FUEL,FC-WARMTH,",
        ],
    )
    .await;
    told(
        manifest(|it| it.items = &[("BLANKET", "FC-HEATING")]),
        &["funding.csv has no row HEATING,BLANKET,FC-HEATING,"],
    )
    .await;
    told(
        manifest(|it| it.parameters = &["heating.warmth"]),
        &["module heating reads parameter heating.warmth, which has no value", "has no row heating.warmth,"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_it_adds_to_the_graph_is_described_classed_and_of_the_language() {
    told(
        Changed::part(|part| part.query("heatingMore", "", READ, DataClass::Internal, more)),
        &["Query.heatingMore: it has no description"],
    )
    .await;
    told(
        Changed::part(|part| part.query("heatingApproval", "Twice.", READ, DataClass::Internal, as_dibao)),
        &["type DibaoDetails", "part dibao", "part heating: heatingApproval"],
    )
    .await;
    told(
        Changed::part(|part| part.query("heatingPreview", "Twice.", READ, DataClass::Internal, more)),
        &["Query.heatingPreview: both the gateway and part heating declare it"],
    )
    .await;
    told(with_details::<Undescribed>(), &["part heating", "Undescribed.rooms: it has no description"]).await;
    told(with_details::<Unclassed>(), &["part heating: Unclassed.rooms: x-class is no data class"]).await;
    told(with_details::<Sealed>(), &["part heating: Sealed.rooms: what is SEALED is in no schema"]).await;
    told(with_details::<Float>(), &["part heating: Float.rooms", "outside the language"]).await;
    told(with_details::<Map>(), &["part heating: Map.rooms", "outside the language"]).await;
    told(with_details::<Choice>(), &["part heating: Choice.rooms", "outside the language"]).await;
    told(with_details::<Long>(), &["part heating: Long.rooms", "does not fit Int"]).await;
    told(with_details::<Tuple>(), &["part heating: Tuple.rooms", "outside the language"]).await;
}

on_both!(stored_facts_grow_by_optional_fields_only);

async fn stored_facts_grow_by_optional_fields_only(backend: Backend) {
    let start = |module| loading(module, &[heating_set()]);
    let server = Server::start_loading(backend, start(with_details::<First>())).await.expect("it starts");
    let server = server.restart_loading(start(with_details::<grown::First>())).await.expect("it grows");
    let told = match server.restart_loading(start(with_details::<shrunk::First>())).await {
        Ok(_) => panic!("it starts"),
        Err(error) => format!("{error:#}"),
    };
    for side in [
        "module heating version 1 changes the facts that this store keeps for HEATING",
        "First.rooms is gone; keep it as an Option",
        "First.floor must be given now and was not before; make it an Option",
    ] {
        assert!(told.contains(side), "{side}: {told}");
    }
}

fn with_details<T: JsonSchema + Serialize + DeserializeOwned>() -> Changed {
    Changed::part(|part| {
        let part = Part { details: None, ..part };
        part.details::<T>("HEATING", READ, DataClass::Personal, |details| details)
    })
}

macro_rules! details {
    ($($name:ident { $(#[$on:meta])* $type:ty })+) => {
        $(
            /// Facts.
            #[derive(Serialize, Deserialize, JsonSchema)]
            struct $name {
                $(#[$on])*
                rooms: $type,
            }
        )+
    };
}

details! {
    First { #[doc = "Rooms."] i32 }
    Undescribed { i32 }
    Unclassed { #[doc = "Rooms."] #[schemars(extend("x-class" = "SECRET"))] i32 }
    Sealed { #[doc = "Rooms."] #[schemars(extend("x-class" = "SEALED"))] i32 }
    Float { #[doc = "Rooms."] f64 }
    Map { #[doc = "Rooms."] BTreeMap<String, String> }
    Choice { #[doc = "Rooms."] Rooms }
    Long { #[doc = "Rooms."] i64 }
    Tuple { #[doc = "Rooms."] (i32, i32) }
}

/// A choice that carries something.
#[derive(Serialize, Deserialize, JsonSchema)]
enum Rooms {
    /// None.
    None,
    /// Some.
    Some(i32),
}

mod grown {
    /// Facts.
    #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
    pub struct First {
        /// Rooms.
        rooms: i32,
        /// Since the second version.
        floor: Option<i32>,
    }
}

mod shrunk {
    /// Facts.
    #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
    pub struct First {
        /// Since the second version.
        floor: i32,
    }
}

/// Nothing to ask.
#[derive(Deserialize, JsonSchema, garde::Validate)]
struct Nothing {}

/// More of it.
#[derive(Serialize, JsonSchema)]
struct More {
    /// Whether there is more.
    more: bool,
}

async fn more(_: &Op, _: Nothing) -> Result<More> {
    Ok(More { more: true })
}

/// What another module calls its own.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DibaoDetails")]
struct AsDibao {
    /// Something else.
    warmth: Fen,
}

async fn as_dibao(_: &Op, _: Nothing) -> Result<AsDibao> {
    Ok(AsDibao { warmth: Fen(0) })
}
