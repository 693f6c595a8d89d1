//! One row of a roll, checked.

use super::{
    cell::Value,
    columns::{Column, Places},
    problem::{Problem, Reason, column_letter},
    sheet::Row,
};
use chrono::NaiveDate;
use entity::Fen;
use platform::{id_number::IdNumber, module::ReviewClass};
use std::collections::BTreeMap;

/// Household sizes that occur.
const SIZE_MAX: i64 = 30;
/// The month the programme began in Chongqing's towns.
const FIRST_MONTH: &str = "1996-07";

/// What the checks go by.
pub struct Context<'a> {
    /// Places of the columns.
    pub places: &'a Places,
    /// Codes of villages and communities, by code and by plain name.
    pub villages: &'a BTreeMap<String, String>,
    /// The day of the import.
    pub today: NaiveDate,
    /// Greatest age an identity number may give.
    pub age_max: i64,
    /// Last month a benefit may start in.
    pub last_month: String,
}

/// A row that passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollRow {
    /// Number in the workbook.
    pub number: u32,
    /// Code of the village or community.
    pub village: String,
    /// Group inside the village.
    pub group: Option<String>,
    /// Name of the head.
    pub head: String,
    /// Identity number of the head, normal form.
    pub id_number: String,
    /// Declared size of the household.
    pub size: i32,
    /// Phone.
    pub phone: Option<String>,
    /// Certificate.
    pub certificate: String,
    /// Whether the household is urban.
    pub urban: bool,
    /// First month.
    pub start_month: String,
    /// Difference aid, in fen.
    pub base_fen: i64,
    /// Top-ups of 60 yuan, in fen.
    pub key_60_fen: i64,
    /// Top-ups of 100 yuan, in fen.
    pub key_100_fen: i64,
    /// Aid to disabled members, in fen.
    pub disabled_fen: i64,
    /// Sum of the four, in fen.
    pub total_fen: i64,
    /// How often it is reviewed.
    pub review: Option<ReviewClass>,
    /// Day of the next review.
    pub next_review: Option<NaiveDate>,
    /// Whether payment is suspended.
    pub suspended: bool,
}

/// What a row turned out to be.
pub enum Checked {
    /// A household.
    Good(Box<RollRow>),
    /// Something is wrong with it.
    Bad(Vec<Problem>),
    /// No household: a total, a note, a signature line.
    NoData,
}

/// Checks one row; every problem of it is listed, not only the first.
pub fn check(row: &Row, context: &Context<'_>) -> Checked {
    let mut reader = Reader { row, context, problems: Vec::new() };
    if reader.is_no_data() {
        return Checked::NoData;
    }
    let read = reader.household();
    match read {
        Some(good) if reader.problems.is_empty() => Checked::Good(Box::new(good)),
        _ => Checked::Bad(reader.problems),
    }
}

/// One problem of a cell of this row.
pub fn problem(row: u32, column: Column, places: &Places, reason: &Reason) -> Problem {
    let (message, message_zh) = reason.messages();
    Problem {
        row,
        column: column.name(),
        letter: places.get(&column).map(|index| column_letter(*index)),
        code: reason.code(),
        message,
        message_zh,
    }
}

