use super::{EMBEDDED, day, declared, holder, load};
use crate::{FurtherSet, Level, Permission, Policies, PolicySource};
use sha2::{Digest, Sha256};

fn beside(set: FurtherSet) -> Result<Policies, String> {
    load(&PolicySource::embedded().with(set))
}

/// Beside the baseline, with the permissions of the outsider's own module.
fn beside_with_module(set: FurtherSet) -> Result<Policies, String> {
    let own = ["heating.read", "heating.preview"];
    let own = own.into_iter().map(|name| Permission { name, step: None, programme: Some("HEATING") });
    let approve = Permission { name: "heating.approve", step: Some("approve"), programme: Some("HEATING") };
    let declared: Vec<_> = declared().into_iter().chain(own).chain([approve]).collect();
    let lines = |problems: Vec<crate::Problem>| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    Policies::load(&PolicySource::embedded().with(set), &declared).map_err(lines)
}

const HEAD_ROLES: &str = "# version: 1\nkind,role,name,scope\n";
const HEAD_DISCLOSURE: &str = "# version: 1\nclass,purpose,disclosure\n";
const HEAD_PARAMETERS: &str = "# version: 1\nkey,value,unit,from,to,document,tag\n";

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
    assert_eq!(demo.version_key(), format!("{}+demo@1", EMBEDDED.version_key()));
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
fn a_proposed_set_grants_what_its_own_module_declares_and_nothing_else() {
    let granting = |rows: &str| {
        let roles = format!("{HEAD_ROLES}{rows}# end\n");
        beside_with_module(FurtherSet { roles, ..heating() })
    };
    let on = day("2018-11-01");
    let sound = granting("grant,DA,heating.approve,DISTRICT_PROGRAMME\n").expect("sound");
    let civil = holder("DA", "DU_CIVIL", Level::District);
    assert!(sound.allows(&civil, "heating.approve", Some("HEATING"), on));
    let other = holder("DA", "DU_MEDSEC", Level::District);
    assert!(!sound.allows(&other, "heating.approve", Some("HEATING"), on));

    let refused = |rows: &str, both: [&str; 2]| {
        let reason = granting(rows).expect_err(rows);
        assert!(both.iter().all(|side| reason.contains(side)), "{rows}: {reason}");
    };
    refused("grant,TU,dibao.approve,TOWN\n", ["heating/roles.csv:3", "dibao.approve is of DIBAO"]);
    refused("grant,TU,dibao.approve,TOWN\n", ["heating/roles.csv:3", "baseline/names.csv:"]);
    refused("grant,VW,application.accept,ALL\n", ["heating/roles.csv:3", "application.accept is the platform's"]);
    refused("grant,VW,clock.set,ALL\n", ["heating/roles.csv:3", "clock.set is the platform's"]);
    refused("grant,VW,tekun.approve,ALL\n", ["heating/roles.csv:3", "tekun.approve is of TEKUN"]);
    refused("grant,VW,heating.secret,ALL\n", ["heating/roles.csv:3", "no part declares"]);
    refused("purpose,VW,AUDIT,also\n", ["VW is not this set's own", "baseline/names.csv:"]);

    let disclosure = format!("{HEAD_DISCLOSURE}SENSITIVE,PUBLIC,plain\n# end\n");
    let reason = beside_with_module(FurtherSet { disclosure, ..heating() }).expect_err("refused");
    assert!(reason.contains("PUBLIC is not this set's own, but of baseline/names.csv:"), "{reason}");
    let mut step = heating();
    step.names = step.names.replace("# end", "step,heat,-,供暖,heat\n# end");
    assert!(beside(step).expect_err("refused").contains("a proposed set names no step"));
}

#[test]
fn a_further_set_brings_values_of_its_own_programmes_only() {
    let bringing = |rows: &str| {
        let parameters = format!("{HEAD_PARAMETERS}{rows}# end\n");
        beside(FurtherSet { parameters, ..heating() })
    };
    let sound = bringing("heating.amount,30000,FEN,2018-11-01,-,镇发1号,D\n").expect("sound");
    let [row] = sound.parameter_rows() else { panic!("one row") };
    assert_eq!((row.key.as_str(), row.value.as_str(), row.set()), ("heating.amount", "30000", "heating"));
    for (row, reason) in [
        ("dibao.standard.rural,1,FEN,2018-11-01,-,镇发1号,D\n", "begins with no programme of this set"),
        ("money.rounding,1,FEN,2018-11-01,-,镇发1号,D\n", "begins with no programme of this set"),
        ("heating.amount,300.00,FEN,2018-11-01,-,镇发1号,D\n", "is no value in FEN"),
        ("heating.amount,1/0,RATIO,2018-11-01,-,镇发1号,D\n", "is no value in RATIO"),
        ("heating.amount,yes,FLAG,2018-11-01,-,镇发1号,D\n", "is no value in FLAG"),
        ("heating.amount,300,YUAN,2018-11-01,-,镇发1号,D\n", "unknown unit"),
        ("heating,300,FEN,2018-11-01,-,镇发1号,D\n", "unknown key"),
        ("heating.amount,300,FEN,2018-11-01,-,镇发1号,sure\n", "unknown tag"),
        (
            "heating.amount,1,FEN,2018-11-01,-,镇发1号,D\nheating.amount,2,FEN,2018-12-01,-,镇发2号,D\n",
            "a second value at one time, see heating/parameters.csv:3",
        ),
    ] {
        let told = bringing(row).expect_err(row);
        assert!(told.contains(reason), "{row}: {told}");
    }
}

#[test]
fn a_table_that_came_later_leaves_the_digest_of_older_sets() {
    let set = heating();
    let digest = set.stated().expect("sound").digest;
    let parameters = format!("{HEAD_PARAMETERS}heating.amount,30000,FEN,2018-11-01,-,镇发1号,D\n# end\n");
    let more = FurtherSet { parameters, ..set };
    assert_ne!(digest, more.stated().expect("sound").digest);
    // As it was made before there were values in sets.
    let mut before = Sha256::new();
    let tables = more.files().into_iter().filter(|(file, _)| *file != "parameters.csv");
    for (file, text) in tables.chain([("model.conf", "")]) {
        before.update(file.as_bytes());
        before.update((text.len() as u64).to_be_bytes());
        before.update(text.as_bytes());
    }
    assert_eq!(digest, hex::encode(before.finalize()));
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
