//! A deterministic town: persons, households, cases, reports and postings, put straight into a store.
//!
//! Rows go past the flows that would make them one by one, so nothing here is on the record; reads do not ask.

use super::bare::Bare;
use anyhow::{Context, Result};
use entity::{
    At, Day, Fen, account, application, application_subject, channel_rule,
    enums::{
        AccountKind, ApplicationState as S, AreaType, ClockEffect, EntryKind, ReportConclusion, Sex, VerificationState,
    },
    household, household_member, jurisdiction, ledger_entry, person, request, scope_link, service_window, user_account,
    verification, verification_report,
};
use platform::{crypto::sha256, op::Platform};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use uuid::Uuid;

/// How large a town is; a district is as many towns' worth of rows in the same villages.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub persons: u64,
    pub households: u64,
    pub cases: u64,
    pub postings: u64,
}

impl Size {
    /// 20,000 persons, 8,000 households, 30,000 cases, 300,000 postings.
    pub const TOWN: Self = Self { persons: 20_000, households: 8_000, cases: 30_000, postings: 300_000 };
    /// Just enough to answer every read.
    pub const HAMLET: Self = Self { persons: 400, households: 160, cases: 1_800, postings: 18_000 };
    /// Fifty towns' worth.
    pub const DISTRICT: Self = Self::TOWN.times(50);

    /// As many towns' worth.
    pub const fn times(self, factor: u64) -> Self {
        let Self { persons, households, cases, postings } = self;
        Self {
            persons: persons * factor,
            households: households * factor,
            cases: cases * factor,
            postings: postings * factor,
        }
    }
}

const TOWN: &str = "500118107";
/// Rows of one statement; the widest table has 23 columns, and SQLite takes 32,766 values.
const CHUNK: usize = 1_000;
/// Persons made at once, each with a number of its own.
const BATCH: usize = 10_000;

/// Tables, as parts of the keys of their rows.
#[derive(Clone, Copy)]
pub enum Table {
    Person = 1,
    Household = 2,
    Member = 3,
    Request = 4,
    Case = 5,
    Subject = 6,
    Verification = 7,
    Report = 8,
    Posting = 9,
    Link = 10,
}

/// The key of a row: version 7 as the program's own, ordered as rows are made.
pub fn key(table: Table, number: u64) -> Uuid {
    let time = 0x0165_0000_0000_u128 + u128::from(number);
    Uuid::from_u128((time << 80) | (7 << 76) | (0b10 << 62) | (table as u128))
}

