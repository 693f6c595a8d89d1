//! What can be wrong with a roll, in English and Chinese; no message repeats what a cell holds.

use platform::{Code, Language, code::message};
use serde::Serialize;

/// Why a whole file is refused; nothing of it is stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    /// Above the bound on files.
    #[error("the file has {bytes} bytes; at most {most} are taken (文件过大)")]
    TooBig {
        /// Its size.
        bytes: u64,
        /// The bound.
        most: u64,
    },
    /// Another format.
    #[error("this is no .xlsx workbook; save it as .xlsx (请另存为 .xlsx 工作簿)")]
    NotXlsx,
    /// Protected by a password.
    #[error("the workbook is encrypted; remove its password (工作簿已加密，请先取消密码)")]
    Encrypted,
    /// Cannot be read to its end.
    #[error("the workbook is damaged and cannot be read to its end (工作簿已损坏)")]
    Damaged,
    /// Too many entries.
    #[error("the workbook has too many parts; at most {most} are taken (工作簿内部文件过多)")]
    TooManyEntries {
        /// The bound.
        most: usize,
    },
    /// Grows beyond the bound when inflated.
    #[error("the workbook inflates beyond {most} bytes and is refused (工作簿解压后过大)")]
    Bomb {
        /// The bound.
        most: u64,
    },
    /// Too many rows.
    #[error("the sheet has more than {most} rows; split it (行数过多，请拆分)")]
    TooManyRows {
        /// The bound.
        most: u32,
    },
    /// No sheet has the header.
    #[error("no sheet has a header row with these columns: {missing} (未找到表头)")]
    NoHeader {
        /// Columns that the best candidate lacks.
        missing: String,
    },
    /// A column twice.
    #[error("the header names {column} twice (表头重复)")]
    ColumnTwice {
        /// Its name.
        column: &'static str,
    },
    /// Rows that go back.
    #[error("the rows are not in order after row {row} (行序错乱)")]
    RowsOutOfOrder {
        /// The last row in order.
        row: u32,
    },
}

/// Why one row is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A code clients know, too.
    Code(Code),
    /// Empty, but required.
    Missing,
    /// A formula whose value was never stored.
    FormulaWithoutValue,
    /// `#REF!`, `#N/A` and the like.
    CellError,
    /// Longer than fits.
    TooLong(usize),
    /// Characters that cannot be shown.
    ControlCharacter,
    /// Masked digits.
    MaskedIdNumber,
    /// A number cell keeps 15 digits.
    IdNumberNotText,
    /// Not a village of the town.
    UnknownVillage,
    /// Not one of a closed list.
    UnknownValue(&'static str),
    /// Not a whole number.
    NotACount,
    /// Outside its range.
    CountOutOfRange(i64, i64),
    /// Not an amount of money.
    NotAnAmount,
    /// Below zero.
    NegativeAmount,
    /// Parts of a fen.
    PartsOfAFen,
    /// Not a month.
    NotAMonth,
    /// Before the programme began or still to come.
    MonthOutOfRange(String, String),
    /// Not a date.
    NotADate,
    /// The parts do not add up.
    SumMismatch {
        /// Sum of the parts, in yuan.
        parts: String,
        /// The total given, in yuan.
        total: String,
    },
    /// Nothing is paid.
    NothingPaid,
    /// More than another column allows.
    MoreThan(&'static str),
    /// Another channel than the item's own.
    WrongChannel,
    /// The row says that the benefit is over.
    Ended,
    /// This key came earlier in the file with other content.
    TwiceInFile(u32),
    /// This key is on record with other content.
    KnownOtherwise,
    /// The head's household holds dibao already.
    HouseholdHolds,
    /// The certificate is on record with another head.
    CertificateOfOtherHead,
    /// A later month of this certificate is on record.
    LaterMonthOnRecord,
}

/// One thing wrong with one cell.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Row as the workbook counts, from 1.
    pub row: u32,
    /// Column's name.
    pub column: &'static str,
    /// Column as the workbook letters it; absent when the column is not in the sheet.
    pub letter: Option<String>,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong, in English.
    pub message: String,
    /// What is wrong, in Chinese.
    pub message_zh: String,
}

