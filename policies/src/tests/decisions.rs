use super::{EMBEDDED, day, holder};
use crate::{DataClass, Disclosure, Level, ScopeKind};

const D: Level = Level::District;
const T: Level = Level::Town;

#[test]
fn the_district_approves_dibao_and_the_town_does_not() {
    let on = day("2018-11-20");
    assert!(EMBEDDED.allows(&holder("DA", "DU_CIVIL", D), "dibao.approve", Some("DIBAO"), on));
    assert!(EMBEDDED.allows(&holder("DA", "DU_CIVIL", D), "dibao.approve", None, on));
    for (role, unit, level) in [
        ("DU", "DU_CIVIL", D),
        ("DA", "DU_EDU", D),
        ("DA", "DU_CIVIL", T),
        ("TL", "TL_LEADERS", T),
        ("TR", "TU_SOCIAL", T),
        ("FIN", "TU_FINANCE", T),
    ] {
        assert!(!EMBEDDED.allows(&holder(role, unit, level), "dibao.approve", Some("DIBAO"), on), "{role} {unit}");
    }
}

#[test]
fn medical_and_disaster_relief_change_hands_with_2019() {
    let (before, after) = (day("2018-12-31"), day("2019-01-01"));
    for (programme, permission, heir) in
        [("MEDICAL", "medical.approve", "DU_MEDSEC"), ("DISASTER", "disaster.approve", "DU_EMERGENCY")]
    {
        for permission in [permission, "application.district_review"] {
            let role = if permission.ends_with("approve") { "DA" } else { "DU" };
            let may = |unit, on| EMBEDDED.allows(&holder(role, unit, D), permission, Some(programme), on);
            assert!(may("DU_CIVIL", before) && !may("DU_CIVIL", after), "{permission}");
            assert!(!may(heir, before) && may(heir, after), "{permission}");
        }
        assert_eq!(EMBEDDED.authority(programme, "approve", day("2018-11-15"))[0].unit, "DU_CIVIL");
        assert_eq!(EMBEDDED.authority(programme, "approve", day("2019-06-15"))[0].unit, heir);
    }
}

#[test]
fn nothing_is_allowed_to_the_unknown() {
    let on = day("2018-11-20");
    let unknown = holder("XX", "DU_CIVIL", D);
    assert!(EMBEDDED.permission_set(&unknown, on).is_empty());
    assert!(EMBEDDED.permission_set(&holder("", "", D), on).is_empty());
    assert!(!EMBEDDED.allows(&unknown, "public.service", None, on));
    let approver = holder("DA", "DU_CIVIL", D);
    for (permission, programme) in [
        ("", None),
        ("*", None),
        ("dibao", None),
        ("dibao.approv", None),
        ("clock.set", None),
        ("dibao.approve", Some("")),
        ("dibao.approve", Some("*")),
        ("dibao.approve", Some("TEKUN")),
        ("application.read", Some("NOTHING")),
    ] {
        assert!(!EMBEDDED.allows(&approver, permission, programme, on), "{permission} {programme:?}");
    }
    for unit in ["", "*", "DU_CIVI", "du_civil", "DU_CIVIL ", "DU_CIVIL;"] {
        assert!(!EMBEDDED.allows(&holder("DA", unit, D), "dibao.approve", None, on), "{unit:?}");
    }
    assert_eq!(EMBEDDED.scope("XX", "application.read"), ScopeKind::None);
    assert_eq!(EMBEDDED.default_purpose("XX"), "");
    assert!(!EMBEDDED.may_read_for("AUD", "INTAKE") && EMBEDDED.may_read_for("AUD", "AUDIT"));
    assert!(!EMBEDDED.channel_exists("") && EMBEDDED.channel_exists("FC-DONATION"));
}

#[test]
fn no_step_is_anyones_before_the_first_rule() {
    let set = EMBEDDED.permission_set(&holder("TW", "TW_WINDOW", T), day("2014-04-30"));
    assert!(set.contains("application.read") && !set.contains("application.accept"));
    assert!(EMBEDDED.permission_set(&holder("TW", "TW_WINDOW", T), day("2014-05-01")).contains("application.accept"));
}

#[test]
fn a_permission_set_holds_only_steps_of_the_unit() {
    let on = day("2018-10-19");
    let social = EMBEDDED.permission_set(&holder("TU", "TU_SOCIAL", T), on);
    assert!(social.contains("opinion.give") && social.contains("dibao.preview") && social.contains("appraisal.record"));
    let education = EMBEDDED.permission_set(&holder("TU", "TU_EDU", T), on);
    assert!(education.contains("application.read"));
    for absent in ["opinion.give", "appraisal.record", "notice.post", "dibao.read", "dibao.preview", "dibao.details"] {
        assert!(!education.contains(absent), "{absent}");
    }
    assert!(social.names().is_sorted());
    assert_ne!(social.key(), education.key());
    assert_eq!(social.key(), EMBEDDED.permission_set(&holder("TU", "TU_SOCIAL", T), day("2018-10-20")).key());
}

