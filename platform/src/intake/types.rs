//! What intake keeps, as the graph shows it.

use crate::{
    part::{Cell, ComputeContext, DataClass, Direction, EntityBuilder, Part, Scalar, belongs_to, has_many},
    permissions as may,
};
use entity::{
    Scoped, application, application_subject, benefit, consent as consents, household as households, household_member,
    jurisdiction, ledger_entry, person as persons, person_claim, request as requests, request_material, service_window,
    user_account, verification, verification_report,
};
use serde_json::Value;

pub(super) fn people(part: Part) -> Part {
    part.entity::<persons::Entity>(
        "Person",
        may::PERSON_READ,
        DataClass::Personal,
        persons::Entity::scope_by(),
        person_fields,
    )
    .entity::<person_claim::Entity>(
        "PersonClaim",
        may::PERSON_READ,
        DataClass::Personal,
        person_claim::Entity::scope_by(),
        claim_fields,
    )
}

fn person_fields(t: EntityBuilder<persons::Entity>) -> EntityBuilder<persons::Entity> {
    use persons::Column as C;
    t.federated()
        .columns([C::NameZh, C::Sex])
        .column_as(C::BirthOn, may::PERSON_READ, DataClass::Sensitive)
        .computed(
            "idNumber",
            "Resident identity number; null for a person without one (公民身份号码).",
            [C::IdNumberCipher],
            Scalar::IdNumber,
            may::PERSON_IDENTIFY,
            DataClass::Sensitive,
            open_number,
        )
        .columns([C::TemporaryKey, C::Phone, C::DeceasedOn])
        .column_as(C::CreatedAt, may::PERSON_READ, DataClass::Internal)
        .column_as(C::Version, may::PERSON_READ, DataClass::Internal)
        .edge(
            "claims",
            "PersonClaim",
            "What sources say, newest last (人员信息).",
            may::PERSON_READ,
            has_many(C::Id, person_claim::Column::PersonId)
                .ordered_by(person_claim::Column::RecordedAt, Direction::Asc),
        )
        .edge(
            "memberships",
            "HouseholdMember",
            "Households lived in, now and before (家庭成员关系).",
            may::HOUSEHOLD_READ,
            has_many(C::Id, household_member::Column::PersonId),
        )
        .edge(
            "applicationSubjects",
            "ApplicationSubject",
            "Applications that stand for this person (所涉申请).",
            may::APPLICATION_READ,
            has_many(C::Id, application_subject::Column::PersonId),
        )
        .edge(
            "ledgerEntries",
            "LedgerEntry",
            "What was posted for this person to be paid, by day (资金记录).",
            may::LEDGER_READ,
            has_many(C::Id, ledger_entry::Column::PayeeId).ordered_by(ledger_entry::Column::PostedOn, Direction::Asc),
        )
}

fn open_number(cells: &[Cell], context: &ComputeContext<'_>) -> Option<Value> {
    context.cipher.open(cells.first()?.bytes()?).map(Value::from)
}

/// The person's global identifier, for those who may name a person whose record is not theirs to read yet.
fn person_identifier(cells: &[Cell], _: &ComputeContext<'_>) -> Option<Value> {
    match cells.first()? {
        Cell::Uuid(id) => Some(crate::id::encode("Person", &id.to_string()).into()),
        _ => None,
    }
}

pub(super) fn families(part: Part) -> Part {
    part.entity::<households::Entity>(
        "Household",
        may::HOUSEHOLD_READ,
        DataClass::Internal,
        households::Entity::scope_by(),
        household_fields,
    )
    .entity::<household_member::Entity>(
        "HouseholdMember",
        may::HOUSEHOLD_READ,
        DataClass::Internal,
        household_member::Entity::scope_by(),
        member_fields,
    )
    .entity::<consents::Entity>(
        "Consent",
        may::CONSENT_READ,
        DataClass::Internal,
        consents::Entity::scope_by(),
        consent_fields,
    )
}

