//! Recording a programme's own facts on its case.

use super::{only_states, write_facets};
use crate::{
    act::CaseAct,
    case::finish_case,
    error::{Error, Result},
    id::Ref,
    op::Op,
    part::Saved,
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

    let details = serde_json::to_value(&input.details)?;
    case.row.details = Some(details.to_string());
    let facets = indexed.iter().map(|key| ((*key).to_owned(), details[*key].clone())).collect();
    write_facets(&tx, &case.row, facets).await?;
    case.touch().await?;

    let row = case.row;
    finish_case(tx, row).await
}
