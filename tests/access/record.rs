//! What the gateway refuses before anything runs, and what it keeps of it.

use super::{holders::actor, synthetic::free, world::World};
use api::gateway::Options;
use entity::audit_event;
use policies::Level;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use tests::{on_both, support::Backend};

on_both!(
    an_attempt_on_what_others_have_is_counted_and_a_typo_is_not,
    an_operation_beyond_the_budget_is_refused_before_it_runs,
);

async fn recorded(world: &World) -> u64 {
    let events = audit_event::Entity::find().filter(audit_event::Column::Action.eq("NOT_IN_SCHEMA"));
    events.count(&world.platform.db.reader).await.expect("the record")
}

async fn an_attempt_on_what_others_have_is_counted_and_a_typo_is_not(backend: Backend) {
    let world = World::empty(backend).await;
    // The clerk is in no table.
    free(&world).await;
    let clerk = actor("VW", "VW_WINDOW", Level::Village);
    world.errors(Some(&clerk), "{ applicationz { totalCount } }").await;
    assert_eq!(recorded(&world).await, 0);
    world.errors(None, "{ auditEvents { totalCount } }").await;
    assert_eq!(recorded(&world).await, 0, "nobody is known to have tried");
    for _ in 0..3 {
        world.errors(Some(&clerk), "{ auditEvents { totalCount } }").await;
    }
    assert_eq!(recorded(&world).await, 1, "one event a minute, however many tries");
}

async fn an_operation_beyond_the_budget_is_refused_before_it_runs(backend: Backend) {
    let budgets = [("VW".to_owned(), 50)].into();
    let world = World::with(backend, Options { budgets, budget: 5_000, ..Options::default() }).await;
    let (village, town) = (actor("VW", "VW_WINDOW", Level::Village), actor("TW", "TW_WINDOW", Level::Town));
    // One call, one page, thirty rows with their household: 1 + 1 + 30 × (1 + 1 + 1).
    let document = "{ applications(first: 30) { nodes { id household { id } } } }";
    let refused = world.answer(Some(&village), document, json!({})).await;
    assert_eq!((refused.data, refused.sql_count), (None, 0));
    assert_eq!(refused.errors[0].extensions["code"], "COST_LIMIT");
    assert_eq!(refused.extensions["cost"], json!({ "requested": 92, "budget": 50 }));
    let answered = world.answer(Some(&town), document, json!({})).await;
    assert_eq!(answered.extensions["cost"], json!({ "requested": 92, "budget": 5_000 }));
    assert_eq!(answered.value(), Some(json!({ "applications": { "nodes": [] } })));
}