#[test]
fn a_unit_acts_for_its_own_programmes_only() {
    let on = day("2018-11-01");
    let civil = holder("DU", "DU_CIVIL", D);
    let may = |permission, programme| EMBEDDED.allows(&civil, permission, Some(programme), on);
    assert!(may("application.read", "DIBAO") && may("application.read", "HOUSING"));
    assert!(!may("application.read", "WORKER") && !may("application.district_review", "WORKER"));
    let window = holder("TW", "TW_WINDOW", T);
    assert!(EMBEDDED.programmes().iter().all(|code| EMBEDDED.allows(&window, "application.accept", Some(code), on)));
    let head = holder("TR", "TU_EDU", T);
    assert!(!EMBEDDED.allows(&head, "application.town_decide", Some("DIBAO"), on));
}

#[test]
fn an_item_is_approved_by_its_own_unit() {
    let on = day("2018-11-01");
    let may = |unit, item| EMBEDDED.allows_item(&holder("DA", unit, D), "disability.approve", "DISABILITY", item, on);
    assert!(may("DU_CIVIL", "LIVING") && !may("DU_CIVIL", "CHILD_REHAB"));
    assert!(may("DU_DPF", "CHILD_REHAB") && !may("DU_DPF", "LIVING"));
    assert!(!may("DU_CIVIL", "") && !may("DU_CIVIL", "*") && !may("DU_CIVIL", "BASE"));
    let early = day("2018-09-30");
    assert!(!EMBEDDED.allows_item(
        &holder("DA", "DU_DPF", D),
        "disability.approve",
        "DISABILITY",
        "CHILD_REHAB",
        early
    ));
}

#[test]
fn schools_decide_education_and_the_town_small_temporary_aid() {
    let on = day("2018-11-01");
    let levels = |programme| EMBEDDED.deciding_level(programme, on).into_iter().collect::<Vec<_>>();
    assert_eq!(levels("EDUCATION"), [Level::School]);
    assert_eq!(levels("TEMPORARY"), [T, D]);
    let ceilings: Vec<_> =
        EMBEDDED.authority("TEMPORARY", "approve", on).iter().map(|row| row.ceiling.clone()).collect();
    assert_eq!(ceilings, [Some("temp.townCeiling".to_owned()), Some("temp.townCeiling".to_owned()), None]);
    for programme in EMBEDDED.programmes().into_iter().filter(|code| !matches!(*code, "EDUCATION" | "TEMPORARY")) {
        assert_eq!(levels(programme), [D], "{programme}");
    }
}

#[test]
fn every_programme_has_its_town_unit() {
    let on = day("2018-10-18");
    let units: Vec<_> = EMBEDDED
        .programmes()
        .iter()
        .map(|code| format!("{code} {}", EMBEDDED.handling_unit(code, on).unwrap_or("-")))
        .collect();
    assert_eq!(
        units,
        [
            "DIBAO TU_SOCIAL",
            "DISABILITY TU_DPF",
            "DISASTER TU_SOCIAL",
            "EDUCATION TU_EDU",
            "EMPLOYMENT TU_SOCIALSEC",
            "HOUSING TU_CONSTR",
            "JIANKA TU_AGRI",
            "MEDICAL TU_SOCIAL",
            "RURAL_HOUSE TU_CONSTR",
            "TEKUN TU_SOCIAL",
            "TEMPORARY TU_SOCIAL",
            "WOMEN_CHILD TU_WOMEN",
            "WORKER TU_UNION",
        ]
    );
    assert_eq!(EMBEDDED.handling_unit("NOTHING", on), None);
    assert_eq!(EMBEDDED.programmes_of("TU_EDU", T, on), ["EDUCATION"]);
    assert!(EMBEDDED.programmes_of("TU_EDU", D, on).is_empty() && EMBEDDED.programmes_of("", T, on).is_empty());
}