struct Reader<'a> {
    row: &'a Row,
    context: &'a Context<'a>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn value(&self, column: Column) -> Option<&Value> {
        self.row.cells.get(self.context.places.get(&column)?)
    }

    /// A row with neither a number, a certificate nor a name of a head describes no household.
    fn is_no_data(&self) -> bool {
        let has = |column| self.value(column).is_some();
        if has(Column::IdNumber) || has(Column::Certificate) {
            return false;
        }
        let words = || self.row.cells.values().filter_map(|value| value.word(200).ok());
        !has(Column::Head) || words().any(|word| ["合计", "总计", "小计"].contains(&word.as_str()))
    }

    fn blame(&mut self, column: Column, reason: &Reason) {
        self.problems.push(problem(self.row.number, column, self.context.places, reason));
    }

    /// Reads a required cell.
    fn need<T>(&mut self, column: Column, read: impl FnOnce(&Value) -> Result<T, Reason>) -> Option<T> {
        let outcome = self.value(column).map_or(Err(Reason::Missing), read);
        outcome.map_err(|reason| self.blame(column, &reason)).ok()
    }

    /// Reads a cell that may be empty.
    fn may<T>(&mut self, column: Column, read: impl FnOnce(&Value) -> Result<T, Reason>) -> Option<T> {
        let outcome = read(self.value(column)?);
        outcome.map_err(|reason| self.blame(column, &reason)).ok()
    }

    fn household(&mut self) -> Option<RollRow> {
        let villages = self.context.villages;
        let village = self.need(Column::Village, |value| village_code(&value.word(100)?, villages));
        let group = self.may(Column::Group, |value| value.text(50));
        let head = self.need(Column::Head, |value| value.text(50));
        let context = self.context;
        let id_number = self.need(Column::IdNumber, |value| id_number(value, context));
        let size = self.need(Column::Size, |value| value.count(1, SIZE_MAX));
        let counted = self.need(Column::Counted, |value| value.count(1, SIZE_MAX));
        self.not_more(Column::Counted, counted, Column::Size, size);
        let key = self.may(Column::KeyCounted, |value| value.count(0, SIZE_MAX));
        self.not_more(Column::KeyCounted, key, Column::Counted, counted);
        let disabled = self.may(Column::Disabled, |value| value.count(0, SIZE_MAX));
        self.not_more(Column::Disabled, disabled, Column::Size, size);
        let phone = self.may(Column::Phone, |value| value.word(30)).filter(|phone| is_phone(phone));
        let certificate = self.need(Column::Certificate, |value| value.word(60));
        let urban = self.need(Column::Area, |value| area(&value.word(20)?));
        let start_month = self.month();
        let money = self.money();
        let review = self.may(Column::Review, |value| review(&value.word(20)?));
        let next_review = self.may(Column::NextReview, Value::day);
        self.channel();
        let suspended = self.may(Column::State, |value| state(&value.word(20)?)).unwrap_or(false);
        let money = money?;
        Some(RollRow {
            number: self.row.number,
            village: village?,
            group,
            head: head?,
            id_number: id_number?,
            size: i32::try_from(size?).ok()?,
            phone,
            certificate: certificate?,
            urban: urban?,
            start_month: start_month?,
            base_fen: money.base,
            key_60_fen: money.key_60,
            key_100_fen: money.key_100,
            disabled_fen: money.disabled,
            total_fen: money.total,
            review,
            next_review,
            suspended,
        })
    }

    fn not_more(&mut self, column: Column, count: Option<i64>, other: Column, most: Option<i64>) {
        if let (Some(count), Some(most)) = (count, most)
            && count > most
        {
            self.blame(column, &Reason::MoreThan(other.name()));
        }
    }

    fn month(&mut self) -> Option<String> {
        let month = self.need(Column::StartMonth, Value::month)?;
        let last = self.context.last_month.clone();
        if month.as_str() < FIRST_MONTH || month > last {
            self.blame(Column::StartMonth, &Reason::MonthOutOfRange(FIRST_MONTH.to_owned(), last));
            return None;
        }
        Some(month)
    }

    fn money(&mut self) -> Option<Money> {
        // An empty part means that nothing is paid for it; the total is never empty.
        let mut part = |column| match self.value(column) {
            None => Some(0),
            Some(_) => self.need(column, Value::fen),
        };
        let parts = [Column::Base, Column::Key60, Column::Key100, Column::DisabledAid].map(&mut part);
        let total = self.need(Column::Total, Value::fen);
        let amount = self.may(Column::Amount, Value::fen);
        let [Some(base), Some(key_60), Some(key_100), Some(disabled)] = parts else { return None };
        let total = total?;
        let sum = base + key_60 + key_100 + disabled;
        if sum != total {
            self.blame(Column::Total, &Reason::SumMismatch { parts: yuan(sum), total: yuan(total) });
        } else if total == 0 {
            self.blame(Column::Total, &Reason::NothingPaid);
        }
        if let Some(amount) = amount.filter(|amount| *amount != total) {
            self.blame(Column::Amount, &Reason::SumMismatch { parts: yuan(total), total: yuan(amount) });
        }
        Some(Money { base, key_60, key_100, disabled, total })
    }

    fn channel(&mut self) {
        let own = ["FC-DIBAO", "城乡居民最低生活保障资金", "低保金", "低保资金"];
        let channel = self.may(Column::Channel, |value| value.word(60));
        if channel.is_some_and(|channel| !own.contains(&channel.as_str())) {
            self.blame(Column::Channel, &Reason::WrongChannel);
        }
    }
}

