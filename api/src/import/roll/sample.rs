//! A made-up roll of 松溉镇: the same households every time, none of them real.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

/// Where a sample household lives, and how many of them live there.
const VILLAGES: &[(&str, bool, u32)] = &[
    ("文昌宫居委会(社区)", true, 26),
    ("旗山村", false, 34),
    ("打鱼河村", false, 30),
    ("鱼岭村", false, 28),
    ("新街子村", false, 31),
    ("茅园村", false, 27),
    ("松江村", false, 26),
];
const SURNAMES: &str = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";
const GIVEN: &str = "德明国强秀英桂兰志华建军春梅世平永福大全素芳光荣玉珍长寿家贵成才天祥仁义忠良先碧朝会正开廷云淑琼昌定书安泽隆顺孝友勤俭";
const COLUMNS: &[&str] = &[
    "序号",
    "村(居)",
    "组",
    "户主姓名",
    "身份证号",
    "家庭人口",
    "保障人数",
    "联系电话",
    "低保证号",
    "类别(城/农)",
    "重点保障人数",
    "残疾人数",
    "月收入",
    "人均收入",
    "家庭补差",
    "重点救助60元",
    "重点救助100元",
    "残疾人救助",
    "月合计",
    "起始月",
    "核查周期",
    "近亲属备案",
    "资金渠道",
    "状态",
    "备注",
];

/// The sample as an .xlsx file; equal bytes on every run.
pub fn workbook() -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_ymd(2018, 10, 8)?;
    workbook.set_properties(
        &DocProperties::new().set_title("松溉镇城乡低保花名册（样例）").set_creation_datetime(&created),
    );
    let sheet = workbook.add_worksheet();
    sheet.set_name("低保花名册")?;
    heading(sheet)?;
    let mut random = Random(20_181_019);
    let mut number = 0;
    let mut total = 0;
    for (code, (village, urban, households)) in VILLAGES.iter().enumerate() {
        for _ in 0..*households {
            number += 1;
            total += household(sheet, &mut random, number, code, village, *urban)?;
        }
    }
    let last = number + 2;
    sheet.write(last, 0, "合计")?;
    sheet.write(last, 18, total)?;
    workbook.save_to_buffer()
}

fn heading(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let last = u16::try_from(COLUMNS.len() - 1).unwrap_or_default();
    let title = Format::new().set_bold().set_font_size(16).set_align(FormatAlign::Center);
    sheet.merge_range(0, 0, 0, last, "永川区松溉镇2018年10月城乡低保花名册（虚构样例）", &title)?;
    let bold = Format::new().set_bold().set_align(FormatAlign::Center).set_text_wrap();
    for (index, name) in (0..).zip(COLUMNS) {
        sheet.write_with_format(1, index, *name, &bold)?;
        sheet.set_column_width(index, if matches!(*name, "身份证号" | "低保证号") { 22 } else { 11 })?;
    }
    sheet.set_freeze_panes(2, 4)?;
    Ok(())
}

fn household(
    sheet: &mut Worksheet,
    random: &mut Random,
    number: u32,
    code: usize,
    village: &str,
    urban: bool,
) -> Result<u32, XlsxError> {
    let row = number + 1;
    let standard = if urban { 546 } else { 410 };
    let size = 1 + random.below(5);
    let counted = size.saturating_sub(u32::from(size > 2 && random.below(4) == 0)).max(1);
    let students = if counted > 1 { random.below(counted.min(3)) } else { 0 };
    let severe = random.below((counted - students).min(2) + 1);
    let disabled = severe.min(random.below(2)) + u32::from(severe == 0 && random.below(7) == 0);
    let income = random.below(standard * counted * 9 / 10);
    let base = standard * counted - income;
    let (key_60, key_100, aid) = (60 * severe, 100 * students, 40 * disabled);
    let total = base + key_60 + key_100 + aid;
    let review = if severe > 0 {
        "年"
    } else if random.below(3) == 0 && !urban {
        "季"
    } else {
        "半年"
    };
    let texts = [
        (1, village.to_owned()),
        (2, format!("{}组", 1 + random.below(9))),
        (3, name(random)),
        (4, id_number(random)),
        (7, format!("1{}{:08}", [35, 36, 38, 39, 58, 86][random.below(6) as usize], random.below(100_000_000))),
        (8, format!("YC107{}{:02}{number:04}", if urban { 'C' } else { 'N' }, code + 1)),
        (9, if urban { "城" } else { "农" }.to_owned()),
        (19, format!("2018-{:02}", 1 + random.below(9))),
        (20, review.to_owned()),
        (21, if random.below(40) == 0 { "是" } else { "否" }.to_owned()),
        (22, "FC-DIBAO".to_owned()),
        (23, "在保".to_owned()),
    ];
    for (column, text) in texts {
        sheet.write(row, column, text)?;
    }
    let numbers = [
        (0, number),
        (5, size),
        (6, counted),
        (10, severe + students),
        (11, disabled),
        (12, income),
        (14, base),
        (15, key_60),
        (16, key_100),
        (17, aid),
        (18, total),
    ];
    for (column, value) in numbers {
        sheet.write(row, column, value)?;
    }
    sheet.write(row, 13, f64::from((income * 100 + counted / 2) / counted) / 100.0)?;
    Ok(total)
}

fn name(random: &mut Random) -> String {
    let mut of = |characters: &str| {
        let count = u32::try_from(characters.chars().count()).unwrap_or(1);
        characters.chars().nth(random.below(count) as usize)
    };
    [of(SURNAMES), of(GIVEN), of(GIVEN)].into_iter().flatten().collect()
}

/// A number with a valid check character; sequences begin at 700, away from the persons that tests make up.
fn id_number(random: &mut Random) -> String {
    const PREFIXES: [&str; 4] = ["510229", "510228", "500383", "510229"];
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let prefix = PREFIXES[random.below(4) as usize];
    let (year, month, day) = (1931 + random.below(65), 1 + random.below(12), 1 + random.below(28));
    let digits = format!("{prefix}{year}{month:02}{day:02}{:03}", 700 + random.below(299));
    let sum: u32 = digits.chars().zip(WEIGHTS).filter_map(|(digit, weight)| Some(digit.to_digit(10)? * weight)).sum();
    let check = char::from(b"10X98765432"[(sum % 11) as usize]);
    format!("{digits}{check}")
}

/// `SplitMix64`: small, and the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let high = (mixed ^ (mixed >> 31)) >> 32;
        u32::try_from((high * u64::from(bound.max(1))) >> 32).unwrap_or_default()
    }
}
