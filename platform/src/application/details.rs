//! Recording a programme's own facts on its case.

use super::{only_states, write_facets};
use crate::{
    act::{CaseAct, Look},
    case::{Case, finish_case},
    code::Code,
    error::{Error, Refusal, Result, ensure},
    id::Ref,
    op::Op,
    part::Saved,
    tx::Tx,
};
use entity::{application, enums::ApplicationState as S};
use policies::Permission;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A programme's own facts for one case.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase", bound = "T: DeserializeOwned")]
pub struct DetailsRecord<T: garde::Validate<Context = ()>> {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The case.
    #[garde(skip)]
    pub application_id: Ref<application::Entity>,
    /// Version of the case the caller saw.
    #[garde(range(min = 1))]
    pub expected_version: i32,
    /// The programme's facts (项目信息).
    #[garde(dive)]
    pub details: T,
}

/// Recording a programme's facts: until an opinion stands on them; no case waits for it.
pub const DETAILS_RECORD: CaseAct = CaseAct::in_states(
    |_, _| {
        &[
            S::VillageReceived,
            S::TownPending,
            S::SupplementRequired,
            S::Accepted,
            S::Verifying,
            S::Verified,
            S::PrelimRouted,
            S::Appraised,
        ]
    },
    |look, case, act| Box::pin(only_states(look, case, act)),
)
.never_awaited();

/// Records the details of a case of `programme`; refused once an opinion stands on them.
///
/// `permission` is the module's own; `indexed` names the JSON fields that lists filter by.
pub async fn record_details<T>(
    op: &Op,
    permission: Permission,
    programme: &str,
    indexed: &[&str],
    input: DetailsRecord<T>,
) -> Result<Saved<application::Entity>>
where
    T: Serialize + Send + garde::Validate<Context = ()>,
{
    let tx = op.begin(permission).await?;

    let mut case = tx.case(input.application_id.id, input.expected_version.into()).await?;
    if case.row.programme != programme {
        return Err(Error::NotFound { field: "input.applicationId" });
    }
    DETAILS_RECORD.ensure(&case.look(), &case.row).await?;

    keep(&tx, &mut case, indexed, &input.details).await?;

    let row = case.row;
    finish_case(tx, row).await
}

/// Changing a programme's facts by who is to decide, once the case has come that far; no case waits for it.
pub const DETAILS_AMEND: CaseAct = CaseAct::in_states(
    |_, manifest| manifest.ready_to_be_decided(),
    |look, case, act| Box::pin(may_amend(look, case, act)),
)
.never_awaited();

async fn may_amend(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    look.must_be(case, act)?;
    ensure(case.details.is_some(), || Refusal::new(Code::DetailsMissing))
}

/// Lets who is to decide change the details of a case; `which` is the case and the version of it that was seen.
///
/// Errors: `DETAILS_MISSING`, `WRONG_STATE`, and those of a case.
pub async fn amend_details<T>(
    op: &Op,
    permission: Permission,
    indexed: &[&str],
    which: (Ref<application::Entity>, i32),
    amend: impl FnOnce(&mut T) + Send,
) -> Result<Saved<application::Entity>>
where
    T: Serialize + DeserializeOwned + Send + Sync,
{
    let tx = op.begin(permission).await?;

    let mut case = tx.case(which.0.id, which.1.into()).await?;
    if permission.programme.is_some_and(|programme| programme != case.row.programme) {
        return Err(Error::NotFound { field: "input.applicationId" });
    }
    DETAILS_AMEND.ensure(&case.look(), &case.row).await?;
    let mut details: T = serde_json::from_str(case.row.details.as_deref().unwrap_or_default())?;

    amend(&mut details);
    keep(&tx, &mut case, indexed, &details).await?;

    let row = case.row;
    finish_case(tx, row).await
}

async fn keep<T: Serialize>(tx: &Tx<'_>, case: &mut Case<'_, '_>, indexed: &[&str], details: &T) -> Result<()> {
    let details = serde_json::to_value(details)?;
    case.row.details = Some(details.to_string());
    let facets = indexed.iter().map(|key| ((*key).to_owned(), details[*key].clone())).collect();
    write_facets(tx, &case.row, facets).await?;
    case.touch().await
}
