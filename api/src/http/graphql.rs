//! `/graphql`: negotiate, know who asks, bound and parse, execute.

use super::{
    answer::{self, Outcome, Refusal},
    app::{App, NoCaller},
    lexer,
    limits::{self, Exceeded, Unfit},
    log::RequestId,
    negotiate::{self, Media},
    read::{self, Parameters},
    seam::{Answer, Caller, Document, GraphqlError, Operation},
    settings::{Limits, Seconds},
};
use crate::identity::Held;
use async_graphql::{
    Pos,
    parser::{
        self,
        types::{DocumentOperations, ExecutableDocument, OperationType},
    },
};
use axum::{
    Extension,
    body::Body,
    extract::{Request, State},
    http::{Method, StatusCode, request::Parts},
    response::Response,
};
use platform::{Code, Language};
use quick_cache::{Weighter, sync::Cache};
use serde_json::json;
use std::sync::Arc;
use tokio::task::JoinHandle;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let language = app.language(&parts.headers);
    let Some(media) = negotiate::accepted(&parts.headers) else {
        let refusal = Refusal::new(StatusCode::NOT_ACCEPTABLE, Code::NotAcceptable).arg("types", Media::TYPES);
        return refusal.respond(Media::Json, language);
    };
    match answer(&app, request_id, media, &parts, body).await {
        Ok(response) => response,
        Err(refusal) => refusal.respond(media, language),
    }
}

async fn answer(
    app: &Arc<App>,
    RequestId(request_id): RequestId,
    media: Media,
    parts: &Parts,
    body: Body,
) -> Result<Response, Refusal> {
    let language = app.language(&parts.headers);
    let parameters = read::read(parts, body, &app.settings).await?;
    let caller = match app.caller(&parts.headers, request_id).await {
        Ok(caller) => caller,
        Err(NoCaller::Refused(refusal)) => return Err(refusal),
        Err(NoCaller::AssignmentRequired(held)) => {
            return Ok(answer::operation(media, &assignment_required(&held, language), Outcome::default()));
        }
    };
    let operation = match operation(parameters, &app.documents, &app.settings.limits, language) {
        Ok(operation) => operation,
        Err(errors) => return Ok(answer::operation(media, &Answer::refused(errors), Outcome::default())),
    };
    if operation.kind != OperationType::Query && parts.method == Method::GET {
        return Err(Refusal::method("POST"));
    }
    let outcome = outcome_of(&operation);
    let answer = execute(app, caller, operation).await?;
    Ok(answer::operation(media, &answer, outcome))
}

/// What the log says of an operation before it has run.
pub(super) fn outcome_of(operation: &Operation) -> Outcome {
    Outcome {
        operation: operation.name.clone().or_else(|| only_name(&operation.document)),
        kind: Some(kind(operation.kind)),
        ..Outcome::default()
    }
}

fn kind(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

fn only_name(document: &ExecutableDocument) -> Option<String> {
    document.operations.iter().next()?.0.map(ToString::to_string)
}

/// The caller's own assignments stand beside the message, so that a client can offer them.
pub(super) fn assignment_required(held: &[Held], language: Language) -> Answer {
    let choices: Vec<String> = held.iter().map(Held::global_id).collect();
    let args = [("choices", if choices.is_empty() { "-".to_owned() } else { choices.join(", ") })];
    let mut error = GraphqlError::new(Code::AssignmentRequired, &args, language);
    let assignments: Vec<_> = held
        .iter()
        .map(|held| {
            json!({
                "id": held.global_id(),
                "role": held.role,
                "unit": held.unit,
                "level": held.level.as_str(),
                "jurisdiction": held.jurisdiction,
            })
        })
        .collect();
    error.extensions.insert("assignments".to_owned(), assignments.into());
    Answer::refused(vec![error])
}

/// Documents kept.
const DOCUMENTS_MAX: usize = 1_000;
/// Bytes of their texts together.
const DOCUMENTS_BYTES: u64 = 8 << 20;

/// Documents that were parsed and are within every bound of size, by their text.
pub(super) struct Documents(Cache<String, Arc<Document>, Length>);

#[derive(Clone)]
struct Length;

impl Weighter<String, Arc<Document>> for Length {
    fn weight(&self, text: &String, _: &Arc<Document>) -> u64 {
        u64::try_from(text.len()).unwrap_or(u64::MAX).max(1)
    }
}

impl Default for Documents {
    fn default() -> Self {
        Self(Cache::with_weighter(DOCUMENTS_MAX, DOCUMENTS_BYTES, Length))
    }
}

/// The operation asked for, within every bound of size.
pub(super) fn operation(
    parameters: Parameters,
    documents: &Documents,
    limits: &Limits,
    language: Language,
) -> Result<Operation, Vec<GraphqlError>> {
    let Parameters { query, operation_name, variables } = parameters;
    let unfit = |unfit| vec![describe(unfit, language)];
    let known = documents.0.get(&query);
    if known.is_none() {
        lexer::check(&query, limits).map_err(|exceeded| unfit(exceeded.into()))?;
    }
    limits::check_variables(&variables, limits).map_err(unfit)?;
    let document = match known {
        Some(known) => known,
        None => {
            let document = parser::parse_query(&query).map_err(|error| vec![unparsed(&error, language)])?;
            limits::check(&document, limits).map_err(unfit)?;
            let document = Arc::new(Document::new(document));
            documents.0.insert(query, Arc::clone(&document));
            document
        }
    };
    let chosen = match (&document.operations, operation_name.as_deref()) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(named), Some(name)) => named.get(name),
        // The parser keeps even a single named operation in a map.
        (DocumentOperations::Multiple(named), None) => named.values().next().filter(|_| named.len() == 1),
    };
    let Some(chosen) = chosen else {
        let reason = match operation_name {
            Some(name) => format!("there is no operation {name}"),
            None => "operationName must say which operation to run".to_owned(),
        };
        return Err(vec![GraphqlError::new(Code::GraphqlValidation, &[("reason", reason)], language)]);
    };
    let kind = chosen.node.ty;
    Ok(Operation { kind, name: operation_name, variables, document })
}

