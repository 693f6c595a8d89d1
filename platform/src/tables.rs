//! Closed code tables of national standards and of the platform's own claims.

/// One code table.
#[derive(Debug)]
pub struct CodeTable {
    /// Name as refusals show it.
    pub name: &'static str,
    /// Code, English and Chinese name.
    pub rows: &'static [(&'static str, &'static str, &'static str)],
}

impl CodeTable {
    /// Whether the table has this code.
    pub fn has(&self, code: &str) -> bool {
        self.rows.iter().any(|(known, _, _)| *known == code)
    }

    /// The Chinese name of a code.
    pub fn name_zh(&self, code: &str) -> Option<&'static str> {
        self.rows.iter().find(|(known, _, _)| *known == code).map(|(_, _, name)| *name)
    }
}

/// Whether a relation (GB/T 4761) is the head of the household: the applicant as such or as registered.
pub fn is_head(relation: &str) -> bool {
    matches!(relation, "01" | "02")
}

/// Whether a relation is the head's husband or wife.
pub fn is_spouse(relation: &str) -> bool {
    matches!(relation, "10" | "11" | "12")
}

/// Whether a relation is the head's own, adopted or step child; children-in-law are none.
pub fn is_child(relation: &str) -> bool {
    matches!(relation.as_bytes(), [b'2' | b'3', second] if *second != b'8')
}

/// Whether a relation is a parent of the head, also by adoption or a parent's marriage; parents-in-law are none.
pub fn is_parent(relation: &str) -> bool {
    matches!(relation, "50" | "51" | "52" | "57" | "58" | "59")
}

/// Whether a relation is a brother or sister of the head; their spouses are none.
pub fn is_sibling(relation: &str) -> bool {
    matches!(relation, "70" | "71" | "73" | "75" | "77" | "79")
}

/// Relation to the head of the household (与户主关系), two digits; from memory below the groups, V-20.
pub const RELATION: CodeTable = CodeTable {
    name: "GB/T 4761",
    rows: &[
        ("01", "self", "本人"),
        ("02", "head of household", "户主"),
        ("10", "spouse", "配偶"),
        ("11", "husband", "夫"),
        ("12", "wife", "妻"),
        ("20", "son", "子"),
        ("21", "only son", "独生子"),
        ("22", "first son", "长子"),
        ("23", "second son", "次子"),
        ("24", "third son", "三子"),
        ("25", "fourth son", "四子"),
        ("26", "fifth son", "五子"),
        ("27", "adopted son or stepson", "养子或继子"),
        ("28", "son-in-law", "女婿"),
        ("29", "other son", "其他儿子"),
        ("30", "daughter", "女"),
        ("31", "only daughter", "独生女"),
        ("32", "first daughter", "长女"),
        ("33", "second daughter", "二女"),
        ("34", "third daughter", "三女"),
        ("35", "fourth daughter", "四女"),
        ("36", "fifth daughter", "五女"),
        ("37", "adopted daughter or stepdaughter", "养女或继女"),
        ("38", "daughter-in-law", "儿媳"),
        ("39", "other daughter", "其他女儿"),
        ("40", "grandchild", "孙子、孙女或外孙子、外孙女"),
        ("41", "son's son", "孙子"),
        ("42", "son's daughter", "孙女"),
        ("43", "daughter's son", "外孙子"),
        ("44", "daughter's daughter", "外孙女"),
        ("45", "grandson's wife", "孙媳妇或外孙媳妇"),
        ("46", "granddaughter's husband", "孙女婿或外孙女婿"),
        ("47", "great-grandson", "曾孙子或曾外孙子"),
        ("48", "great-granddaughter", "曾孙女或曾外孙女"),
        ("49", "other grandchild", "其他孙子、孙女或外孙子、外孙女"),
        ("50", "parents", "父母"),
        ("51", "father", "父亲"),
        ("52", "mother", "母亲"),
        ("53", "husband's father", "公公"),
        ("54", "husband's mother", "婆婆"),
        ("55", "wife's father", "岳父"),
        ("56", "wife's mother", "岳母"),
        ("57", "stepfather or adoptive father", "继父或养父"),
        ("58", "stepmother or adoptive mother", "继母或养母"),
        ("59", "other parent", "其他父母关系"),
        ("60", "grandparents", "祖父母或外祖父母"),
        ("61", "father's father", "祖父"),
        ("62", "father's mother", "祖母"),
        ("63", "mother's father", "外祖父"),
        ("64", "mother's mother", "外祖母"),
        ("65", "spouse's grandparent", "配偶的祖父母或外祖父母"),
        ("66", "great-grandfather", "曾祖父"),
        ("67", "great-grandmother", "曾祖母"),
        ("68", "spouse's great-grandparent", "配偶的曾祖父母"),
        ("69", "other grandparent", "其他祖父母或外祖父母关系"),
        ("70", "siblings", "兄弟姐妹"),
        ("71", "elder brother", "兄"),
        ("72", "elder brother's wife", "嫂"),
        ("73", "younger brother", "弟"),
        ("74", "younger brother's wife", "弟媳"),
        ("75", "elder sister", "姐姐"),
        ("76", "elder sister's husband", "姐夫"),
        ("77", "younger sister", "妹妹"),
        ("78", "younger sister's husband", "妹夫"),
        ("79", "other sibling", "其他兄弟姐妹"),
        ("80", "other", "其他"),
        ("81", "father's elder brother", "伯父"),
        ("82", "his wife", "伯母"),
        ("83", "father's younger brother", "叔父"),
        ("84", "his wife", "婶母"),
        ("85", "mother's brother", "舅父"),
        ("86", "his wife", "舅母"),
        ("87", "mother's sister's husband", "姨父"),
        ("88", "mother's sister", "姨母"),
        ("89", "father's sister's husband", "姑父"),
        ("90", "father's sister", "姑母"),
        ("91", "paternal cousin", "堂兄弟、堂姐妹"),
        ("92", "other cousin", "表兄弟、表姐妹"),
        ("93", "brother's son", "侄子"),
        ("94", "brother's daughter", "侄女"),
        ("95", "sister's son", "外甥"),
        ("96", "sister's daughter", "外甥女"),
        ("97", "other relative", "其他亲属"),
        ("99", "non-relative", "非亲属"),
    ],
};

