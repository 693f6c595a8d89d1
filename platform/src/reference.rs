//! What everyone refers to: places, units, windows, colleagues, dated parameters, the calendar, the policy library.

use crate::{
    calendar::Calendar,
    error::Result,
    id,
    module::{Parameters, parameters::DatedValue},
    op::Op,
    part::{DataClass, Part, ScopeBy, belongs_to, has_many},
    permissions as may,
};
use entity::{
    assignment, jurisdiction, org_unit, parameter, policy_document, service_window, user_account, work_calendar,
};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

/// Places, units, windows, colleagues, parameters, calendar, policy library, and oneself.
pub fn part() -> Part {
    library(colleagues(places(Part::new("reference").declaring(may::POLICY_EXPLAIN))))
        .query(
            "me",
            "The signed-in user, the assignment acted under, and what it permits (本人).",
            may::SESSION_SELF,
            DataClass::Internal,
            me,
        )
        .query(
            "service",
            "Name and version of this service (服务信息).",
            may::PUBLIC_SERVICE,
            DataClass::Public,
            service,
        )
}

fn places(part: Part) -> Part {
    part.entity::<jurisdiction::Entity>(
        "Jurisdiction",
        may::JURISDICTION_READ,
        DataClass::Public,
        ScopeBy::Public,
        |t| {
            use jurisdiction::Column as C;
            t.columns([C::Code, C::NameZh, C::NameEn, C::Kind])
                .edge(
                    "parent",
                    "Jurisdiction",
                    "The place it belongs to (上级区划).",
                    may::JURISDICTION_READ,
                    belongs_to(C::ParentCode, C::Code),
                )
                .edge(
                    "children",
                    "Jurisdiction",
                    "The places that belong to it (下级区划).",
                    may::JURISDICTION_READ,
                    has_many(C::Code, C::ParentCode),
                )
                .edge(
                    "windows",
                    "ServiceWindow",
                    "Service windows here (受理窗口).",
                    may::WINDOW_READ,
                    has_many(C::Code, service_window::Column::Jurisdiction),
                )
                .list("jurisdictions", "All places, by code (行政区划).", [C::Kind, C::Code], [C::Code])
        },
    )
    .entity::<org_unit::Entity>("OrgUnit", may::UNIT_READ, DataClass::Public, ScopeBy::Public, |t| {
        use org_unit::Column as C;
        t.columns([C::Code, C::NameZh, C::NameEn, C::Level, C::Jurisdiction, C::FromOn, C::ToOn]).list(
            "orgUnits",
            "Organisation units (成员单位).",
            [C::Code, C::Level],
            [C::Code],
        )
    })
    .entity::<service_window::Entity>("ServiceWindow", may::WINDOW_READ, DataClass::Public, ScopeBy::Public, |t| {
        use service_window::Column as C;
        t.columns([C::Code, C::NameZh, C::Level, C::Jurisdiction, C::Phone, C::OpenedOn, C::ClosedOn])
            .edge(
                "place",
                "Jurisdiction",
                "The place it serves (所属区划).",
                may::JURISDICTION_READ,
                belongs_to(C::Jurisdiction, jurisdiction::Column::Code),
            )
            .list("serviceWindows", "Service windows (受理窗口).", [C::Level, C::Jurisdiction], [C::Code])
    })
}

fn colleagues(part: Part) -> Part {
    part.entity::<user_account::Entity>("User", may::USER_READ, DataClass::Internal, by_place("jurisdiction"), |t| {
        use user_account::Column as C;
        t.columns([C::Login, C::NameZh, C::Jurisdiction, C::DisabledAt])
            .edge(
                "assignments",
                "Assignment",
                "Assignments held (任职).",
                may::USER_READ,
                has_many(C::Id, assignment::Column::UserId),
            )
            .list("users", "Colleagues of one's area (工作人员).", [C::Login], [C::Login])
    })
    .entity::<assignment::Entity>(
        "Assignment",
        may::USER_READ,
        DataClass::Internal,
        by_place("jurisdiction"),
        |t| {
            use assignment::Column as C;
            t.columns([C::Role, C::Unit, C::Level, C::Jurisdiction, C::FromOn, C::ToOn]).edge(
                "user",
                "User",
                "Who holds it (任职人员).",
                may::USER_READ,
                belongs_to(C::UserId, user_account::Column::Id),
            )
        },
    )
}