fn describe(unfit: Unfit, language: Language) -> GraphqlError {
    match unfit {
        Unfit::Exceeded(Exceeded { what, most }) => {
            let args = [("what", what.text(language).to_owned()), ("most", most.to_string())];
            GraphqlError::new(Code::OperationLimit, &args, language)
        }
        Unfit::Cycle(name, pos) => {
            let reason = format!("fragment {name} spreads itself");
            GraphqlError::new(Code::GraphqlValidation, &[("reason", reason)], language).at([pos])
        }
        Unfit::Nul => GraphqlError::new(Code::BadUserInput, &[("reason", "U+0000".to_owned())], language),
    }
}

/// The parser's own words name its grammar; line and column are what helps.
fn unparsed(error: &parser::Error, language: Language) -> GraphqlError {
    let positions: Vec<Pos> = error.positions().collect();
    let pos = positions.first().copied().unwrap_or(Pos { line: 1, column: 1 });
    let validation = |reason| GraphqlError::new(Code::GraphqlValidation, &[("reason", reason)], language);
    let error = match error {
        parser::Error::MultipleOperations { .. } => {
            validation("an operation without a name must be the only one".to_owned())
        }
        parser::Error::OperationDuplicated { operation, .. } => {
            validation(format!("operation {operation} is defined twice"))
        }
        parser::Error::FragmentDuplicated { fragment, .. } => {
            validation(format!("fragment {fragment} is defined twice"))
        }
        parser::Error::MissingOperation => validation("there is no operation in the document".to_owned()),
        _ => {
            let args = [("line", pos.line.to_string()), ("column", pos.column.to_string())];
            GraphqlError::new(Code::GraphqlParse, &args, language)
        }
    };
    error.at(positions)
}

/// Ends a reading task when nobody waits for it any more; a changing one always goes on to its end.
struct Task {
    handle: JoinHandle<Answer>,
    abort: bool,
}

impl Drop for Task {
    fn drop(&mut self) {
        if self.abort {
            self.handle.abort();
        }
    }
}

/// Runs in a task of its own: a client that goes away does not cut a change in two, and a panic ends here.
pub(super) async fn execute(app: &Arc<App>, caller: Caller, operation: Operation) -> Result<Answer, Refusal> {
    let Ok(turn) = Arc::clone(&app.turns).try_acquire_owned() else { return Err(Refusal::busy()) };
    let under_way = app.under_way.clone();
    let gateway = Arc::clone(&app.gateway);
    let request_id = caller.request_id;
    let abort = operation.kind == OperationType::Query;
    let work = async move {
        let answer = gateway.execute(caller, operation).await;
        drop((turn, under_way));
        answer
    };
    let mut task = Task { handle: tokio::spawn(work), abort };
    match tokio::time::timeout(Seconds::of(app.settings.seconds.answer), &mut task.handle).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) => {
            tracing::error!(%request_id, "an operation panicked");
            Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal))
        }
        Err(_) => Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, Code::OutcomeUnknown)),
    }
}
