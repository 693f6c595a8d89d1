use super::{edited, load};

/// Changes one text in one file, and expects the load to be refused with this line.
#[track_caller]
fn refused(file: &str, from: &str, to: &str, expected: &str) {
    let problems = load(&edited(file, from, to)).expect_err("the load is refused");
    assert!(problems.contains(expected), "expected {expected:?} in:\n{problems}");
}

const ROW: &str =
    "DIBAO,approve,DISTRICT,DU_CIVIL,*,-,2014-05-01,-,国务院令第649号《社会救助暂行办法》,第11条 区民政局审批,certain";

#[track_caller]
fn authority(to: &str, expected: &str) {
    refused("authority.csv", ROW, to, expected);
}

fn with(from: &str, to: &str) -> String {
    assert!(ROW.contains(from));
    ROW.replacen(from, to, 1)
}

#[test]
fn authority_rows_name_what_exists() {
    authority(&with("DIBAO", "DIBA0"), "[programme]: unknown programme \"DIBA0\"");
    authority(&with("approve", "aprove"), "[step]: unknown step \"aprove\"");
    authority(&with("DISTRICT", "District"), "[level]: unknown level \"District\"");
    authority(&with("DU_CIVIL", "DU_CIVL"), "[unit]: unknown unit \"DU_CIVL\"");
    authority(&with("DU_CIVIL", "TU_SOCIAL"), "[level]: TU_SOCIAL is of level TOWN");
    authority(&with(",*,", ",BASIS,"), "[item]: funding.csv has no item \"BASIS\" of DIBAO");
    authority(&with("certain", "sure"), "[tag]: unknown tag \"sure\"");
    authority(&with("DIBAO", "*"), "[programme]: unknown programme \"*\"");
    authority(&with("approve", "*"), "[step]: unknown step \"*\"");
    authority(&with("DISTRICT", "*"), "[level]: unknown level \"*\"");
}

#[test]
fn authority_rows_are_whole() {
    authority(&with("DU_CIVIL", ""), "[unit]: is blank");
    authority(&with("DU_CIVIL", " "), "[unit]: is blank");
    authority(&with("DU_CIVIL", "　"), "[unit]: is blank");
    authority(&with("DU_CIVIL", "DU_CIVIL "), "[unit]: has blanks around it");
    authority(&with("DU_CIVIL", "DU_CIVIL\u{200b}"), "[unit]: holds an invisible character");
    authority(&with("国务院令第649号《社会救助暂行办法》", ""), "[document]: is blank");
    authority("DIBAO,approve,DISTRICT", "has 3 cells, needs 11");
    authority(&format!("{ROW},more"), "has 12 cells, needs 11");
    authority(&with("第11条 区民政局审批", &"长".repeat(201)), "[basis]: is too long");
}

#[test]
fn dates_are_iso_and_in_order() {
    for wrong in
        ["2014-5-1", "2014/05/01", "2014-13-01", "2014-02-30", "01-05-2014", "-", "*", "+2014-05-01", "0x2014-05-01"]
    {
        authority(&with("2014-05-01", wrong), "[from]: unknown from");
    }
    authority(&with("2014-05-01,-", "2014-05-01,2014-04-30"), "[to]: ends before it begins");
    authority(&with("2014-05-01,-", "2014-05-01,*"), "[to]: unknown to");
    authority(&with("2014-05-01,-", "2014-05-01,"), "[to]: is blank");
}

#[test]
fn authority_rows_do_not_contradict_one_another() {
    authority(&format!("{ROW}\n{ROW}"), "[from]: overlaps baseline/authority.csv:");
    authority(&format!("{ROW}\n{}", with(",*,", ",BASE,")), "[from]: overlaps");
    authority(&format!("{ROW}\n{}", with("DU_CIVIL", "*")), "[from]: overlaps");
    authority(&format!("{ROW}\n{}", with("DU_CIVIL", "DU_EDU")), "[unit]: a second unit approves the same at one time");
    let town = with("DISTRICT,DU_CIVIL", "TOWN,TU_SOCIAL");
    authority(&format!("{ROW}\n{town}"), "[ceiling]: two levels approve the same without a ceiling");
    authority(&with("*,-,", "*,nonsense,"), "[ceiling]: unknown ceiling");
    refused(
        "authority.csv",
        "DIBAO,accept,TOWN,TW_WINDOW,*,-",
        "DIBAO,accept,TOWN,TW_WINDOW,*,a.b",
        "only a decision has a ceiling",
    );
    authority("", "authority.csv has no approve or decide row of DIBAO");
    refused(
        "authority.csv",
        "MEDICAL,approve,DISTRICT,DU_CIVIL,*,-,2014-05-01,2018-12-31",
        "MEDICAL,approve,DISTRICT,DU_CIVIL,*,-,2014-05-01,2019-01-01",
        "[unit]: a second unit approves the same at one time",
    );
}

const FUND: &str = "DIBAO,BASE,FC-DIBAO,2014-05-01,-";

