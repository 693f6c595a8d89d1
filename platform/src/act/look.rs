//! What checks read, for one case or for a list of cases alike: one statement for each kind of fact.

use crate::{
    case::Case,
    code::Code,
    decision,
    error::{Error, Refusal, Result, ensure},
    intake::{self, Member},
    ledger,
    module::{Assessment, Facts, Level, Parameters},
    op::Op,
    reference,
    verification::{self, Serving},
};
use entity::{
    Fen, account, application, channel_rule, consent,
    enums::{AccountKind, EntryKind, MaterialState, VerificationState},
    ledger_entry, notice, once_claim, opinion, request_material, service_window, transfer, user_account,
    verification as verification_row, verification_step,
};
use sea_orm::{ColumnTrait, DatabaseExecutor, EntityTrait, QueryFilter, QueryOrder};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// An assessment and the facts it stands on.
pub type Assessed = Arc<(Assessment, Facts)>;

/// Cases, and what is known of them: read when the first check asks, for all of them at once.
pub struct Look<'a> {
    op: &'a Op,
    conn: DatabaseExecutor<'a>,
    cases: Vec<application::Model>,
    parameters: OnceCell<Parameters>,
    missing: OnceCell<HashMap<Uuid, Vec<String>>>,
    members: OnceCell<BTreeMap<Uuid, Vec<Member>>>,
    consents: OnceCell<Vec<consent::Model>>,
    notices: OnceCell<HashMap<Uuid, notice::Model>>,
    windows: OnceCell<Vec<service_window::Model>>,
    investigated: OnceCell<BTreeSet<Uuid>>,
    own_person: OnceCell<Option<Uuid>>,
    open: OnceCell<BTreeSet<Uuid>>,
    serving: OnceCell<HashMap<Uuid, Serving>>,
    verifications: OnceCell<HashMap<Uuid, verification_row::Model>>,
    steps: OnceCell<HashMap<Uuid, Vec<verification_step::Model>>>,
    rules: OnceCell<Vec<channel_rule::Model>>,
    funds: OnceCell<Vec<account::Model>>,
    postings: OnceCell<HashMap<Uuid, (usize, usize)>>,
    facts: OnceCell<HashMap<Uuid, Result<Facts>>>,
    assessed: Mutex<HashMap<(Uuid, Option<Level>), Assessed>>,
    claims: OnceCell<Vec<once_claim::Model>>,
    opinions: OnceCell<Vec<opinion::Model>>,
    transfers: OnceCell<HashMap<Uuid, transfer::Model>>,
}

impl<'a> Look<'a> {
    /// Looks at cases from outside of any transaction.
    pub(super) fn reading(op: &'a Op, cases: Vec<application::Model>) -> Self {
        Self::new(op, DatabaseExecutor::Connection(op.reader()), cases)
    }

    fn new(op: &'a Op, conn: DatabaseExecutor<'a>, cases: Vec<application::Model>) -> Self {
        Self {
            op,
            conn,
            cases,
            parameters: OnceCell::new(),
            missing: OnceCell::new(),
            members: OnceCell::new(),
            consents: OnceCell::new(),
            notices: OnceCell::new(),
            windows: OnceCell::new(),
            investigated: OnceCell::new(),
            own_person: OnceCell::new(),
            open: OnceCell::new(),
            serving: OnceCell::new(),
            verifications: OnceCell::new(),
            steps: OnceCell::new(),
            rules: OnceCell::new(),
            funds: OnceCell::new(),
            postings: OnceCell::new(),
            facts: OnceCell::new(),
            assessed: Mutex::default(),
            claims: OnceCell::new(),
            opinions: OnceCell::new(),
            transfers: OnceCell::new(),
        }
    }

