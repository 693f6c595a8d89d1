//! Policy sets from outside, at the start: what they may not say, and what may not change under an old version.

use super::{heating_set, loading};
use api::cli::Loading;
use heating::Heating;
use serde_json::json;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tests::support::{Backend, Server, on_both, temporary_folder};

on_both!(a_set_that_changed_needs_a_new_version, a_value_that_was_in_force_never_changes);

/// A copy of the set with texts replaced, each in one file.
pub fn edited(edits: &[(&str, &str, &str)]) -> (TempDir, PathBuf) {
    let folder = temporary_folder();
    let set = folder.path().join("heating");
    std::fs::create_dir(&set).expect("a folder");
    for entry in std::fs::read_dir(heating_set()).expect("the set").flatten() {
        let name = entry.file_name().into_string().expect("a name");
        let mut text = std::fs::read_to_string(entry.path()).expect("a table");
        for (file, from, to) in edits.iter().filter(|(file, _, _)| *file == name || *file == "*") {
            assert!(text.contains(from), "{file} does not hold {from}");
            text = text.replace(from, to);
        }
        std::fs::write(set.join(name), text).expect("written");
    }
    (folder, set)
}

fn with(set: &Path) -> Loading {
    loading(Heating, &[set.to_owned()])
}

/// Why a start is refused.
pub async fn refused(loading: Loading) -> String {
    match Server::start_loading(Backend::Sqlite, loading).await {
        Ok(_) => panic!("it starts"),
        Err(error) => format!("{error:#}"),
    }
}

async fn set_refused(edits: &[(&str, &str, &str)], sides: &[&str]) {
    let (_folder, set) = edited(edits);
    let told = refused(with(&set)).await;
    assert!(sides.iter().all(|side| told.contains(side)), "{sides:?}: {told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_set_speaks_about_its_own_programme_only() {
    let grant = "grant,AUD,heating.read,ALL";
    let other = "grant,AUD,heating.read,ALL\ngrant,TU,dibao.approve,TOWN";
    set_refused(
        &[("roles.csv", grant, other)],
        &["heating/roles.csv:", "dibao.approve is of DIBAO", "baseline/names.csv:"],
    )
    .await;
    let flow = "grant,AUD,heating.read,ALL\ngrant,AUD,application.accept,ALL";
    set_refused(&[("roles.csv", grant, flow)], &["heating/roles.csv:", "application.accept is the platform's"]).await;
    set_refused(
        &[("authority.csv", "HEATING,pay,TOWN,TU_FINANCE", "DIBAO,pay,TOWN,TU_FINANCE")],
        &["heating/authority.csv:", "DIBAO is not this set's own, but of baseline/names.csv:"],
    )
    .await;
    set_refused(
        &[("funding.csv", "HEATING,FUEL,FC-HEATING", "HEATING,FUEL,FC-DIBAO")],
        &["heating/funding.csv:", "FC-DIBAO is not this set's own, but of baseline/names.csv:"],
    )
    .await;
    set_refused(
        &[("parameters.csv", "heating.ageMin", "dibao.topup.age70.ageMin")],
        &["heating/parameters.csv:", "begins with no programme of this set"],
    )
    .await;
    set_refused(
        &[("names.csv", "# end", "programme,DIBAO,-,低保,dibao\n# end")],
        &["heating/names.csv:", "is named already in baseline/names.csv:"],
    )
    .await;
    // The module is not in this program: nobody declares what the set grants.
    let told = refused(Loading { sets: vec![heating_set()], ..Loading::default() }).await;
    assert!(
        told.contains("heating/roles.csv:") && told.contains("no part declares permission \"heating.read\""),
        "{told}"
    );
    let told = refused(with(Path::new("nowhere/heating"))).await;
    assert!(told.contains("the policy set nowhere/heating is not there"), "{told}");
}

async fn a_set_that_changed_needs_a_new_version(backend: Backend) {
    let server = Server::start_loading(backend, with(&heating_set())).await.expect("it starts");
    let (_changed, set) = edited(&[("authority.csv", "第6条 财政所支付", "第6条 财政所按季支付")]);
    let told = match server.restart_loading(with(&set)).await {
        Ok(_) => panic!("it starts"),
        Err(error) => format!("{error:#}"),
    };
    assert!(told.contains("policy set heating has changed but still calls itself 2018-11.1"), "{told}");
}

async fn a_value_that_was_in_force_never_changes(backend: Backend) {
    let server = Server::start_loading(backend, with(&heating_set())).await.expect("it starts");
    // Closed on a day and followed by a new one, it is a later value.
    let later = (
        "parameters.csv",
        "heating.amount,30000,FEN,2018-10-01,-,镇发〔2018〕66号 第3条,D",
        "heating.amount,30000,FEN,2018-10-01,2019-09-30,镇发〔2018〕66号 第3条,D\nheating.amount,32000,FEN,2019-10-01,-,镇发〔2019〕70号,D",
    );
    let (_later, set) = edited(&[("*", "2018-11.1", "2019-10.1"), later]);
    let server = server.restart_loading(with(&set)).await.expect("it starts");
    let query = r#"{ parameters(first: 9, filter: { key: ["heating.amount"] }, orderBy: FROM_ON_ASC) { nodes { setName value fromOn toOn sourceDoc status } } }"#;
    let found = server.client("tw").await.ok(query, json!({})).await;
    assert_eq!(
        found["parameters"]["nodes"],
        json!([
            {
                "setName": "heating", "value": "30000", "fromOn": "2018-10-01", "toOn": "2019-09-30",
                "sourceDoc": "镇发〔2018〕66号 第3条", "status": "DEFAULT",
            },
            {
                "setName": "heating", "value": "32000", "fromOn": "2019-10-01", "toOn": null,
                "sourceDoc": "镇发〔2019〕70号", "status": "DEFAULT",
            },
        ])
    );
    let report = platform::verify::verify(&server.running.platform, &[]).await.expect("verified");
    assert!(report.findings.is_empty(), "{:?}", report.findings);

    let rewritten = ("parameters.csv", "heating.amount.member,6000", "heating.amount.member,9000");
    let (_rewritten, set) = edited(&[("*", "2018-11.1", "2020-10.1"), later, rewritten]);
    let told = match server.restart_loading(with(&set)).await {
        Ok(_) => panic!("it starts"),
        Err(error) => format!("{error:#}"),
    };
    assert!(
        told.contains(
            "parameter heating.amount.member from 2018-10-01 is 6000 in the store and 9000 in heating/parameters.csv:7"
        ),
        "{told}"
    );
}
