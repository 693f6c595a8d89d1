use super::{EMBEDDED, day, holder, load};
use crate::{FurtherSet, Level, PolicySource};

fn beside(set: FurtherSet) -> Result<crate::Policies, String> {
    load(&PolicySource::embedded().with(set))
}

const HEAD_NAMES: &str = "# version: 1\nkind,code,level,name_zh,name_en\n";
const HEAD_AUTHORITY: &str = "# version: 1\nprogramme,step,level,unit,item,ceiling,from,to,document,basis,tag\n";
const HEAD_FUNDING: &str = "# version: 1\nprogramme,item,channel,from,to,document,tag\n";

/// A fourteenth programme, as someone outside might propose it.
fn heating() -> FurtherSet {
    let row = |step, level, unit| format!("HEATING,{step},{level},{unit},*,-,2018-11-01,-,镇发1号,第1条,D\n");
    FurtherSet {
        name: "heating".to_owned(),
        names: format!(
            "{HEAD_NAMES}programme,HEATING,-,取暖救助,heating aid\nchannel,FC-HEATING,-,取暖资金,heating fund\n# end\n"
        ),
        authority: format!(
            "{HEAD_AUTHORITY}{}{}# end\n",
            row("accept", "TOWN", "TW_WINDOW"),
            row("approve", "DISTRICT", "DU_CIVIL")
        ),
        funding: format!("{HEAD_FUNDING}HEATING,COAL,FC-HEATING,2018-11-01,-,镇发1号,D\n# end\n"),
        ..FurtherSet::default()
    }
}

#[test]
fn the_clock_moves_only_with_the_demo_set() {
    let on = day("2018-10-19");
    let clerk = holder("TW", "TW_WINDOW", Level::Town);
    assert!(!EMBEDDED.permission_set(&clerk, on).contains("clock.set"));
    let demo = beside(FurtherSet::demo()).expect("sound");
    for role in demo.roles() {
        let set = demo.permission_set(&holder(role, "TW_WINDOW", Level::Town), on);
        assert_eq!(set.contains("clock.set"), role != "PUB", "{role}");
    }
    assert!(!demo.public_set(on).contains("clock.set"));
    assert_eq!(demo.version_key(), "baseline@2018-10.1+demo@1");
    let names: Vec<_> = demo.versions().iter().map(|set| (set.name.as_str(), set.digest.len())).collect();
    assert_eq!(names, [("baseline", 64), ("demo", 64)]);
    assert_eq!(demo.versions()[0], EMBEDDED.versions()[0]);
}

#[test]
fn a_further_set_adds_its_own_programme() {
    let policies = beside(heating()).expect("sound");
    let clerk = holder("TW", "TW_WINDOW", Level::Town);
    assert!(policies.allows(&clerk, "application.accept", Some("HEATING"), day("2018-11-01")));
    assert!(!policies.allows(&clerk, "application.accept", Some("HEATING"), day("2018-10-31")));
    assert_eq!(policies.funding("HEATING", "COAL", day("2018-11-01"))[0].channel, "FC-HEATING");
}

#[test]
fn a_further_set_moves_no_authority_and_no_money_of_the_baseline() {
    let replaced = |field: fn(&mut FurtherSet) -> &mut String, from: &str, to: &str| {
        let mut set = heating();
        let text = field(&mut set);
        assert!(text.contains(from));
        *text = text.replace(from, to);
        beside(set).expect_err("refused")
    };
    let authority: fn(&mut FurtherSet) -> &mut String = |set| &mut set.authority;
    let funding: fn(&mut FurtherSet) -> &mut String = |set| &mut set.funding;
    assert!(replaced(authority, "HEATING,approve", "DIBAO,approve").contains("DIBAO is not this set's own"));
    assert!(replaced(funding, "HEATING,COAL", "DIBAO,COAL").contains("DIBAO is not this set's own"));
    assert!(replaced(funding, "FC-HEATING", "FC-DIBAO").contains("FC-DIBAO is not this set's own"));
    assert!(replaced(funding, "FC-HEATING", "FC-DONATION").contains("FC-DONATION is not this set's own"));
}

#[test]
fn a_set_has_a_name_and_one_version() {
    let named = |name: &str| FurtherSet { name: name.to_owned(), ..heating() };
    for name in ["", "baseline", "Heating", "a b", "../x"] {
        assert!(beside(named(name)).is_err(), "{name:?}");
    }
    let twice = PolicySource::embedded().with(FurtherSet::demo()).with(FurtherSet::demo());
    assert!(load(&twice).is_err());
    assert!(
        beside(FurtherSet { name: "empty".to_owned(), ..FurtherSet::default() })
            .expect_err("refused")
            .contains("the set is empty")
    );
    let mut two = heating();
    two.funding = two.funding.replace("# version: 1", "# version: 2");
    assert!(beside(two).expect_err("refused").contains("states version"));
}

#[test]
fn a_changed_byte_changes_the_digest() {
    let mut set = heating();
    let before = beside(set.clone()).expect("sound").versions()[1].digest.clone();
    set.funding = set.funding.replace("镇发1号", "镇发2号");
    assert_ne!(before, beside(set).expect("sound").versions()[1].digest);
}

#[test]
fn a_set_is_read_from_a_directory() {
    let directory = tempfile::tempdir().expect("a directory");
    let set = heating();
    for (file, text) in set.files().into_iter().filter(|(_, text)| !text.is_empty()) {
        std::fs::write(directory.path().join(file), text).expect("written");
    }
    let read = FurtherSet::directory("heating", directory.path()).expect("readable");
    assert_eq!(read.files(), set.files());
    std::fs::write(directory.path().join("roles.csv"), b"\xff").expect("written");
    assert!(FurtherSet::directory("heating", directory.path()).is_err());
}