    /// The operation it is for.
    pub fn op(&self) -> &'a Op {
        self.op
    }

    /// The cases looked at.
    pub fn cases(&self) -> &[application::Model] {
        &self.cases
    }

    /// The connection to read on: the mutation's own transaction, or that of queries.
    pub fn conn(&self) -> &DatabaseExecutor<'a> {
        &self.conn
    }

    /// All dated parameters.
    pub async fn parameters(&self) -> Result<&Parameters> {
        self.parameters.get_or_try_init(|| reference::parameters(&self.conn)).await
    }

    /// Names of the materials a case still lacks.
    pub(crate) async fn missing(&self, case: &application::Model) -> Result<&[String]> {
        let load = async || {
            use request_material::Column as C;
            let rows = request_material::Entity::find()
                .filter(C::RequestId.is_in(self.cases.iter().map(|case| case.request_id)))
                .filter(C::State.is_in([MaterialState::Missing, MaterialState::Requested]))
                .order_by_asc(C::Id)
                .all(&self.conn)
                .await?;
            let mut missing: HashMap<Uuid, Vec<String>> = HashMap::new();
            for row in rows {
                missing.entry(row.request_id).or_default().push(row.name_zh);
            }
            Ok::<_, Error>(missing)
        };
        Ok(self.missing.get_or_try_init(load).await?.get(&case.request_id).map_or(&[], Vec::as_slice))
    }

    /// The present members of a case's household.
    pub(crate) async fn members(&self, case: &application::Model) -> Result<&[Member]> {
        let load = || intake::members_of(&self.conn, self.cases.iter().map(|case| case.household_id));
        Ok(self.members.get_or_try_init(load).await?.get(&case.household_id).map_or(&[], Vec::as_slice))
    }

    /// The consents of all these cases' households.
    pub(crate) async fn consents(&self) -> Result<&[consent::Model]> {
        let load = || intake::consents_of(&self.conn, self.cases.iter().map(|case| case.household_id));
        Ok(self.consents.get_or_try_init(load).await?)
    }

    /// The notice of a case that was posted last.
    pub(crate) async fn notice(&self, case: &application::Model) -> Result<Option<&notice::Model>> {
        let load = async || {
            use notice::Column as C;
            let rows = notice::Entity::find()
                .filter(C::ApplicationId.is_in(self.cases.iter().map(|case| case.id)))
                .order_by_asc(C::PostedOn)
                .order_by_asc(C::Id)
                .all(&self.conn)
                .await?;
            Ok::<_, Error>(rows.into_iter().map(|row| (row.application_id, row)).collect::<HashMap<_, _>>())
        };
        Ok(self.notices.get_or_try_init(load).await?.get(&case.id))
    }

    /// The window of a case's town that is not closed.
    pub(crate) async fn town_window(&self, case: &application::Model) -> Result<Option<&service_window::Model>> {
        let load = async || {
            use service_window::Column as C;
            let towns: BTreeSet<_> = self.cases.iter().map(|case| town(&case.jurisdiction).to_owned()).collect();
            let open = service_window::Entity::find().filter(C::Jurisdiction.is_in(towns));
            Ok::<_, Error>(open.filter(C::ClosedOn.is_null()).all(&self.conn).await?)
        };
        let windows = self.windows.get_or_try_init(load).await?;
        Ok(windows.iter().find(|window| window.jurisdiction == town(&case.jurisdiction)))
    }

    /// The person the actor is, if the record says.
    pub(crate) async fn own_person(&self) -> Result<Option<Uuid>> {
        let user = self.op.signed_in()?.user_id;
        let load = async || {
            let account = user_account::Entity::find_by_id(user).one(&self.conn).await?;
            Ok::<_, Error>(account.and_then(|account| account.person_id))
        };
        Ok(*self.own_person.get_or_try_init(load).await?)
    }

    /// Whether a case's household has an open verification.
    pub(crate) async fn verified_elsewhere(&self, case: &application::Model) -> Result<bool> {
        let load = async || {
            use verification_row::Column as C;
            let open = verification_row::Entity::find()
                .filter(C::HouseholdId.is_in(self.cases.iter().map(|case| case.household_id)))
                .filter(C::State.eq(VerificationState::Open))
                .all(&self.conn)
                .await?;
            Ok::<_, Error>(open.into_iter().map(|row| row.household_id).collect())
        };
        Ok(self.open.get_or_try_init(load).await?.contains(&case.household_id))
    }

    /// The report of a case's household that serves every programme today; none while the household is verified anew,
    /// or once its members are others than those it is about.
    pub(crate) async fn serving(&self, case: &application::Model) -> Result<Option<&Serving>> {
        let households = || self.cases.iter().map(|case| case.household_id);
        let load = || verification::serving_of(&self.conn, households(), self.op.today());
        let found = self.serving.get_or_try_init(load).await?.get(&case.household_id);
        let Some(serving) = found else { return Ok(None) };
        let anew = self.verified_elsewhere(case).await?;
        Ok((!anew && serving.is_about(self.members(case).await?)).then_some(serving))
    }

    /// The verification of a case that was opened last.
    pub(crate) async fn verification(&self, case: &application::Model) -> Result<Option<&verification_row::Model>> {
        Ok(self.verifications().await?.get(&case.id))
    }

    async fn verifications(&self) -> Result<&HashMap<Uuid, verification_row::Model>> {
        let load = async || {
            use verification_row::Column as C;
            let rows = verification_row::Entity::find()
                .filter(C::ApplicationId.is_in(self.cases.iter().map(|case| case.id)))
                .order_by_asc(C::Id)
                .all(&self.conn)
                .await?;
            Ok::<_, Error>(rows.into_iter().map(|row| (row.application_id, row)).collect())
        };
        self.verifications.get_or_try_init(load).await
    }

    /// What was done in the verification of a case that was opened last, in order.
    pub(crate) async fn verification_steps(&self, case: &application::Model) -> Result<&[verification_step::Model]> {
        let load = async || {
            use verification_step::Column as C;
            let opened = self.verifications().await?.values().map(|row| row.id);
            let rows = verification_step::Entity::find()
                .filter(C::VerificationId.is_in(opened))
                .order_by_asc(C::Id)
                .all(&self.conn)
                .await?;
            let mut steps: HashMap<Uuid, Vec<verification_step::Model>> = HashMap::new();
            for row in rows {
                steps.entry(row.verification_id).or_default().push(row);
            }
            Ok::<_, Error>(steps)
        };
        let Some(opened) = self.verification(case).await? else { return Ok(&[]) };
        Ok(self.steps.get_or_try_init(load).await?.get(&opened.id).map_or(&[], Vec::as_slice))
    }

    /// Whether the actor investigated a case or issued its report.
    pub(crate) async fn investigated(&self, case: &application::Model) -> Result<bool> {
        let user = self.op.signed_in()?.user_id;
        let load = || verification::investigated(&self.conn, &self.cases, user);
        Ok(self.investigated.get_or_try_init(load).await?.contains(&case.id))
    }

    fn programmes(&self) -> BTreeSet<&str> {
        self.cases.iter().map(|case| case.programme.as_str()).collect()
    }

    /// The rule that names an item's channel today.
    pub(crate) async fn channel_rule(&self, programme: &str, item: &str) -> Result<Option<&channel_rule::Model>> {
        let load = || ledger::rules_of(&self.conn, self.programmes(), self.op.today());
        let rules = self.rules.get_or_try_init(load).await?;
        Ok(rules.iter().rfind(|rule| rule.programme == programme && rule.item == item))
    }

    /// What a rule's fund holds in a case's town.
    pub(crate) async fn fund(&self, case: &application::Model, rule: &channel_rule::Model) -> Result<Fen> {
        let load = async || {
            use account::Column as C;
            let towns: BTreeSet<_> = self.cases.iter().map(|case| town(&case.jurisdiction).to_owned()).collect();
            let funds = account::Entity::find()
                .filter(C::Kind.eq(AccountKind::Appropriation))
                .filter(C::Programme.is_in(self.programmes()))
                .filter(C::Jurisdiction.is_in(towns))
                .all(&self.conn)
                .await?;
            Ok::<_, Error>(funds)
        };
        let funds = self.funds.get_or_try_init(load).await?;
        let fund = funds.iter().find(|fund| {
            fund.programme == rule.programme
                && fund.channel == rule.channel
                && fund.jurisdiction == town(&case.jurisdiction)
        });
        Ok(fund.map_or(Fen(0), |fund| fund.balance_fen))
    }

    /// How many commitments and how many settlements a case has.
    pub(crate) async fn postings(&self, case: &application::Model) -> Result<(usize, usize)> {
        let load = async || {
            use ledger_entry::Column as C;
            let entries = ledger_entry::Entity::find()
                .filter(C::ApplicationId.is_in(self.cases.iter().map(|case| case.id)))
                .filter(C::Kind.is_in([EntryKind::Commitment, EntryKind::Settlement]))
                .all(&self.conn)
                .await?;
            let mut counts: HashMap<Uuid, (usize, usize)> = HashMap::new();
            for (id, kind) in entries.into_iter().filter_map(|entry| Some((entry.application_id?, entry.kind))) {
                let counted = counts.entry(id).or_default();
                if kind == EntryKind::Commitment { counted.0 += 1 } else { counted.1 += 1 }
            }
            Ok::<_, Error>(counts)
        };
        Ok(self.postings.get_or_try_init(load).await?.get(&case.id).copied().unwrap_or_default())
    }

    /// Refuses an actor who investigated a case or issued its report: 核查与审批分离.
    pub async fn must_not_have_investigated(&self, case: &application::Model, act: &str) -> Result<()> {
        let investigated = self.investigated(case).await?;
        ensure(!investigated, || Refusal::new(Code::SeparationOfDuties).arg("act", act))
    }

    /// The assessment of a case today for the lowest level that may decide it, with the facts it stands on.
    ///
    /// Errors: `PROGRAMME_NOT_OFFERED`, `PARAMETER_MISSING`, `WRONG_STATE` before a report exists, those of the module.
    pub async fn assessment(&self, case: &application::Model) -> Result<Assessed> {
        self.assess(case, None).await
    }

    /// The assessment of a case today for one level. Errors: as `assessment`.
    pub async fn assessment_at(&self, case: &application::Model, level: Level) -> Result<Assessed> {
        self.assess(case, Some(level)).await
    }

    async fn assess(&self, case: &application::Model, level: Option<Level>) -> Result<Assessed> {
        let key = (case.id, level);
        if let Some(known) = self.assessed.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(known));
        }
        let mut facts = match self.facts().await?.get(&case.id) {
            Some(Ok(facts)) => facts.clone(),
            Some(Err(Error::Refused(refusal))) => return Err(refusal.clone().into()),
            Some(Err(other)) => return Err(Error::internal(other)),
            None => return Err(Error::internal("a case that was not looked at")),
        };
        let assessment = decision::compute(self.op, case, &mut facts, self.parameters().await?, level)?;
        let made = Arc::new((assessment, facts));
        self.assessed.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&made));
        Ok(made)
    }

    async fn facts(&self) -> Result<&HashMap<Uuid, Result<Facts>>> {
        let load = || verification::facts_of_all(&self.conn, &self.cases, self.op.today());
        self.facts.get_or_try_init(load).await
    }

    /// What the members of all these cases were granted once only.
    pub(crate) async fn once_claims(&self) -> Result<&[once_claim::Model]> {
        let load = async || {
            let facts = self.facts().await?.values().filter_map(|facts| facts.as_ref().ok());
            let persons: BTreeSet<_> = facts.flat_map(|facts| &facts.members).map(|member| member.person_id).collect();
            decision::claims_of(&self.conn, persons).await
        };
        Ok(self.claims.get_or_try_init(load).await?)
    }

    /// The transfer of a case that was sent last.
    pub(crate) async fn transfer(&self, case: &application::Model) -> Result<Option<&transfer::Model>> {
        let load = async || {
            use transfer::Column as C;
            let rows = transfer::Entity::find()
                .filter(C::ApplicationId.is_in(self.cases.iter().map(|case| case.id)))
                .order_by_asc(C::Id)
                .all(&self.conn)
                .await?;
            Ok::<_, Error>(rows.into_iter().map(|row| (row.application_id, row)).collect())
        };
        Ok(self.transfers.get_or_try_init(load).await?.get(&case.id))
    }

    /// The opinions given on a case.
    pub(crate) async fn opinions(&self, case: &application::Model) -> Result<impl Iterator<Item = &opinion::Model>> {
        let load = async || {
            let given = opinion::Entity::find()
                .filter(opinion::Column::ApplicationId.is_in(self.cases.iter().map(|case| case.id)));
            Ok::<_, Error>(given.all(&self.conn).await?)
        };
        let id = case.id;
        Ok(self.opinions.get_or_try_init(load).await?.iter().filter(move |opinion| opinion.application_id == id))
    }
}

/// The town a place belongs to.
fn town(jurisdiction: &str) -> &str {
    jurisdiction.get(..9).unwrap_or(jurisdiction)
}

impl<'tx> Case<'tx, '_> {
    /// Looks at this one case, inside its transaction.
    pub fn look(&self) -> Look<'tx> {
        let tx = self.tx();
        Look::new(tx.op(), DatabaseExecutor::Transaction(tx.conn()), vec![self.row.clone()])
    }
}