fn library(part: Part) -> Part {
    part.entity::<parameter::Entity>("Parameter", may::PARAMETER_READ, DataClass::Public, ScopeBy::Public, |t| {
        use parameter::Column as C;
        t.columns([C::SetName, C::Key, C::Value, C::ValueUnit, C::FromOn, C::ToOn, C::SourceDoc, C::Status]).list(
            "parameters",
            "Dated rule values with their sources (政策参数).",
            [C::Key, C::FromOn],
            [C::Key, C::FromOn],
        )
    })
    .entity::<work_calendar::Entity>("WorkCalendarDay", may::CALENDAR_READ, DataClass::Public, ScopeBy::Public, |t| {
        use work_calendar::Column as C;
        t.columns([C::Day, C::Kind, C::NameZh, C::SourceDoc]).list(
            "workCalendar",
            "Public holidays and make-up working days (工作日历).",
            [C::Day],
            [C::Day],
        )
    })
    .entity::<policy_document::Entity>(
        "PolicyDocument",
        may::PUBLIC_POLICY,
        DataClass::Public,
        ScopeBy::Public,
        |t| {
            use policy_document::Column as C;
            t.columns([C::DocNo, C::TitleZh, C::Issuer, C::Programme, C::FromOn, C::ToOn, C::Note]).list(
                "policyDocuments",
                "The policy library (政策库).",
                [C::Programme],
                [C::DocNo],
            )
        },
    )
}

/// Scope of a table that carries a jurisdiction and no programme.
pub fn by_place(column: &'static str) -> ScopeBy {
    ScopeBy::Columns { jurisdiction: column, programme: None, unit: None, user: None }
}

/// No input.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
pub struct Nothing {}

/// The signed-in user.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// Global identifier of the user.
    pub user_id: String,
    /// Sign-in name (登录名).
    pub login: String,
    /// Role acted under (角色).
    pub role: String,
    /// Unit acted for (单位).
    pub unit: String,
    /// Root of the area covered (辖区).
    pub jurisdiction: String,
    /// Permissions held (权限).
    pub permissions: Vec<String>,
    /// The domain clock's local day (系统日期).
    pub today: entity::Day,
    /// Purpose that disclosure goes by (使用目的).
    pub purpose: String,
}

async fn me(op: &Op, _: Nothing) -> Result<Me> {
    let actor = op.signed_in()?;
    Ok(Me {
        user_id: id::encode("User", &actor.user_id.to_string()),
        login: actor.login.clone(),
        role: actor.role.clone(),
        unit: actor.unit.clone(),
        jurisdiction: actor.jurisdiction.clone(),
        permissions: op.permissions().names().iter().map(ToString::to_string).collect(),
        today: op.today(),
        purpose: op.purpose.clone(),
    })
}

/// The service itself.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Service {
    /// Its name (名称).
    pub name: String,
    /// Its version (版本).
    pub version: String,
}

async fn service(_: &Op, _: Nothing) -> Result<Service> {
    Ok(Service { name: "Onedoor 一门".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() })
}

/// All dated parameters.
pub async fn parameters<C: ConnectionTrait>(conn: &C) -> Result<Parameters> {
    let rows = parameter::Entity::find().all(conn).await?;
    Ok(Parameters::new(rows.into_iter().map(|row| {
        let value = DatedValue {
            value: row.value,
            from_on: row.from_on.to_string(),
            to_on: row.to_on.map(|day| day.to_string()),
            source_doc: row.source_doc,
        };
        (row.key, value)
    })))
}

/// The work calendar.
pub async fn calendar<C: ConnectionTrait>(conn: &C) -> Result<Calendar> {
    let days = work_calendar::Entity::find().all(conn).await?;
    Ok(Calendar::new(days.into_iter().map(|day| (day.day.0, day.kind))))
}

/// The name of a place, or its code when it is not known.
pub async fn place_name<C: ConnectionTrait>(conn: &C, code: &str) -> Result<String> {
    let place = jurisdiction::Entity::find().filter(jurisdiction::Column::Code.eq(code)).one(conn).await?;
    Ok(place.map_or_else(|| code.to_owned(), |place| place.name_zh))
}
