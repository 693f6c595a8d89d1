//! Building schemas from the parts that are built in, and from a toy.

mod narrowed;

use super::{snapshot::Snapshots, *};
use crate::schema::types::{MUTATION, QUERY};
use async_graphql::parser::{parse_query, parse_schema};
use platform::part::{
    Action, CellKind, DataClass, Direction, Edge, Field, FieldKind, List, ListColumn, Output, Part, Permission, Scalar,
    ScopeBy, StoredType,
};
use serde_json::{Value, json};
use std::sync::Arc;

const CASE: Permission = Permission { name: "case.read", step: None, programme: None };
const SECRET: Permission = Permission { name: "case.secret", step: None, programme: None };
const OWNER: Permission = Permission { name: "owner.read", step: None, programme: None };
const CHANGE: Permission = Permission { name: "case.change", step: None, programme: None };

fn column(name: &str, column: &'static str, permission: Permission) -> Field {
    let kind = FieldKind::Column { column, scalar: Scalar::String, nullable: false };
    Field {
        name: name.to_owned(),
        description: "A column.".to_owned(),
        permission,
        class: DataClass::Internal,
        cost: 0,
        kind,
    }
}

fn edge(name: &str, permission: Permission, edge: Edge) -> Field {
    let kind = FieldKind::Edge(edge);
    Field {
        name: name.to_owned(),
        description: "An edge.".to_owned(),
        permission,
        class: DataClass::Internal,
        cost: 1,
        kind,
    }
}

fn stored(name: &'static str, permission: Permission, fields: Vec<Field>) -> StoredType {
    StoredType {
        name,
        table: name,
        description: "A stored type.".to_owned(),
        permission,
        class: DataClass::Internal,
        scope: ScopeBy::Public,
        key: "id",
        key_is_uuid: true,
        columns: vec![
            ("id", CellKind::Uuid),
            ("owner_id", CellKind::Uuid),
            ("number", CellKind::Text),
            ("secret", CellKind::Text),
        ],
        fields,
        list: None,
        live_between: None,
        node: true,
        federated: false,
    }
}

fn list_column(field: &str, column: &'static str) -> ListColumn {
    ListColumn { column, field: field.to_owned(), scalar: Scalar::String, nullable: false, through: None }
}

fn input(kind: Value) -> Value {
    json!({
        "title": "Change", "type": "object", "description": "What it takes.", "required": ["idempotencyKey", "kind"],
        "properties": {
            "idempotencyKey": { "type": "string", "description": "A key." },
            "kind": { "$ref": "#/$defs/Kind", "description": "A kind." },
            "more": { "anyOf": [{ "$ref": "#/$defs/More" }, { "type": "null" }], "description": "More." },
        },
        "$defs": {
            "Kind": kind,
            "More": {
                "type": "object", "description": "More of it.",
                "properties": { "count": { "type": ["integer", "null"], "format": "int32", "description": "How many." } },
            },
        },
    })
}

fn kind() -> Value {
    json!({ "description": "Kinds.", "oneOf": [
        { "type": "string", "const": "GOOD", "description": "Good." },
        { "type": "string", "const": "BAD", "description": "Bad." },
    ] })
}

fn toy() -> Part {
    let owner = Edge { target: "Owner", local: "owner_id", remote: "id", many: false, order: Vec::new() };
    let cases =
        Edge { target: "Case", local: "id", remote: "owner_id", many: true, order: vec![("number", Direction::Asc)] };
    let case = StoredType {
        list: Some(List {
            name: "cases",
            description: "Cases.",
            filters: vec![list_column("number", "number"), list_column("secret", "secret")],
            orders: vec![list_column("number", "number"), list_column("secret", "secret")],
            in_order: false,
        }),
        ..stored(
            "Case",
            CASE,
            vec![column("number", "number", CASE), column("secret", "secret", SECRET), edge("owner", OWNER, owner)],
        )
    };
    Part {
        name: "toy",
        permissions: vec![CASE, SECRET, OWNER, CHANGE],
        types: vec![case, stored("Owner", OWNER, vec![edge("cases", CASE, cases)])],
        details: None,
        finders: Vec::new(),
        queries: Vec::new(),
        subscriptions: Vec::new(),
        mutations: vec![Action {
            name: "caseChange",
            description: "Changes a case.",
            permission: CHANGE,
            input: input(kind()),
            output: Output::Row("Case".to_owned()),
            handler: Arc::new(|_, value| Box::pin(async move { Ok(value) })),
            cost: 10,
            keyed: true,
            class: DataClass::Internal,
            on_case: None,
        }],
    }
}