#[test]
fn money_has_one_way() {
    refused("funding.csv", FUND, "DIBAO,BASE,FC-DIBA0,2014-05-01,-", "[channel]: unknown channel \"FC-DIBA0\"");
    refused("funding.csv", FUND, "DIBAO,base,FC-DIBAO,2014-05-01,-", "[item]: unknown item \"base\"");
    refused("funding.csv", FUND, "DIBAO,*,FC-DIBAO,2014-05-01,-", "[item]: unknown item \"*\"");
    refused("funding.csv", FUND, "DIBAOO,BASE,FC-DIBAO,2014-05-01,-", "[programme]: unknown programme");
    refused("funding.csv", FUND, "DIBAO,BASE,FC-TEKUN,2014-05-01,-", "[channel]: FC-TEKUN is the channel of DIBAO");
    refused(
        "funding.csv",
        FUND,
        "DIBAO,KEY_60,FC-DIBAO,2014-05-01,-",
        "[channel]: a second channel of the item at one time",
    );
    refused("funding.csv", FUND, "DIBAO,BASE,FC-DIBAO,2014-05-01", "has 6 cells, needs 7");
    refused("names.csv", "channel,FC-DIBAO,-", "channel,FC-DIBA,-", "[channel]: unknown channel \"FC-DIBAO\"");
}

const GRANT: &str = "grant,DA,dibao.approve,DISTRICT_PROGRAMME";

#[test]
fn grants_name_what_exists() {
    refused(
        "roles.csv",
        GRANT,
        "grant,DA,dibao.aprove,DISTRICT_PROGRAMME",
        "[name]: no part declares permission \"dibao.aprove\"",
    );
    refused("roles.csv", GRANT, "grant,DA,*,DISTRICT_PROGRAMME", "[name]: no part declares permission \"*\"");
    refused("roles.csv", GRANT, "grant,DAA,dibao.approve,ALL", "[role]: unknown role \"DAA\"");
    refused("roles.csv", GRANT, "grant,*,dibao.approve,ALL", "[role]: unknown role \"*\"");
    refused("roles.csv", GRANT, "grant,DA,dibao.approve,DISTRICT", "[scope]: unknown scope \"DISTRICT\"");
    refused("roles.csv", GRANT, "grant,DA,dibao.approve", "has 3 cells, needs 4");
    refused("roles.csv", GRANT, "allow,DA,dibao.approve,ALL", "[kind]: unknown kind \"allow\"");
    refused(
        "roles.csv",
        GRANT,
        "grant,DA,dibao.approve,ALL\ngrant,DA,dibao.approve,TOWN",
        "[name]: is granted to DA already",
    );
    refused("roles.csv", GRANT, "grant,PUB,dibao.approve,ALL", "[name]: the public holds public.* only");
    refused(
        "roles.csv",
        "purpose,VW,INTAKE,default",
        "purpose,VW,INTAKE,also",
        "roles.csv has no default purpose of VW",
    );
    refused("roles.csv", "purpose,VW,INTAKE,default", "purpose,VW,INTAKEE,default", "[name]: unknown name \"INTAKEE\"");
    refused(
        "roles.csv",
        "purpose,VW,PUBLIC,also",
        "purpose,VW,PUBLIC,default",
        "[scope]: the default purpose is INTAKE already",
    );
}

#[test]
fn disclosure_is_spelt_exactly() {
    refused(
        "disclosure.csv",
        "SENSITIVE,INTAKE,plain",
        "SENSITIVE,INTAKE,Plain",
        "[disclosure]: unknown disclosure \"Plain\"",
    );
    refused("disclosure.csv", "SENSITIVE,INTAKE,plain", "SENSITIV,INTAKE,plain", "[class]: unknown class");
    refused("disclosure.csv", "SENSITIVE,INTAKE,plain", "SENSITIVE,ANY,plain", "[purpose]: unknown purpose");
    refused("disclosure.csv", "SENSITIVE,INTAKE,plain", "SEALED,INTAKE,plain", "[class]: SEALED is never disclosed");
    refused("disclosure.csv", "SENSITIVE,INTAKE,plain", "PUBLIC,INTAKE,masked", "[purpose]: is disclosed already");
}

#[test]
fn names_are_unique_and_well_spelt() {
    refused("names.csv", "role,TW,-", "role,VW,-", "[code]: is named already in baseline/names.csv:");
    refused("names.csv", "role,TW,-", "rolle,TW,-", "[kind]: unknown kind \"rolle\"");
    refused("names.csv", "role,TW,-", "role,tw,-", "[code]: unknown code \"tw\"");
    refused("names.csv", "role,TW,-", "role,TW,TOWN", "[level]: only a unit has a level");
    refused("names.csv", "unit,DU_EDU,DISTRICT", "unit,DU_EDU,-", "[level]: unknown level \"-\"");
    refused("names.csv", "programme,DIBAO,-", "programme,*,-", "[code]: unknown code \"*\"");
}
