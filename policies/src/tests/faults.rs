//! D5: whatever happens to a file, nothing new is allowed, and the load is refused.

use super::{declared, load, text_of};
use crate::{Permission, Policies, PolicySource};
use std::{fs, path::Path};

const FILES: [&str; 5] = ["names.csv", "authority.csv", "funding.csv", "roles.csv", "disclosure.csv"];

fn damaged(file: &str, damage: impl Fn(&str) -> String) -> PolicySource {
    let mut set = PolicySource::embedded().sets()[0].clone();
    let text = text_of(&mut set, file);
    *text = damage(text);
    PolicySource::of(set)
}

#[test]
fn an_empty_table_is_refused() {
    for file in FILES {
        assert!(load(&damaged(file, |_| String::new())).is_err(), "{file}");
        assert!(load(&damaged(file, |_| "# version: 2018-10.1\n# end\n".to_owned())).is_err(), "{file}");
        let head = |text: &str| text.lines().filter(|line| line.starts_with('#')).collect::<Vec<_>>().join("\n");
        assert!(load(&damaged(file, head)).is_err(), "{file}");
    }
}

#[test]
fn a_table_cut_off_anywhere_is_refused() {
    for file in FILES {
        let bytes = text_of(&mut PolicySource::embedded().sets()[0].clone(), file).len();
        for kept in (0..bytes - 2).step_by(bytes / 40) {
            let cut = |text: &str| {
                text.chars()
                    .scan(0, |used, c| {
                        *used += c.len_utf8();
                        (*used <= kept).then_some(c)
                    })
                    .collect()
            };
            assert!(load(&damaged(file, cut)).is_err(), "{file} at {kept}");
        }
    }
}

#[test]
fn a_table_of_another_shape_is_refused() {
    for file in FILES {
        for damage in [
            |text: &str| text.replace(',', ";"),
            |text: &str| format!("\u{feff}{text}"),
            |text: &str| text.replace(',', "\t"),
            |text: &str| text.replacen("# version: ", "# versions: ", 1),
            |text: &str| text.replacen("# version: ", "# version: 0", 1),
            |text: &str| text.replacen("\n# end", "\n\"# end", 1),
            |text: &str| format!("{text}extra,row,after,the,end\n"),
        ] {
            assert!(load(&damaged(file, damage)).is_err(), "{file}");
        }
    }
}

#[test]
fn another_model_is_refused() {
    for (from, to) in [
        ("r.role == p.role && r.permission == p.permission", "true"),
        ("some(where (p.eft == allow))", "!some(where (p.eft == deny))"),
        ("r2.level == p2.level && ", ""),
    ] {
        let mut source = PolicySource::embedded();
        source.replace_model(from, to);
        assert!(
            load(&source).expect_err("refused").contains("model.conf: is not the model this program was built with")
        );
    }
}

fn write(directory: &Path) {
    let set = &mut PolicySource::embedded().sets()[0].clone();
    for file in FILES {
        fs::write(directory.join(file), text_of(set, file)).expect("written");
    }
    fs::write(directory.join("model.conf"), crate::source::MODEL).expect("written");
}

#[test]
fn a_directory_is_as_good_as_the_embedded_files() {
    let directory = tempfile::tempdir().expect("a directory");
    write(directory.path());
    let policies = load(&PolicySource::directory(directory.path()).expect("readable")).expect("sound");
    assert_eq!(policies.versions(), super::EMBEDDED.versions());
}

#[test]
fn an_unreadable_directory_is_an_error_that_names_the_file() {
    let directory = tempfile::tempdir().expect("a directory");
    for file in FILES.into_iter().chain(["model.conf"]) {
        write(directory.path());
        let path = directory.path().join(file);
        fs::remove_file(&path).expect("removed");
        assert!(PolicySource::directory(directory.path()).expect_err("absent").to_string().contains(file));
        fs::write(&path, b"# version: 1\n\xff\xfe").expect("written");
        assert!(PolicySource::directory(directory.path()).expect_err("not UTF-8").to_string().contains(file));
        fs::write(&path, vec![b'#'; (1 << 20) + 1]).expect("written");
        assert!(PolicySource::directory(directory.path()).expect_err("too large").to_string().contains(file));
    }
}

#[test]
fn what_parts_declare_is_checked() {
    let with = |extra: Permission| {
        let mut all = declared();
        all.push(extra);
        Policies::load(&PolicySource::embedded(), &all).is_ok()
    };
    let sound = Permission { name: "medical.preview", step: None, programme: Some("MEDICAL") };
    assert!(with(sound));
    assert!(with(Permission { name: "medical.approve", step: Some("approve"), programme: Some("MEDICAL") }));
    assert!(!with(Permission { name: "medical", ..sound }));
    assert!(!with(Permission { name: "medical.*", ..sound }));
    assert!(!with(Permission { name: "", ..sound }));
    assert!(!with(Permission { step: Some("aprove"), ..sound }));
    assert!(!with(Permission { programme: Some("MEDICINE"), ..sound }));
    assert!(!with(Permission { name: "dibao.approve", step: None, programme: None }), "the step may not be lost");
    assert!(Policies::load(&PolicySource::embedded(), &[]).is_err());
}

#[test]
fn damage_found_late_still_allows_nothing_new() {
    // A row that vanishes takes a right away; none appears.
    let whole = &*super::EMBEDDED;
    let on = super::day("2018-11-20");
    let text = include_str!("../../roles.csv");
    for victim in text
        .lines()
        .filter(|line| line.ends_with(".approve,DISTRICT_PROGRAMME") || line.starts_with("grant,TW,application."))
    {
        let Ok(less) = load(&damaged("roles.csv", |text| text.replacen(&format!("{victim}\n"), "", 1))) else {
            continue;
        };
        for (role, unit, level) in [("DA", "DU_CIVIL", crate::Level::District), ("TW", "TW_WINDOW", crate::Level::Town)]
        {
            let holder = super::holder(role, unit, level);
            let before = whole.permission_set(&holder, on);
            assert!(less.permission_set(&holder, on).names().iter().all(|name| before.contains(name)), "{victim}");
        }
    }
}