fn problems(parts: Vec<Part>) -> String {
    load(parts.leak(), &|_| true).map_or_else(|error| error.0.join("\n"), |_| String::new())
}

fn table(permissions: &[&str]) -> TypeTable {
    let full = load(vec![toy()].leak(), &|_| true).unwrap();
    prune::prune(&full, &|name| permissions.contains(&name))
}

#[test]
fn the_built_in_parts_make_a_schema() {
    let mut parts = platform::parts();
    parts.extend(modules::all().iter().map(|module| module.part()));
    assert_eq!(problems(parts), "");
}

#[test]
fn a_schema_holds_what_is_permitted_and_reached_and_nothing_else() {
    let names = |table: &TypeTable| table.types.keys().map(ToString::to_string).collect::<Vec<_>>();
    let only_cases = table(&["case.read"]);
    assert_eq!(
        names(&only_cases),
        ["Case", "CaseConnection", "CaseEdge", "CaseFilter", "CaseOrder", "Node", "PageInfo", "Query", "_Service"]
    );
    assert!(only_cases.field("Case", "secret").is_none());
    assert!(only_cases.field("Case", "owner").is_none());
    let types::TypeDef::Input(filter) = only_cases.get("CaseFilter").unwrap() else { panic!("no filter") };
    assert_eq!(filter.fields.len(), 1, "nothing filters by what is not there");
    let types::TypeDef::Enum(order) = only_cases.get("CaseOrder").unwrap() else { panic!("no order") };
    assert_eq!(order.values.len(), 2, "nothing orders by what is not there");

    let all = table(&["case.read", "case.secret", "owner.read", "case.change"]);
    assert!(all.field("Case", "secret").is_some());
    assert!(all.field(MUTATION, "caseChange").is_some());
    assert!(all.get("MoreInput").is_some());

    let blind = table(&["case.change"]);
    assert!(blind.get("Case").is_none());
    assert!(blind.field("CaseChangePayload", "case").is_none());
    assert!(blind.field("CaseChangePayload", "userErrors").is_some());
    assert!(blind.field(QUERY, "node").is_none());

    assert_eq!(names(&table(&[])), ["Query", "_Service"]);
    assert!(table(&[]).field(QUERY, "nothing").is_some());
}

#[test]
fn a_field_with_a_permission_of_its_own_is_nullable() {
    let all = table(&["case.read", "case.secret"]);
    assert_eq!(all.field("Case", "number").unwrap().ty.to_string(), "String!");
    assert_eq!(all.field("Case", "secret").unwrap().ty.to_string(), "String");
}

#[test]
fn parts_that_are_not_sound_are_refused_with_both_sides_named() {
    let refused = |change: fn(&mut Part), expected: &str| {
        let mut part = toy();
        change(&mut part);
        let found = problems(vec![part]);
        assert!(found.contains(expected), "expected: {expected}\nfound: {found}");
    };
    refused(|part| part.types[0].fields[0].description.clear(), "part toy: Case.number: it has no description");
    refused(|part| part.types[0].fields[0].name = "snake_case".to_owned(), "\"snake_case\" is no name of the API");
    refused(|part| part.types[0].fields[0].class = DataClass::Sealed, "what is SEALED is in no schema");
    refused(
        |part| {
            part.types.pop();
        },
        "Case.owner: no part stores the type Owner",
    );
    refused(|part| part.types[0].fields[0] = column("owner", "owner_id", CASE), "a key is shown by an edge");
    refused(
        |part| part.mutations[0].input = input(json!({ "type": "integer", "format": "int64" })),
        "does not fit Int",
    );
    refused(|part| part.mutations[0].input = input(json!({ "type": "number" })), "outside the language");
    refused(
        |part| part.mutations[0].input = input(json!({ "type": "object", "additionalProperties": true })),
        "named fields",
    );
    refused(
        |part| part.mutations[0].input = input(json!({ "description": "Kinds.", "type": "string", "enum": ["A"] })),
        "Kind.A: it has no description",
    );

    let twice = problems(vec![toy(), Part { name: "copy", ..toy() }]);
    assert!(twice.contains("type Case: both toy and copy store it"), "{twice}");
    assert!(twice.contains("Mutation.caseChange: both the gateway and part copy declare it"), "{twice}");

    let undeclared = load(vec![toy()].leak(), &|name| name != "case.change").unwrap_err();
    assert_eq!(undeclared.0, ["part toy: no policy declares case.change"]);
}

