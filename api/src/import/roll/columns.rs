//! The columns of a dibao roll and the row that names them.

use super::cell::half_width;
use std::collections::BTreeMap;

macro_rules! columns {
    ($( $variant:ident = $name:literal, $required:literal, [$($alias:literal),*]; )*) => {
        /// A column the import reads.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column { $( #[doc = $name] $variant, )* }

        impl Column {
            /// All columns, in the order of a roll.
            pub const ALL: &[Column] = &[$(Column::$variant),*];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Column::$variant => $name,)* }
            }

            /// Whether a roll without it is refused.
            pub fn required(self) -> bool {
                match self { $(Column::$variant => $required,)* }
            }

            fn aliases(self) -> &'static [&'static str] {
                match self { $(Column::$variant => &[$($alias),*],)* }
            }
        }
    };
}

columns! {
    Village = "村(居)", true, ["村居", "村", "村(社区)", "村居名称", "村(居)名称", "所属村", "属地区划"];
    Group = "组", false, ["小组", "村民小组", "社", "组别"];
    Head = "户主姓名", true, ["户主", "姓名", "FAMILY_NAME"];
    IdNumber = "身份证号", true, ["身份证号码", "户主身份证号", "户主身份证号码", "公民身份号码", "ID_CARD"];
    Size = "家庭人口", true, ["家庭人数", "家庭人口数", "PEOPLE_NUM"];
    Counted = "保障人数", true, ["保障/救助人数", "救助人数", "低保人数", "保障人口", "ASSISTANCE_PEOPLE_NUM"];
    Phone = "联系电话", false, ["电话", "手机号", "联系方式"];
    Certificate = "低保证号", true, ["低保证编号", "证号", "FAMILY_CARD_NO"];
    Area = "类别", true, ["类别(城/农)", "城/农", "城乡类别", "低保类别"];
    KeyCounted = "重点保障人数", false, ["重点救助人数"];
    Disabled = "残疾人数", false, [];
    Income = "月收入", false, ["家庭月收入", "INCOME_MONTH"];
    PerCapita = "人均收入", false, ["月人均收入"];
    Base = "家庭补差", true, ["补差", "补差金额"];
    Key60 = "重点救助60元", true, ["重点救助60", "60元"];
    Key100 = "重点救助100元", true, ["重点救助100", "100元"];
    DisabledAid = "残疾人救助", true, ["残疾救助", "残疾人救助40元"];
    Total = "月合计", true, ["合计", "月保障金合计", "月保障金额"];
    Amount = "金额", false, [];
    StartMonth = "起始月", true, ["起始年月", "起始保障年月", "享受起始月", "BEGIN_DATE"];
    Review = "核查周期", false, ["复核周期"];
    NextReview = "下次核查日", false, ["下次核查日期", "下次复核日"];
    Channel = "资金渠道", false, [];
    State = "状态", false, ["待遇状态"];
    Note = "备注", false, [];
}

/// Where each column stands, counted from 0.
pub type Places = BTreeMap<Column, u32>;

/// A header's text as it is compared: half-width, without blanks.
fn plain(text: &str) -> String {
    half_width(text).chars().filter(|character| !character.is_whitespace()).collect()
}

/// The column of this name, and whether the name is its own rather than an alias.
fn named(text: &str) -> Option<(Column, bool)> {
    let text = plain(text);
    let own = Column::ALL.iter().copied().find(|column| column.name() == text).map(|column| (column, true));
    own.or_else(|| {
        let known = |column: &Column| column.aliases().iter().any(|alias| alias.eq_ignore_ascii_case(&text));
        Column::ALL.iter().copied().find(known).map(|column| (column, false))
    })
}

/// A row read as a header.
pub struct Header {
    /// The places it names.
    pub places: Places,
    /// Required columns it lacks.
    pub missing: Vec<Column>,
    /// A column it names twice.
    pub twice: Option<Column>,
}

/// Reads a row as a header; a column's own name goes before an alias of it.
pub fn read(texts: &BTreeMap<u32, String>) -> Header {
    let mut found: BTreeMap<Column, (u32, bool)> = BTreeMap::new();
    let mut twice = None;
    for (index, text) in texts {
        let Some((column, own)) = named(text) else { continue };
        match found.get(&column) {
            Some((_, was_own)) if *was_own == own => twice = Some(column),
            Some((_, true)) => {}
            _ => {
                found.insert(column, (*index, own));
            }
        }
    }
    let missing =
        Column::ALL.iter().copied().filter(|column| column.required() && !found.contains_key(column)).collect();
    Header { places: found.into_iter().map(|(column, (index, _))| (column, index)).collect(), missing, twice }
}

/// Names for a message.
pub fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| column.name()).collect::<Vec<_>>().join("、")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_or_alias_means_two_columns() {
        let mut seen = std::collections::BTreeSet::new();
        for column in Column::ALL {
            assert!(seen.insert(column.name()), "{}", column.name());
            for alias in column.aliases() {
                assert!(seen.insert(alias), "{alias}");
            }
        }
    }

    #[test]
    fn a_header_is_read_by_name_whatever_its_order_width_or_blanks() {
        let texts = ["序号", "低保证号", "村（居）", " 户 主 姓 名 ", "类别（城/农）"];
        let texts = (0..).zip(texts.map(str::to_owned)).collect();
        let header = read(&texts);
        assert_eq!(header.places[&Column::Village], 2);
        assert_eq!(header.places[&Column::Head], 3);
        assert_eq!(header.places[&Column::Area], 4);
        assert!(header.missing.contains(&Column::Total) && !header.missing.contains(&Column::Group));
    }

    #[test]
    fn a_columns_own_name_goes_before_an_alias() {
        let texts = ["姓名", "户主姓名", "合计", "月合计", "合计"];
        let header = read(&(0..).zip(texts.map(str::to_owned)).collect());
        assert_eq!(header.places[&Column::Head], 1);
        assert_eq!(header.places[&Column::Total], 3);
        assert_eq!(header.twice, None);
        let header = read(&(0..).zip(["组", "组"].map(str::to_owned)).collect());
        assert_eq!(header.twice, Some(Column::Group));
    }
}
