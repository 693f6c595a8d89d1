//! For whom a plan holds, and how many are kept.

use super::{holders::actor, world::World};
use api::http::seam::{Answer, Document};
use async_graphql::parser::parse_query;
use platform::Actor;
use policies::Level;
use serde_json::{Value, json};
use std::sync::Arc;
use tests::{on_both, support::Backend};

on_both!(
    a_plan_holds_for_everyone_of_the_same_rights_and_holds_nothing_of_them,
    the_ways_of_a_document_are_few,
    what_hangs_on_a_row_comes_beside_it,
);

fn document(text: &str) -> Arc<Document> {
    Arc::new(Document::new(parse_query(text).expect("a document")))
}

fn statements(answer: &Answer) -> Vec<String> {
    let plan = answer.extensions.get("plan").and_then(Value::as_array).expect("it was planned");
    plan.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn clerks() -> [Actor; 2] {
    let here = actor("TW", "TW_WINDOW", Level::Town);
    let jurisdiction = here.jurisdiction.chars().rev().collect();
    [here.clone(), Actor { jurisdiction, ..here }]
}

async fn a_plan_holds_for_everyone_of_the_same_rights_and_holds_nothing_of_them(backend: Backend) {
    let world = World::empty(backend).await;
    let text = "query($first: Int) { applications(first: $first) { nodes { number jurisdiction } totalCount } }";
    let asked = document(text);
    for first in [1, 2, 1] {
        for who in &clerks() {
            let answer = world.answer_to(Some(who), &asked, json!({ "first": first })).await;
            let sent = statements(&answer);
            assert_eq!(sent.len(), 2, "{sent:?}");
            assert!(!sent.iter().any(|sql| sql.contains(&who.jurisdiction)), "{sent:?}");
        }
    }
    assert_eq!(world.gateway.plans_kept().0, 1);
    let district = actor("DA", "DU_CIVIL", Level::District);
    statements(&world.answer_to(Some(&district), &asked, json!({})).await);
    assert_eq!(world.gateway.plans_kept().0, 2, "other rights have a plan of their own");
}

async fn the_ways_of_a_document_are_few(backend: Backend) {
    let world = World::empty(backend).await;
    let [clerk, _] = clerks();
    let text = "query($with: Boolean!) { applications(first: 1) { nodes { number state @include(if: $with) } } }";
    let asked = document(text);
    for with in [true, false, true, false] {
        let answer = world.answer_to(Some(&clerk), &asked, json!({ "with": with })).await;
        assert_eq!(statements(&answer)[0].contains("\"state\""), with);
    }
    assert_eq!(world.gateway.plans_kept().0, 2);
}

async fn what_hangs_on_a_row_comes_beside_it(backend: Backend) {
    let world = World::empty(backend).await;
    let [clerk, _] = clerks();
    let text = "{ applications(first: 1) { nodes { request { applicant { nameZh } } \
        household { head { birthOn } place { nameZh } } } } }";
    let answer = world.answer_to(Some(&clerk), &document(text), json!({})).await;
    let sent = statements(&answer);
    assert_eq!(sent.len(), 1, "what hangs on no row is not asked for: {sent:?}");
    for beside in ["\"applicant_id\"", "\"head_person_id\"", "\"person\".\"name_zh\""] {
        assert!(sent[0].contains(beside), "{beside}: {sent:?}");
    }
    assert!(!sent[0].contains("\"birth_on\""), "a second row of one table has a statement of its own: {sent:?}");
    assert!(!sent[0].contains("\"jurisdiction\".\"name_zh\""), "so has what many rows share: {sent:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_documents_leave_no_more_plans_than_are_kept() {
    let world = World::empty(Backend::Sqlite).await;
    let [clerk, _] = clerks();
    for number in 0..10_000 {
        let asked = document(&format!("{{ a{number}: node(id: \"x\") {{ id ... on Application {{ number }} }} }}"));
        let answer = world.answer_to(Some(&clerk), &asked, json!({})).await;
        assert!(answer.errors.is_empty() && answer.extensions.contains_key("plan"));
    }
    let (kept, most) = world.gateway.plans_kept();
    assert!(kept > 0 && kept <= most, "{kept} of {most}");
}
