use super::{EMBEDDED, day, holder};
use crate::Level;

#[test]
fn a_yes_names_its_two_rows() {
    let explained =
        EMBEDDED.explain(&holder("DA", "DU_CIVIL", Level::District), "dibao.approve", Some("DIBAO"), day("2018-11-20"));
    assert!(explained.allowed);
    let roles = explained.roles_row.expect("a grant");
    assert_eq!(
        (roles.file.as_str(), roles.text.as_str()),
        ("baseline/roles.csv", "grant,DA,dibao.approve,DISTRICT_PROGRAMME")
    );
    let text = include_str!("../../roles.csv").lines().nth(usize::try_from(roles.line).expect("small") - 1);
    assert_eq!(text, Some("grant,DA,dibao.approve,DISTRICT_PROGRAMME"));
    let authority = explained.authority_row.expect("authority");
    assert!(authority.text.starts_with("DIBAO,approve,DISTRICT,DU_CIVIL,"), "{authority}");
    assert_eq!(explained.held_by.len(), 1);
}

#[test]
fn the_hand_over_is_told() {
    let ask =
        |unit, on| EMBEDDED.explain(&holder("DA", unit, Level::District), "medical.approve", Some("MEDICAL"), day(on));
    assert!(ask("DU_CIVIL", "2018-11-15").allowed);
    let after = ask("DU_CIVIL", "2019-06-15");
    assert!(!after.allowed && after.roles_row.is_some() && after.authority_row.is_none());
    assert_eq!(
        after.reason_en,
        "on 2019-06-15 approve of MEDICAL is with DU_MEDSEC (DISTRICT), not with DU_CIVIL (DISTRICT)"
    );
    assert!(after.held_by[0].text.contains("DU_MEDSEC"));
    assert!(ask("DU_MEDSEC", "2019-06-15").allowed && !ask("DU_MEDSEC", "2018-11-15").allowed);
}

#[test]
fn a_no_says_why() {
    let on = day("2018-11-20");
    let leader = holder("TL", "TL_LEADERS", Level::Town);
    let reason = |holder: &crate::Holder, name: &str, programme: Option<&str>| {
        let explained = EMBEDDED.explain(holder, name, programme, on);
        assert!(!explained.allowed && !explained.reason_zh.is_empty());
        explained.reason_en
    };
    assert_eq!(reason(&leader, "dibao.approve", None), "roles.csv does not grant dibao.approve to TL");
    assert_eq!(reason(&leader, "dibao.approv", None), "no part declares dibao.approv");
    assert_eq!(reason(&holder("XX", "DU_CIVIL", Level::District), "dibao.approve", None), "role XX is unknown");
    let approver = holder("DA", "DU_CIVIL", Level::District);
    assert_eq!(reason(&approver, "dibao.approve", Some("TEKUN")), "dibao.approve is for DIBAO only");
    assert_eq!(reason(&approver, "application.read", Some("NONE")), "programme NONE is unknown");
    assert_eq!(reason(&approver, "application.read", Some("WORKER")), "on 2018-11-20 DU_CIVIL takes no step of WORKER");
    let handler = holder("TU", "TU_WOMEN", Level::Town);
    assert_eq!(
        reason(&handler, "notice.post", Some("WOMEN_CHILD")),
        "on 2018-11-20 authority.csv gives notice of WOMEN_CHILD to no one"
    );
}

#[test]
fn rows_and_verdict_agree_everywhere() {
    let on = day("2019-02-01");
    for role in EMBEDDED.roles() {
        for (unit, level) in EMBEDDED.units() {
            for permission in EMBEDDED.declared() {
                for programme in [None, Some("DIBAO"), Some("MEDICAL"), Some("EDUCATION")] {
                    let explained = EMBEDDED.explain(&holder(role, unit, level), permission.name, programme, on);
                    if explained.allowed {
                        assert!(explained.roles_row.is_some());
                        assert!(
                            permission.step.is_none() || explained.authority_row.is_some(),
                            "{role} {unit} {}",
                            permission.name
                        );
                    }
                    assert!(!explained.reason_en.contains("no row") && !explained.reason_en.is_empty());
                }
            }
        }
    }
}