#[test]
fn an_item_is_paid_from_its_one_channel() {
    let on = day("2018-11-20");
    let channel = |programme, item| {
        EMBEDDED.funding(programme, item, on).iter().map(|row| row.channel.clone()).collect::<Vec<_>>()
    };
    assert_eq!(channel("DIBAO", "KEY_100"), ["FC-DIBAO"]);
    assert_eq!(channel("RURAL_HOUSE", "REPAIR"), ["FC-RURALHOUSE"]);
    assert_eq!(channel("DISABILITY", "LIVING"), ["FC-DISSUB"]);
    assert_eq!(channel("TEMPORARY", "ADVANCE"), ["FC-TEMPRES"]);
    assert!(channel("DIBAO", "LIVING").is_empty() && channel("EDUCATION", "NON_BOARDER").is_empty());
    assert!(EMBEDDED.funding_rows().iter().all(|row| EMBEDDED.channel_exists(&row.channel)));
    assert!(EMBEDDED.channels().iter().any(|(code, zh)| code == "FC-DISEASEEMERG" && zh == "疾病应急救助基金"));
}

#[test]
fn the_public_sees_public_things_only() {
    let set = EMBEDDED.public_set(day("2018-10-19"));
    assert_eq!(set.names(), ["public.notice", "public.policy", "public.service"]);
    assert_eq!(EMBEDDED.default_purpose("PUB"), "PUBLIC");
}

#[test]
fn disclosure_is_null_without_a_row() {
    assert_eq!(EMBEDDED.disclosure(DataClass::Sensitive, "INTAKE"), Disclosure::Plain);
    assert_eq!(EMBEDDED.disclosure(DataClass::Sensitive, "AUDIT"), Disclosure::Masked);
    assert_eq!(EMBEDDED.disclosure(DataClass::Personal, "PUBLIC"), Disclosure::Null);
    for purpose in ["INTAKE", "SELF", "", "intake", "*"] {
        assert_eq!(EMBEDDED.disclosure(DataClass::Sealed, purpose), Disclosure::Null);
    }
    assert_eq!(EMBEDDED.disclosure(DataClass::Public, "NOTHING"), Disclosure::Null);
}

#[test]
fn payers_see_no_income_and_auditors_no_numbers() {
    let on = day("2018-11-20");
    let payer = EMBEDDED.permission_set(&holder("FIN", "TU_FINANCE", T), on);
    assert!(payer.contains("ledger.settle"));
    for absent in ["report.read", "verification.read", "consent.read", "person.identify", "dibao.read", "audit.read"] {
        assert!(!payer.contains(absent), "{absent}");
    }
    let auditor = EMBEDDED.permission_set(&holder("AUD", "DU_AUDIT", D), on);
    assert!(auditor.contains("audit.read") && !auditor.contains("person.identify"));
    let looks = ["session.self", "policy.explain"];
    let reads = |name: &&str| name.ends_with(".read") || name.starts_with("public.") || looks.contains(name);
    assert!(auditor.names().iter().all(reads));
}

/// D3 in small: casbin against the rule said in plain words, over every cell of every day that matters.
#[test]
fn casbin_and_the_plain_rule_agree_on_every_cell() {
    let days = ["2014-04-30", "2018-12-31", "2019-01-01"].map(day);
    let mut cells = 0;
    for role in EMBEDDED.roles() {
        for (unit, level) in EMBEDDED.units() {
            let holder = holder(role, unit, level);
            for permission in EMBEDDED.declared() {
                let grant = EMBEDDED.tables.roles[role].grants.get(permission.name);
                for programme in EMBEDDED.programmes() {
                    for on in days {
                        let rows = EMBEDDED.tables.authority.iter().filter(|row| {
                            row.programme == programme
                                && row.level == level
                                && (row.unit == unit || row.unit == "*")
                                && row.from <= on
                                && row.to.is_none_or(|to| on <= to)
                        });
                        let needs = permission.step.is_some() || grant.is_some_and(|grant| grant.scope.by_programme());
                        let expected = grant.is_some()
                            && permission.programme.is_none_or(|own| own == programme)
                            && (!needs
                                || rows.into_iter().any(|row| permission.step.is_none_or(|step| step == row.step)));
                        let allowed = EMBEDDED.allows(&holder, permission.name, Some(programme), on);
                        assert_eq!(allowed, expected, "{role} {unit} {} {programme} {on}", permission.name);
                        cells += 1;
                    }
                }
            }
        }
    }
    assert!(cells > 500_000, "{cells}");
}

#[test]
fn the_grid_names_every_role_and_permission() {
    let grid = EMBEDDED.grid();
    assert!(EMBEDDED.declared().iter().all(|permission| grid.contains(&format!("\n{} ", permission.name))));
    let heads: Vec<_> = grid.lines().find(|line| line.starts_with(' ')).expect("a head").split_whitespace().collect();
    assert_eq!(heads, EMBEDDED.roles());
    let accept = grid.lines().find(|line| line.starts_with("application.accept ")).expect("a row");
    assert_eq!(accept.split_whitespace().filter(|cell| *cell == ".").count(), heads.len() - 1, "{accept}");
}