struct Money {
    base: i64,
    key_60: i64,
    key_100: i64,
    disabled: i64,
    total: i64,
}

fn yuan(fen: i64) -> String {
    Fen(fen).to_string()
}

fn id_number(value: &Value, context: &Context<'_>) -> Result<String, Reason> {
    if let Value::Number(_) = value {
        return Err(Reason::IdNumberNotText);
    }
    let word = value.word(40)?;
    if word.contains(['*', 'ˣ', '×']) {
        return Err(Reason::MaskedIdNumber);
    }
    let number = IdNumber::parse(&word, context.today, context.age_max).map_err(Reason::Code)?;
    Ok(number.as_str().to_owned())
}

/// The code of a village by its name, with or without the town before it and its kind behind it.
fn village_code(word: &str, villages: &BTreeMap<String, String>) -> Result<String, Reason> {
    villages.get(word).or_else(|| villages.get(&plain_village(word))).cloned().ok_or(Reason::UnknownVillage)
}

/// A village's name as it is compared: no town, no brackets, no word for its kind.
pub fn plain_village(name: &str) -> String {
    let name = super::cell::half_width(name);
    let name = name.rsplit_once('镇').map_or(name.as_str(), |(_, rest)| rest);
    let name = name.split('(').next().unwrap_or(name);
    let mut plain = name.trim();
    for kind in ["村民委员会", "居民委员会", "居委会", "村委会", "社区", "村"] {
        if let Some(rest) = plain.strip_suffix(kind).filter(|rest| !rest.is_empty()) {
            plain = rest;
        }
    }
    plain.to_owned()
}

fn area(word: &str) -> Result<bool, Reason> {
    match word {
        "城" | "城市" | "城镇" | "城市低保" | "URBAN" | "非农" => Ok(true),
        "农" | "农村" | "农村低保" | "RURAL" => Ok(false),
        _ => Err(Reason::UnknownValue("城、农")),
    }
}

fn review(word: &str) -> Result<ReviewClass, Reason> {
    match word {
        "年" | "每年" | "一年" | "年度" | "ANNUAL" => Ok(ReviewClass::Annual),
        "半年" | "每半年" | "SEMIANNUAL" => Ok(ReviewClass::Semiannual),
        "季" | "季度" | "每季" | "每季度" | "QUARTERLY" => Ok(ReviewClass::Quarterly),
        "月" | "每月" | "月度" | "MONTHLY" => Ok(ReviewClass::Monthly),
        _ => Err(Reason::UnknownValue("年、半年、季、月")),
    }
}

fn state(word: &str) -> Result<bool, Reason> {
    match word {
        "在保" | "正常" | "享受" | "ACTIVE" => Ok(false),
        "停发" | "暂停" | "SUSPENDED" => Ok(true),
        "退出" | "终止" | "取消" | "停保" | "注销" | "TERMINATED" => Err(Reason::Ended),
        _ => Err(Reason::UnknownValue("在保、停发")),
    }
}

/// A masked or garbled phone is left out; it is no reason to turn down a family.
fn is_phone(word: &str) -> bool {
    (7..=20).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}