/// The identity number of a person, with its check character.
fn id_number(number: u64) -> String {
    const WEIGHTS: [u64; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let (year, month) = (1930 + number / 336_000, number / 28_000 % 12 + 1);
    let digits = format!("510229{year:04}{month:02}{:02}{:03}", number / 1_000 % 28 + 1, number % 1_000);
    let sum: u64 = digits.bytes().zip(WEIGHTS).map(|(digit, weight)| u64::from(digit - b'0') * weight).sum();
    let checks = b"10X98765432";
    format!("{digits}{}", char::from(checks[usize::try_from(sum % 11).unwrap_or_default()]))
}

/// What the rows hang on and the store has already.
struct Ground {
    villages: Vec<String>,
    window: Uuid,
    clerk: Uuid,
    /// For each programme that posts.
    funds: Vec<Fund>,
}

/// A rule, and the accounts through which its money goes.
struct Fund {
    rule: channel_rule::Model,
    source: Uuid,
    appropriated: Uuid,
    committed: Uuid,
    expended: Uuid,
}

/// Fills a store. Rows of a town pass every trigger; those of more are made by the same rules, and looking at each would
/// take an hour.
pub async fn fill(platform: &Platform, url: &str, size: Size) -> Result<()> {
    let ground = Ground::of(platform).await?;
    if size.cases <= Size::TOWN.cases {
        return rows(platform, &platform.db.writer, &ground, size).await;
    }
    let bare = Bare::strip(url).await?;
    rows(platform, &bare.db, &ground, size).await?;
    bare.dress().await
}

async fn rows(platform: &Platform, db: &sea_orm::DatabaseConnection, ground: &Ground, size: Size) -> Result<()> {
    let batch = u64::try_from(BATCH)?;
    for from in (0..size.persons).step_by(BATCH) {
        let persons = (from..size.persons.min(from + batch)).map(|at| a_person(platform, at));
        put(db, persons.collect::<Result<Vec<_>>>()?.into_iter()).await?;
    }
    put(db, (0..size.households).map(|at| ground.household(size, at))).await?;
    put(db, (0..size.persons).map(|at| ground.member(size, at))).await?;
    put(db, (0..size.persons).map(|at| ground.link("Person", Table::Person, size, at))).await?;
    put(db, (0..size.households).map(|at| ground.link("Household", Table::Household, size, at))).await?;
    put(db, (0..size.cases).map(|at| ground.request(size, at))).await?;
    put(db, (0..size.cases).map(|at| ground.link("Request", Table::Request, size, at))).await?;
    // A case names its report and a report its case: the case comes first without it.
    put(db, (0..size.cases).map(|at| ground.case(size, at))).await?;
    put(db, (0..size.cases).map(|at| ground.subject(size, at))).await?;
    put(db, (0..size.cases).map(|at| ground.verification(size, at))).await?;
    put(db, (0..size.cases).map(|at| ground.report(size, at))).await?;
    put(db, (0..size.cases).map(|at| ground.link("VerificationReport", Table::Report, size, at))).await?;
    ground.appropriate(db, size).await?;
    put(db, (0..size.postings).map(|at| ground.posting(size, at))).await?;
    Ok(())
}

/// Puts rows in, a statement for so many; each is a transaction of its own, since PostgreSQL walks over every older
/// state of an account that one transaction leaves.
async fn put<M>(db: &sea_orm::DatabaseConnection, rows: impl Iterator<Item = M>) -> Result<()>
where
    M: sea_orm::ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    <M::Entity as EntityTrait>::ActiveModel: ActiveModelTrait<Entity = M::Entity>,
{
    let mut rows = rows.map(|row| row.into_active_model().reset_all()).peekable();
    while rows.peek().is_some() {
        let chunk: Vec<_> = rows.by_ref().take(CHUNK).collect();
        M::Entity::insert_many(chunk).exec_without_returning(db).await?;
    }
    Ok(())
}

fn day(number: u64) -> Day {
    let first = chrono::NaiveDate::from_ymd_opt(2017, 1, 1).unwrap_or_default();
    Day(first + chrono::Days::new(number % 680))
}

fn at(number: u64) -> At {
    At(1_483_228_800_000_000 + i64::try_from(number % 680).unwrap_or_default() * 86_400_000_000)
}

fn a_person(platform: &Platform, number: u64) -> Result<person::Model> {
    const FAMILY: [&str; 12] = ["张", "李", "王", "刘", "陈", "杨", "赵", "周", "吴", "徐", "孙", "马"];
    const GIVEN: [&str; 10] = ["守田", "秀英", "小满", "国华", "桂芳", "永贵", "素珍", "德全", "文秀", "天福"];
    let pick = |list: &[&'static str], at: u64| list[usize::try_from(at).unwrap_or_default() % list.len()];
    let id = id_number(number);
    Ok(person::Model {
        id: key(Table::Person, number),
        name_zh: format!("{}{}", pick(&FAMILY, number), pick(&GIVEN, number / 12)),
        sex: if number.is_multiple_of(2) { Sex::Male } else { Sex::Female },
        birth_on: format!("{}-{}-{}", &id[6..10], &id[10..12], &id[12..14]).parse().ok(),
        id_number_cipher: Some(platform.cipher.seal(&id)?),
        id_number_hash: Some(platform.cipher.lookup_hash(&id)?),
        temporary_key: None,
        phone: None,
        deceased_on: None,
        created_at: at(number),
        version: 1,
    })
}

/// The town's account of a rule's channel; made where nothing was posted yet.
async fn account_of(platform: &Platform, rule: &channel_rule::Model, kind: AccountKind) -> Result<Uuid> {
    let db = &platform.db.writer;
    let found = account::Entity::find()
        .filter(account::Column::Jurisdiction.eq(TOWN))
        .filter(account::Column::Kind.eq(kind))
        .filter(account::Column::Programme.eq(&rule.programme))
        .filter(account::Column::Channel.eq(&rule.channel));
    if let Some(account) = found.one(db).await? {
        return Ok(account.id);
    }
    let row = account::Model {
        id: Uuid::now_v7(),
        code: format!("{kind}-{}-{}-{TOWN}", rule.programme, rule.channel),
        kind,
        programme: rule.programme.clone(),
        channel: rule.channel.clone(),
        jurisdiction: TOWN.to_owned(),
        balance_fen: Fen(0),
    };
    let id = row.id;
    put(db, std::iter::once(row)).await?;
    Ok(id)
}

impl Ground {
    async fn of(platform: &Platform) -> Result<Self> {
        let db = &platform.db.reader;
        let places = jurisdiction::Entity::find()
            .filter(jurisdiction::Column::ParentCode.eq(TOWN))
            .order_by_asc(jurisdiction::Column::Code)
            .all(db)
            .await?;
        let window = service_window::Entity::find()
            .filter(service_window::Column::Jurisdiction.starts_with(TOWN))
            .one(db)
            .await?
            .context("no window")?;
        let clerk = user_account::Entity::find()
            .filter(user_account::Column::Login.eq("tw"))
            .one(db)
            .await?
            .context("no clerk")?;
        let mut funds = Vec::new();
        for (programme, item) in [("DIBAO", "BASE"), ("TEMPORARY", "GRANT"), ("EDUCATION", "BOARDER")] {
            let rule = channel_rule::Entity::find()
                .filter(channel_rule::Column::Programme.eq(programme))
                .filter(channel_rule::Column::Item.eq(item))
                .one(db)
                .await?
                .with_context(|| format!("no rule of {programme} {item}"))?;
            funds.push(Fund {
                source: account_of(platform, &rule, AccountKind::Source).await?,
                appropriated: account_of(platform, &rule, AccountKind::Appropriation).await?,
                committed: account_of(platform, &rule, AccountKind::Committed).await?,
                expended: account_of(platform, &rule, AccountKind::Expended).await?,
                rule,
            });
        }
        Ok(Self {
            villages: places.into_iter().map(|place| place.code).collect(),
            window: window.id,
            clerk: clerk.id,
            funds,
        })
    }

    fn village(&self, household: u64) -> String {
        self.villages[usize::try_from(household).unwrap_or_default() % self.villages.len()].clone()
    }

    fn household_of_row(&self, table: Table, size: Size, number: u64) -> u64 {
        match table {
            Table::Household => number,
            Table::Person | Table::Member => number % size.households,
            Table::Posting => number % size.cases % size.households,
            _ => number % size.households,
        }
    }

    fn place(&self, table: Table, size: Size, number: u64) -> String {
        self.village(self.household_of_row(table, size, number))
    }

    fn household(&self, size: Size, number: u64) -> household::Model {
        household::Model {
            id: key(Table::Household, number),
            head_person_id: key(Table::Person, number),
            jurisdiction: self.place(Table::Household, size, number),
            area_type: AreaType::Rural,
            address: Some(format!("{}组", number % 9 + 1)),
            group_name: None,
            phone: None,
            declared_size: 3,
            created_at: at(number),
            version: 1,
        }
    }

    fn member(&self, size: Size, number: u64) -> household_member::Model {
        let household = self.household_of_row(Table::Member, size, number);
        household_member::Model {
            id: key(Table::Member, number),
            household_id: key(Table::Household, household),
            person_id: key(Table::Person, number),
            relation: if number < size.households { "02" } else { "30" }.to_owned(),
            counted: true,
            not_counted_reason: None,
            from_on: day(0),
            to_on: None,
            jurisdiction: self.village(household),
        }
    }

    fn link(&self, entity_type: &str, table: Table, size: Size, number: u64) -> scope_link::Model {
        let tag = (table as u64) << 32;
        scope_link::Model {
            id: key(Table::Link, tag + number),
            entity_type: entity_type.to_owned(),
            entity_id: key(table, number),
            jurisdiction: self.place(table, size, number),
            programme: "DIBAO".to_owned(),
        }
    }

    fn request(&self, size: Size, number: u64) -> request::Model {
        let household = self.household_of_row(Table::Request, size, number);
        request::Model {
            id: key(Table::Request, number),
            number: format!("R{number:09}"),
            household_id: key(Table::Household, household),
            applicant_id: key(Table::Person, household),
            window_id: self.window,
            received_on: day(number),
            received_at: at(number),
            need: "家庭收入低，申请救助".to_owned(),
            jurisdiction: self.village(household),
            created_by: self.clerk,
            version: 1,
        }
    }

    fn programme(&self, number: u64) -> (&'static str, &'static str) {
        match number % 10 {
            0..7 => ("DIBAO", "TU_SOCIAL"),
            7 | 8 => ("TEMPORARY", "TU_SOCIAL"),
            _ => ("EDUCATION", "TU_EDU"),
        }
    }

    fn case(&self, size: Size, number: u64) -> application::Model {
        const OPEN: [S; 6] = [S::Accepted, S::Verifying, S::Verified, S::Appraised, S::FirstNotice, S::TownReviewed];
        let household = self.household_of_row(Table::Case, size, number);
        let (programme, unit) = self.programme(number);
        let open = number.is_multiple_of(12);
        let state = if open { OPEN[usize::try_from(number / 12).unwrap_or_default() % OPEN.len()] } else { S::Active };
        application::Model {
            id: key(Table::Case, number),
            number: format!("R{number:09}-1"),
            request_id: key(Table::Request, number),
            household_id: key(Table::Household, household),
            programme: programme.to_owned(),
            unit: unit.to_owned(),
            jurisdiction: self.village(household),
            state,
            received_on: day(number),
            accepted_on: Some(day(number)),
            due_on: Some(Day(day(number).0 + chrono::Days::new(30 + number % 7))),
            decided_on: (!open).then(|| Day(day(number).0 + chrono::Days::new(20))),
            decision_level: (!open).then(|| "DISTRICT".to_owned()),
            opinion: None,
            supplement_requested_on: None,
            report_id: None,
            details: None,
            clock: if open { ClockEffect::Run } else { ClockEffect::Stop },
            clock_since: open.then(|| day(number)),
            clock_days_used: 0,
            limit_days: Some(30),
            last_event_at: at(number),
            version: 1,
        }
    }

    fn subject(&self, size: Size, number: u64) -> application_subject::Model {
        let household = self.household_of_row(Table::Subject, size, number);
        application_subject::Model {
            id: key(Table::Subject, number),
            application_id: key(Table::Case, number),
            person_id: key(Table::Person, household),
            programme: self.programme(number).0.to_owned(),
            open: false,
            jurisdiction: self.village(household),
        }
    }

    fn verification(&self, size: Size, number: u64) -> verification::Model {
        let household = self.household_of_row(Table::Verification, size, number);
        verification::Model {
            id: key(Table::Verification, number),
            application_id: key(Table::Case, number),
            household_id: key(Table::Household, household),
            state: VerificationState::Reported,
            opened_on: day(number),
            due_on: Day(day(number).0 + chrono::Days::new(14)),
            jurisdiction: self.village(household),
            programme: self.programme(number).0.to_owned(),
            version: 2,
        }
    }

    fn report(&self, size: Size, number: u64) -> verification_report::Model {
        let household = self.household_of_row(Table::Report, size, number);
        let facts = format!("{{\"format\":1,\"case\":{number}}}");
        verification_report::Model {
            id: key(Table::Report, number),
            number: format!("V{number:09}"),
            verification_id: key(Table::Verification, number),
            application_id: key(Table::Case, number),
            household_id: key(Table::Household, household),
            issued_on: day(number),
            valid_to: Day(day(number).0 + chrono::Days::new(180)),
            conclusion: ReportConclusion::Difficult,
            facts_hash: sha256(facts.as_bytes()),
            facts,
            issued_by: self.clerk,
            jurisdiction: self.village(household),
            programme: self.programme(number).0.to_owned(),
        }
    }

    fn fund(&self, number: u64) -> usize {
        match number % 10 {
            0..7 => 0,
            7 | 8 => 1,
            _ => 2,
        }
    }

    /// Enough for every posting.
    async fn appropriate(&self, db: &sea_orm::DatabaseConnection, size: Size) -> Result<()> {
        let whole = Fen(i64::try_from(size.postings)? * 100_000);
        let entries = self.funds.iter().enumerate().map(|(at, fund)| ledger_entry::Model {
            kind: EntryKind::Appropriation,
            debit_account_id: fund.appropriated,
            credit_account_id: fund.source,
            amount_fen: whole,
            ..self.entry(&fund.rule, size.postings + at as u64, 0)
        });
        put(db, entries).await
    }

    fn entry(&self, rule: &channel_rule::Model, number: u64, case: u64) -> ledger_entry::Model {
        ledger_entry::Model {
            id: key(Table::Posting, number),
            kind: EntryKind::Commitment,
            debit_account_id: Uuid::nil(),
            credit_account_id: Uuid::nil(),
            amount_fen: Fen(0),
            channel_rule_id: rule.id,
            programme: rule.programme.clone(),
            item: rule.item.clone(),
            channel: rule.channel.clone(),
            month: None,
            posted_on: day(case),
            posted_at: at(case),
            benefit_line_id: None,
            application_id: None,
            payee_id: None,
            settles_entry_id: None,
            reverses_entry_id: None,
            batch_id: None,
            posted_by: self.clerk,
            jurisdiction: TOWN.to_owned(),
        }
    }

    /// The postings of a case are those of its number and every so many after it: by turns a commitment, and in the
    /// next round what settles it. Cases of odd numbers begin a round later, so that every month has both.
    fn posting(&self, size: Size, number: u64) -> ledger_entry::Model {
        let (case, round) = (number % size.cases, number / size.cases);
        let fund = &self.funds[self.fund(case)];
        let settled = (round > case % 2 && round % 2 != case % 2).then(|| number - size.cases);
        let (debit, credit) = match settled {
            Some(_) => (fund.expended, fund.committed),
            None => (fund.committed, fund.appropriated),
        };
        let on = day(round * 68 + case % 68);
        ledger_entry::Model {
            kind: if settled.is_some() { EntryKind::Settlement } else { EntryKind::Commitment },
            debit_account_id: debit,
            credit_account_id: credit,
            amount_fen: Fen(i64::try_from(10_000 + settled.unwrap_or(number) % 50_000).unwrap_or(10_000)),
            month: Some(on.month()),
            posted_on: on,
            application_id: Some(key(Table::Case, case)),
            payee_id: Some(key(Table::Person, case % size.households)),
            settles_entry_id: settled.map(|settled| key(Table::Posting, settled)),
            jurisdiction: self.place(Table::Posting, size, number),
            ..self.entry(&fund.rule, number, case)
        }
    }
}