fn household_fields(t: EntityBuilder<households::Entity>) -> EntityBuilder<households::Entity> {
    use households::Column as C;
    household_history(t.federated().columns([C::Jurisdiction, C::AreaType]))
        .column_as(C::Address, may::HOUSEHOLD_READ, DataClass::Personal)
        .column_as(C::GroupName, may::HOUSEHOLD_READ, DataClass::Personal)
        .column_as(C::Phone, may::HOUSEHOLD_READ, DataClass::Personal)
        .columns([C::DeclaredSize, C::CreatedAt, C::Version])
        .edge(
            "place",
            "Jurisdiction",
            "Village or community (村居).",
            may::JURISDICTION_READ,
            belongs_to(C::Jurisdiction, jurisdiction::Column::Code),
        )
        .edge("head", "Person", "The head (户主).", may::PERSON_READ, belongs_to(C::HeadPersonId, persons::Column::Id))
        .edge(
            "members",
            "HouseholdMember",
            "Members, now and before (家庭成员).",
            may::HOUSEHOLD_READ,
            has_many(C::Id, household_member::Column::HouseholdId)
                .ordered_by(household_member::Column::Relation, Direction::Asc),
        )
        .list(
            "households",
            "Households of one's scope (家庭列表).",
            [C::Jurisdiction, C::AreaType, C::CreatedAt],
            [C::CreatedAt, C::Jurisdiction],
        )
}

pub(super) fn filing(part: Part) -> Part {
    part.entity::<requests::Entity>(
        "Request",
        may::REQUEST_READ,
        DataClass::Internal,
        requests::Entity::scope_by(),
        request_fields,
    )
    .entity::<request_material::Entity>(
        "RequestMaterial",
        may::MATERIAL_READ,
        DataClass::Internal,
        request_material::Entity::scope_by(),
        material_fields,
    )
}

fn claim_fields(t: EntityBuilder<person_claim::Entity>) -> EntityBuilder<person_claim::Entity> {
    use person_claim::Column as C;
    t.column(C::Kind)
        .column_as(C::Value, may::PERSON_READ, DataClass::Sensitive)
        .columns([C::Source, C::SourceRef, C::FromOn, C::ToOn, C::RecordedAt])
        .edge(
            "person",
            "Person",
            "Whom it is about (当事人).",
            may::PERSON_READ,
            belongs_to(C::PersonId, persons::Column::Id),
        )
        .edge(
            "recordedBy",
            "User",
            "Who recorded it (记录人).",
            may::USER_READ,
            belongs_to(C::RecordedBy, user_account::Column::Id),
        )
}

fn member_fields(t: EntityBuilder<household_member::Entity>) -> EntityBuilder<household_member::Entity> {
    use household_member::Column as C;
    t.computed(
        "personId",
        "Identifier of the member, also while the record itself is hidden (成员标识).",
        [C::PersonId],
        Scalar::Id("Person"),
        may::HOUSEHOLD_READ,
        DataClass::Internal,
        person_identifier,
    )
    .columns([C::Relation, C::Counted])
    .column_as(C::NotCountedReason, may::HOUSEHOLD_READ, DataClass::Personal)
    .columns([C::FromOn, C::ToOn])
    .edge(
        "person",
        "Person",
        "The member; null until a request links the record (成员).",
        may::PERSON_READ,
        belongs_to(C::PersonId, persons::Column::Id),
    )
    .edge(
        "household",
        "Household",
        "The household (家庭).",
        may::HOUSEHOLD_READ,
        belongs_to(C::HouseholdId, households::Column::Id),
    )
}

fn consent_fields(t: EntityBuilder<consents::Entity>) -> EntityBuilder<consents::Entity> {
    use consents::Column as C;
    t.columns([C::Sources, C::Purpose, C::FormNo])
        .column_as(C::Witness, may::CONSENT_READ, DataClass::Personal)
        .columns([C::SignedOn, C::ValidTo, C::WithdrawnOn, C::Version])
        .edge(
            "household",
            "Household",
            "The household (家庭).",
            may::HOUSEHOLD_READ,
            belongs_to(C::HouseholdId, households::Column::Id),
        )
        .edge(
            "person",
            "Person",
            "Whose data may be checked (被授权核查人).",
            may::PERSON_READ,
            belongs_to(C::PersonId, persons::Column::Id),
        )
        .edge(
            "signer",
            "Person",
            "Who signed; a guardian for minors (签署人).",
            may::PERSON_READ,
            belongs_to(C::SignerId, persons::Column::Id),
        )
        .edge(
            "recordedBy",
            "User",
            "Who recorded it (记录人).",
            may::USER_READ,
            belongs_to(C::RecordedBy, user_account::Column::Id),
        )
}

