//! The data sources that may be asked, each under a consent.

use crate::tables::CodeTable;

/// Data sources of information comparison (信息比对数据来源).
pub const SOURCES: CodeTable = CodeTable {
    name: "data sources",
    rows: &[
        ("HUKOU", "residence registration", "公安户籍"),
        ("VEHICLE", "vehicle registration", "公安交管"),
        ("BUSINESS", "business registration", "工商登记"),
        ("TAX", "tax", "税务"),
        ("SOCIAL_SECURITY", "social security", "人力社保"),
        ("HOUSING_FUND", "housing fund", "住房公积金"),
        ("PROPERTY", "real estate registration", "不动产登记"),
        ("BANK", "banks, securities, insurance, funds", "银行、证券、保险、基金"),
        ("CIVIL_AFFAIRS", "marriage, funerals, veterans' pensions", "民政婚姻、殡葬、优抚"),
        ("DISABILITY", "disability certificates", "残联"),
        ("EDUCATION", "enrolment", "教育"),
        ("HEALTH", "medical insurance and costs", "卫生、医保"),
        ("POVERTY", "registered-poor file", "扶贫"),
        ("JUSTICE", "prisons and compulsory rehabilitation", "司法、监狱"),
        ("AGRICULTURE", "land, subsidies, relocation", "农业、移民"),
        ("MASS_ORGANISATIONS", "trade union, women's federation, youth league", "工会、妇联、团委"),
        ("UTILITIES", "water, power, gas, telecom", "水电气讯"),
    ],
};
