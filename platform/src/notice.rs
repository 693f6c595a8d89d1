//! Public notices (公示): posted in the village, open to objection, over on a date.

use crate::{
    act::{CaseAct, Look},
    application::module_of,
    case::Step,
    code::Code,
    error::{Error, Refusal, Result, ensure},
    id::Ref,
    op::Op,
    part::{DataClass, Part, Saved, ScopeBy, belongs_to},
    permissions as may, reference,
    tx::Tx,
};
use chrono::Days;
use entity::{
    Day, Scoped, application,
    enums::{ApplicationState, ClockEffect, NoticeKind, OpinionStage},
    household, household_member, notice, opinion, person, user_account,
};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde::Deserialize;

/// Notices for staff, and what of them the public sees.
pub fn part() -> Part {
    use notice::Column as C;
    Part::new("notice")
        .entity::<notice::Entity>("Notice", may::NOTICE_READ, DataClass::Internal, notice::Entity::scope_by(), |t| {
            t.columns([C::Kind, C::PostedOn, C::EndsOn, C::VillageName])
                .column_as(C::HeadName, may::NOTICE_READ, DataClass::Personal)
                .columns([C::PersonCount, C::Programme, C::AmountFen, C::ObjectionPhone])
                .edge(
                    "application",
                    "Application",
                    "The case (申请).",
                    may::APPLICATION_READ,
                    belongs_to(C::ApplicationId, application::Column::Id),
                )
                .edge(
                    "postedBy",
                    "User",
                    "Who posted it (发布人).",
                    may::USER_READ,
                    belongs_to(C::PostedBy, user_account::Column::Id),
                )
                .list(
                    "notices",
                    "Notices of one's cases (公示).",
                    [C::Kind, C::Programme, C::PostedOn, C::EndsOn],
                    [C::PostedOn, C::EndsOn],
                )
        })
        .entity::<notice::Entity>("PublicNotice", may::PUBLIC_NOTICE, DataClass::Public, ScopeBy::Public, |t| {
            t.columns([
                C::Kind,
                C::PostedOn,
                C::EndsOn,
                C::VillageName,
                C::HeadName,
                C::PersonCount,
                C::Programme,
                C::AmountFen,
                C::ObjectionPhone,
            ])
            .live_between(C::PostedOn, C::EndsOn)
            .list(
                "publicNotices",
                "Notices open to objection today (正在公示).",
                [C::Programme, C::Jurisdiction],
                [C::PostedOn],
            )
        })
        .mutation(
            "noticePost",
            "Posts the first notice (张榜公示); the statutory clock pauses while it is up.",
            may::NOTICE_POST,
            post,
        )
        .on_case(POST)
}

/// Which case to post.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct NoticePost {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The case.
    #[garde(skip)]
    pub application_id: Ref<application::Entity>,
    /// Version of the case the caller saw.
    #[garde(range(min = 1))]
    pub expected_version: i32,
}

const POST: CaseAct = CaseAct::in_states(
    |_, manifest| manifest.ready_for("notice"),
    |look, case, act| Box::pin(may_post(look, case, act)),
);

async fn may_post(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    notice_days(look, case).await?;
    look.must_be(case, act)?;
    objection_phone(look, case).await.map(|_| ())
}

async fn post(op: &Op, input: NoticePost) -> Result<Saved<notice::Entity>> {
    let tx = op.begin(may::NOTICE_POST).await?;

    let mut case = tx.case(input.application_id.id, input.expected_version.into()).await?;
    let (days, phone) = {
        let look = case.look();
        POST.ensure(&look, &case.row).await?;
        (notice_days(&look, &case.row).await?, objection_phone(&look, &case.row).await?)
    };
    let opinion = latest_opinion(&tx, &case.row, OpinionStage::Preliminary).await?;

    let household = household::Entity::find_by_id(case.row.household_id)
        .one(tx.conn())
        .await?
        .ok_or_else(|| Error::internal("a case without its household"))?;
    let id = tx.new_id();
    let row = notice::Model {
        id,
        application_id: case.row.id,
        kind: NoticeKind::First,
        posted_on: op.today(),
        ends_on: after(op.today(), days),
        village_name: reference::place_name(tx.conn(), &case.row.jurisdiction).await?,
        head_name: head_name(&tx, &household).await?,
        person_count: counted(&tx, &household).await?,
        amount_fen: opinion.amount_fen,
        objection_phone: phone,
        posted_by: op.signed_in()?.user_id,
        jurisdiction: case.row.jurisdiction.clone(),
        programme: case.row.programme.clone(),
    };
    tx.record(id, row).await?;
    case.advance(Step { to: ApplicationState::FirstNotice, clock: ClockEffect::Pause, reason: None }).await?;

    let done = case.done();
    tx.finish(id, 1, done).await
}

/// Refuses while the first notice of a case is up: the posting day does not count, the last day ends at 24:00.
pub(crate) async fn must_be_over(look: &Look<'_>, case: &application::Model) -> Result<()> {
    let posted = look.notice(case).await?.ok_or_else(|| Error::internal("a noticed case without its notice"))?;
    ensure(posted.ends_on.0 < look.op().today().0, || {
        Refusal::new(Code::NoticePeriodNotElapsed).arg("end", posted.ends_on).arg("from", after(posted.ends_on, 1))
    })
}

/// Days of the first notice by the programme's dated parameter. Error: `NOTICE_NOT_APPLICABLE`.
async fn notice_days(look: &Look<'_>, case: &application::Model) -> Result<u64> {
    let key = module_of(look.op(), &case.programme)?.manifest().notice_days.ok_or(Code::NoticeNotApplicable)?;
    let days = look.parameters().await?.integer(key, &look.op().today().to_string())?;
    u64::try_from(days).map_err(|_| Error::internal("a notice of negative length"))
}

/// The latest opinion of a stage.
pub(crate) async fn latest_opinion(
    tx: &Tx<'_>,
    case: &application::Model,
    stage: OpinionStage,
) -> Result<opinion::Model> {
    opinion::Entity::find()
        .filter(opinion::Column::ApplicationId.eq(case.id))
        .filter(opinion::Column::Stage.eq(stage))
        .order_by_desc(opinion::Column::Id)
        .one(tx.conn())
        .await?
        .ok_or_else(|| Error::internal("a case without the opinion its state says it has"))
}

async fn head_name(tx: &Tx<'_>, household: &household::Model) -> Result<String> {
    let head = person::Entity::find_by_id(household.head_person_id).one(tx.conn()).await?;
    head.map(|head| head.name_zh).ok_or_else(|| Error::internal("a household without its head"))
}

async fn counted(tx: &Tx<'_>, household: &household::Model) -> Result<i32> {
    let count = household_member::Entity::find()
        .filter(household_member::Column::HouseholdId.eq(household.id))
        .filter(household_member::Column::Counted.eq(true))
        .filter(household_member::Column::ToOn.is_null())
        .count(tx.conn())
        .await?;
    i32::try_from(count).map_err(Error::internal)
}

/// The town window's phone: objections go there.
async fn objection_phone(look: &Look<'_>, case: &application::Model) -> Result<String> {
    let window = look.town_window(case).await?;
    window.map(|window| window.phone.clone()).ok_or_else(|| Code::NoActiveWindow.into())
}

fn after(day: Day, days: u64) -> Day {
    Day(day.0.checked_add_days(Days::new(days)).unwrap_or(day.0))
}