/// Sex (性别).
pub const SEX: CodeTable = CodeTable {
    name: "GB/T 2261.1",
    rows: &[("0", "unknown", "未知"), ("1", "male", "男"), ("2", "female", "女"), ("9", "not stated", "未说明")],
};

/// Category of disability (残疾类别).
pub const DISABILITY_CATEGORY: CodeTable = CodeTable {
    name: "GB/T 26341 category",
    rows: &[
        ("1", "visual", "视力残疾"),
        ("2", "hearing", "听力残疾"),
        ("3", "speech", "言语残疾"),
        ("4", "physical", "肢体残疾"),
        ("5", "intellectual", "智力残疾"),
        ("6", "mental", "精神残疾"),
        ("7", "multiple", "多重残疾"),
    ],
};

/// Grade of disability (残疾等级), 1 the heaviest.
pub const DISABILITY_GRADE: CodeTable = CodeTable {
    name: "GB/T 26341 grade",
    rows: &[("1", "grade 1", "一级"), ("2", "grade 2", "二级"), ("3", "grade 3", "三级"), ("4", "grade 4", "四级")],
};

/// Stage of education a person is in (就学阶段).
pub const EDUCATION_STAGE: CodeTable = CodeTable {
    name: "education stage",
    rows: &[
        ("PRESCHOOL", "preschool", "学龄前"),
        ("PRIMARY", "primary school", "小学"),
        ("JUNIOR", "junior middle school", "初中"),
        ("SENIOR", "senior middle school", "普通高中"),
        ("VOCATIONAL", "vocational school", "中等职业学校"),
        ("COLLEGE", "college or university", "高等学校"),
    ],
};

/// What a person of working age does (就业状况).
pub const EMPLOYMENT: CodeTable = CodeTable {
    name: "employment",
    rows: &[
        ("EMPLOYED", "employed", "已就业"),
        ("UNEMPLOYED", "able to work and unemployed", "未就业"),
        ("FARMER", "farming", "务农"),
        ("UNABLE", "without capacity to work", "无劳动能力"),
        ("RETIRED", "retired", "退休"),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_table_has_a_code_twice() {
        for table in [RELATION, SEX, DISABILITY_CATEGORY, DISABILITY_GRADE, EDUCATION_STAGE, EMPLOYMENT] {
            let mut codes: Vec<_> = table.rows.iter().map(|(code, _, _)| *code).collect();
            codes.sort_unstable();
            codes.dedup();
            assert_eq!(codes.len(), table.rows.len(), "{}", table.name);
        }
    }

    #[test]
    fn relations_are_told_apart() {
        assert!(RELATION.has("99") && !RELATION.has("98") && !RELATION.has("1"));
        assert_eq!(RELATION.name_zh("12"), Some("妻"));
        assert!(is_head("01") && is_head("02") && !is_head("10"));
        assert!(is_child("20") && is_child("37") && !is_child("28") && !is_child("38") && !is_child("2"));
        assert!(is_parent("51") && is_parent("58") && !is_parent("54"));
        assert!(is_sibling("77") && !is_sibling("78"));
        assert!(is_spouse("12") && !is_spouse("13"));
    }
}