#[tokio::test]
async fn what_is_hidden_is_answered_exactly_as_a_typo_is() {
    let snapshots = Snapshots::new(vec![toy()].leak(), &|_| true, 4).unwrap();
    let own = snapshots.build(&|name| name == "case.read").unwrap();
    let answer = async |document: &str| {
        let document = parse_query(document).unwrap();
        (own.validate(&document, None).await, snapshots.hidden(&own, &document))
    };
    for (hidden, typo, name) in [
        ("{ cases { nodes { secret } } }", "{ cases { nodes { sacrit } } }", "Case.secret"),
        ("{ cases { nodes { owner { id } } } }", "{ cases { nodes { awnir { id } } } }", "Case.owner"),
        ("{ node(id: 1) { ... on Owner { id } } }", "{ node(id: 1) { ... on Awnir { id } } }", "Owner"),
        (
            "{ cases(filter: { secret: \"a\" }) { totalCount } }",
            "{ cases(filter: { sacrit: \"a\" }) { totalCount } }",
            "CaseFilter.secret",
        ),
        (
            "{ cases(orderBy: SECRET_ASC) { totalCount } }",
            "{ cases(orderBy: SACRIT_ASC) { totalCount } }",
            "CaseOrder.SECRET_ASC",
        ),
        (
            "mutation { caseChange(input: {}) { userErrors { code } } }",
            "mutation { caseChinge(input: {}) { userErrors { code } } }",
            "Mutation.caseChange",
        ),
        (
            "query($v: CaseChangeInput) { cases { totalCount } }",
            "query($v: CaseChingeInput) { cases { totalCount } }",
            "CaseChangeInput",
        ),
    ] {
        let ((told, found), (typo_told, typo_found)) = (answer(hidden).await, answer(typo).await);
        let spelled = |text: &str| {
            [("sacrit", "secret"), ("SACRIT", "SECRET"), ("awnir", "owner"), ("Awnir", "Owner"), ("Chinge", "Change")]
                .iter()
                .fold(text.to_owned(), |text, (typo, name)| text.replace(typo, name))
        };
        assert!(!told.is_empty(), "{hidden} passed");
        assert_eq!(told.len(), typo_told.len());
        for (hidden, typo) in told.iter().zip(&typo_told) {
            assert_eq!(
                (hidden.code, &hidden.message, &hidden.locations),
                (typo.code, &spelled(&typo.message), &typo.locations)
            );
        }
        assert!(found.iter().any(|found| found == name), "{hidden}: {found:?}");
        assert_eq!(typo_found, Vec::<String>::new());
    }
    assert!(!own.sdl().contains("secret") && !own.sdl().contains("Owner"), "{}", own.sdl());
}

#[tokio::test]
async fn introspection_and_sdl_tell_the_same() {
    let snapshots = Snapshots::new(vec![toy()].leak(), &|_| true, 4).unwrap();
    let own = snapshots.build(&|_| true).unwrap();
    let document = parse_query(
        "query($n: String!) { __type(name: $n) { ...T } } fragment T on __Type { name fields { name description } }",
    )
    .unwrap();
    assert_eq!(own.validate(&document, None).await, []);
    let variables = json!({ "n": "Case" });
    let compiled = coerce::compile(&own.table, &document, None, variables.as_object().unwrap()).unwrap();
    let coerce::What::Introspection(field) = &compiled.root[0].what else { panic!("no introspection") };
    let field = async_graphql::Positioned::new((**field).clone(), compiled.root[0].pos);
    let answer = own.introspect(field, &document, &compiled).await.unwrap();
    let names: Vec<_> =
        answer["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["id", "number", "owner", "secret"]);
    let sdl = own.sdl();
    let document = parse_schema(sdl).unwrap();
    assert!(document.definitions.len() > 10);
    assert!(sdl.contains("input CaseChangeInput {"), "{sdl}");
    assert!(sdl.contains("more: MoreInput"), "{sdl}");
}