impl Reason {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Code(code) => code.as_str(),
            Self::Missing => "MISSING",
            Self::FormulaWithoutValue => "FORMULA_WITHOUT_VALUE",
            Self::CellError => "CELL_ERROR",
            Self::TooLong(_) => "TOO_LONG",
            Self::ControlCharacter => "CONTROL_CHARACTER",
            Self::MaskedIdNumber => "MASKED_ID_NUMBER",
            Self::IdNumberNotText => "ID_NUMBER_NOT_TEXT",
            Self::UnknownVillage => "UNKNOWN_VILLAGE",
            Self::UnknownValue(_) => "UNKNOWN_VALUE",
            Self::NotACount => "NOT_A_COUNT",
            Self::CountOutOfRange(..) => "COUNT_OUT_OF_RANGE",
            Self::NotAnAmount => "NOT_AN_AMOUNT",
            Self::NegativeAmount => "NEGATIVE_AMOUNT",
            Self::PartsOfAFen => "PARTS_OF_A_FEN",
            Self::NotAMonth => "NOT_A_MONTH",
            Self::MonthOutOfRange(..) => "MONTH_OUT_OF_RANGE",
            Self::NotADate => "NOT_A_DATE",
            Self::SumMismatch { .. } => "SUM_MISMATCH",
            Self::NothingPaid => "NOTHING_PAID",
            Self::MoreThan(_) => "MORE_THAN",
            Self::WrongChannel => Code::WrongFundingChannel.as_str(),
            Self::Ended => "ENDED",
            Self::TwiceInFile(_) => "TWICE_IN_FILE",
            Self::KnownOtherwise => "KNOWN_OTHERWISE",
            Self::HouseholdHolds => "HOUSEHOLD_HOLDS",
            Self::CertificateOfOtherHead => "CERTIFICATE_OF_OTHER_HEAD",
            Self::LaterMonthOnRecord => "LATER_MONTH_ON_RECORD",
        }
    }

    /// Its two messages, English and Chinese.
    pub fn messages(&self) -> (String, String) {
        let fixed = |en: &str, zh: &str| (en.to_owned(), zh.to_owned());
        match self {
            Self::Code(code) => (message(*code, &[], Language::En), message(*code, &[], Language::ZhCn)),
            Self::Missing => fixed("it is empty", "不能为空"),
            Self::FormulaWithoutValue => fixed(
                "the formula has no stored value; save the workbook in a spreadsheet program or paste values",
                "公式没有保存结果，请重新保存或粘贴为数值",
            ),
            Self::CellError => fixed("the cell shows an error", "单元格为错误值"),
            Self::TooLong(most) => (format!("it has more than {most} characters"), format!("超过 {most} 个字符")),
            Self::ControlCharacter => fixed("it holds characters that cannot be shown", "含有不可见控制字符"),
            Self::MaskedIdNumber => {
                fixed("the identity number is masked; the roll needs it whole", "身份证号已掩码，请提供完整号码")
            }
            Self::IdNumberNotText => fixed(
                "a number cell keeps only 15 digits; format the column as text",
                "数值格式仅保留15位，请将该列设为文本",
            ),
            Self::UnknownVillage => fixed("there is no such village or community here", "本辖区无此村（居）"),
            Self::UnknownValue(known) => (format!("it must be one of {known}"), format!("应为 {known} 之一")),
            Self::NotACount => fixed("it is no whole number", "应为整数"),
            Self::CountOutOfRange(least, most) => {
                (format!("it must be {least} to {most}"), format!("应在 {least} 至 {most} 之间"))
            }
            Self::NotAnAmount => fixed("it is no amount of money", "应为金额"),
            Self::NegativeAmount => fixed("it is below zero", "金额不能为负"),
            Self::PartsOfAFen => fixed("it has more than two decimals", "金额最多两位小数"),
            Self::NotAMonth => fixed("it is no month such as 2018-01", "应为年月，如 2018-01"),
            Self::MonthOutOfRange(least, most) => {
                (format!("it must be {least} to {most}"), format!("应在 {least} 至 {most} 之间"))
            }
            Self::NotADate => fixed("it is no date such as 2018-01-31", "应为日期，如 2018-01-31"),
            Self::SumMismatch { parts, total } => (
                format!("the parts add up to {parts}, the row says {total}"),
                format!("各项之和为 {parts}，与合计 {total} 不符"),
            ),
            Self::NothingPaid => fixed("the monthly total is zero", "月合计为零"),
            Self::MoreThan(other) => (format!("it is more than {other}"), format!("大于{other}")),
            Self::WrongChannel => fixed(
                "dibao is paid from FC-DIBAO only (649号 art 5)",
                "低保金只能从城乡居民最低生活保障资金列支（649号令第五条）",
            ),
            Self::Ended => fixed("the row says that the benefit has ended", "该行显示待遇已终止"),
            Self::TwiceInFile(row) => (
                format!("the certificate and month stand in row {row} with other content"),
                format!("与第 {row} 行证号及起始月相同但内容不同"),
            ),
            Self::KnownOtherwise => {
                fixed("the certificate and month are on record with other content", "该证号及起始月已有记录且内容不同")
            }
            Self::HouseholdHolds => fixed(
                "the household holds dibao already, by a decision or under another certificate",
                "该家庭已有在享低保（审批或其他低保证号）",
            ),
            Self::CertificateOfOtherHead => {
                fixed("the certificate is on record with another head", "该证号已登记在其他户主名下")
            }
            Self::LaterMonthOnRecord => {
                fixed("a later month of this certificate is on record", "该证号已有更晚起始月的记录")
            }
        }
    }
}

/// `A` for 0, `AA` for 26.
pub fn column_letter(index: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = index;
    loop {
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or_default()));
        if rest < 26 {
            break;
        }
        rest = rest / 26 - 1;
    }
    letters.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_are_lettered_as_workbooks_letter_them() {
        let letters: Vec<_> = [0, 25, 26, 51, 52, 701, 702].map(super::column_letter).into();
        assert_eq!(letters, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }
}