fn request_fields(t: EntityBuilder<requests::Entity>) -> EntityBuilder<requests::Entity> {
    use requests::Column as C;
    t.columns([C::Number, C::ReceivedOn, C::ReceivedAt])
        .column_as(C::Need, may::REQUEST_READ, DataClass::Personal)
        .columns([C::Jurisdiction, C::Version])
        .edge(
            "household",
            "Household",
            "The household (家庭).",
            may::HOUSEHOLD_READ,
            belongs_to(C::HouseholdId, households::Column::Id),
        )
        .edge(
            "applicant",
            "Person",
            "Who applies (申请人).",
            may::PERSON_READ,
            belongs_to(C::ApplicantId, persons::Column::Id),
        )
        .edge(
            "window",
            "ServiceWindow",
            "The window it was filed at (受理窗口).",
            may::WINDOW_READ,
            belongs_to(C::WindowId, service_window::Column::Id),
        )
        .edge(
            "createdBy",
            "User",
            "Who took it in (经办人).",
            may::USER_READ,
            belongs_to(C::CreatedBy, user_account::Column::Id),
        )
        .edge(
            "applications",
            "Application",
            "One case for each programme (各项目申请).",
            may::APPLICATION_READ,
            has_many(C::Id, application::Column::RequestId).ordered_by(application::Column::Number, Direction::Asc),
        )
        .edge(
            "materials",
            "RequestMaterial",
            "Materials and whether they are there (申请材料).",
            may::MATERIAL_READ,
            has_many(C::Id, request_material::Column::RequestId)
                .ordered_by(request_material::Column::Kind, Direction::Asc),
        )
        .list(
            "requests",
            "Requests of one's scope (救助申请列表).",
            [C::Number, C::ReceivedOn, C::Jurisdiction],
            [C::ReceivedOn, C::Number],
        )
}

fn material_fields(t: EntityBuilder<request_material::Entity>) -> EntityBuilder<request_material::Entity> {
    use request_material::Column as C;
    t.columns([C::Kind, C::NameZh, C::State, C::ProvidedOn, C::Version]).edge(
        "request",
        "Request",
        "The filing (救助申请).",
        may::REQUEST_READ,
        belongs_to(C::RequestId, requests::Column::Id),
    )
}

/// What became of a household.
fn household_history(t: EntityBuilder<households::Entity>) -> EntityBuilder<households::Entity> {
    use households::Column as C;
    t.edge(
        "consents",
        "Consent",
        "Consents to comparison (核查授权书).",
        may::CONSENT_READ,
        has_many(C::Id, consents::Column::HouseholdId).ordered_by(consents::Column::SignedOn, Direction::Asc),
    )
    .edge(
        "requests",
        "Request",
        "Requests filed (救助申请).",
        may::REQUEST_READ,
        has_many(C::Id, requests::Column::HouseholdId).ordered_by(requests::Column::ReceivedOn, Direction::Asc),
    )
    .edge(
        "applications",
        "Application",
        "Cases of the household (申请).",
        may::APPLICATION_READ,
        has_many(C::Id, application::Column::HouseholdId).ordered_by(application::Column::ReceivedOn, Direction::Asc),
    )
    .edge(
        "verifications",
        "Verification",
        "Verifications of the household (核查).",
        may::VERIFICATION_READ,
        has_many(C::Id, verification::Column::HouseholdId),
    )
    .edge(
        "reports",
        "VerificationReport",
        "Verification reports (核查报告).",
        may::VERIFICATION_READ,
        has_many(C::Id, verification_report::Column::HouseholdId),
    )
    .edge(
        "benefits",
        "Benefit",
        "Benefits held, now and before (救助待遇).",
        may::BENEFIT_READ,
        has_many(C::Id, benefit::Column::HouseholdId),
    )
}
