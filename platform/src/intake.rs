//! Intake (受理前): persons, households, consents, and the one request at the one window.

mod claim;
mod consent;
mod household;
mod known;
mod link;
mod materials;
mod members;
mod person;
mod request;
mod search;
mod types;

pub use link::link;
pub use person::{NewPerson, Registered, register_person};
pub use search::Searches;

pub(crate) use claim::NONE as CLAIM_NONE;
pub(crate) use consent::{consents_of, ensure_consented, ensure_consents};
pub(crate) use known::ensure_not_known;
pub(crate) use link::insert_unless_taken;
pub(crate) use members::{
    Holding, Member, current_members, ensure_member, ensure_no_relative, holdings, identities, members_of,
};
pub(crate) use person::short;

use crate::{part::Part, permissions as may};

/// Persons, households, consents and requests; registering, recording, filing.
pub fn part() -> Part {
    search::finder(types::filing(types::families(types::people(Part::new("intake")))))
        .mutation(
            "personRegister",
            "Registers a person, or finds the one with this number; a record known elsewhere stays hidden until a request links it (登记人员).",
            may::PERSON_REGISTER,
            person::register,
        )
        .mutation(
            "personClaimRecord",
            "Records what a source says of a person; earlier claims stay (登记人员信息).",
            may::PERSON_CLAIM,
            claim::record,
        )
        .mutation(
            "householdRegister",
            "Registers a household with its members (登记家庭).",
            may::HOUSEHOLD_REGISTER,
            household::register,
        )
        .mutation(
            "consentRecord",
            "Records a signed consent to information comparison (登记核查授权书).",
            may::CONSENT_RECORD,
            consent::record,
        )
        .mutation(
            "requestSubmit",
            "Files a request at the actor's own window: one application for each programme (提交救助申请).",
            may::REQUEST_SUBMIT,
            request::submit,
        )
        .mutation(
            "materialReceive",
            "Takes in materials of a request (接收材料).",
            may::MATERIAL_RECEIVE,
            materials::receive,
        )
        .on_case(materials::RECEIVE)
}
