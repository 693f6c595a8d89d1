//! The permissions of the shared flows; a module declares its own beside its handlers.

use policies::Permission;

const fn plain(name: &'static str) -> Permission {
    Permission { name, step: None, programme: None }
}

const fn step(name: &'static str, step: &'static str) -> Permission {
    Permission { name, step: Some(step), programme: None }
}

macro_rules! permissions {
    ($( $(#[doc = $doc:literal])+ $name:ident = $value:expr; )*) => {
        $( $(#[doc = $doc])+ pub const $name: Permission = $value; )*
    };
}

permissions! {
    /// Ask by which rules something is allowed.
    POLICY_EXPLAIN = plain("policy.explain");
    /// See applications.
    APPLICATION_READ = plain("application.read");
    /// See the cases that wait for one's role.
    WORKLIST_READ = plain("worklist.read");
    /// See requests.
    REQUEST_READ = plain("request.read");
    /// See materials of a request.
    MATERIAL_READ = plain("material.read");
    /// See households and members.
    HOUSEHOLD_READ = plain("household.read");
    /// See persons and their claims.
    PERSON_READ = plain("person.read");
    /// See identity numbers, as disclosure allows.
    PERSON_IDENTIFY = plain("person.identify");
    /// See consents.
    CONSENT_READ = plain("consent.read");
    /// See verifications and their steps.
    VERIFICATION_READ = plain("verification.read");
    /// See verification reports in full.
    REPORT_READ = plain("report.read");
    /// See appraisals.
    APPRAISAL_READ = plain("appraisal.read");
    /// See opinions.
    OPINION_READ = plain("opinion.read");
    /// See notices of one's cases.
    NOTICE_READ = plain("notice.read");
    /// See decisions.
    DECISION_READ = plain("decision.read");
    /// See benefits and their lines.
    BENEFIT_READ = plain("benefit.read");
    /// See accounts, entries and batches.
    LEDGER_READ = plain("ledger.read");
    /// See the events of a case.
    EVENT_READ = plain("event.read");
    /// See dated parameters.
    PARAMETER_READ = plain("parameter.read");
    /// See jurisdictions.
    JURISDICTION_READ = plain("jurisdiction.read");
    /// See organisation units.
    UNIT_READ = plain("unit.read");
    /// See service windows.
    WINDOW_READ = plain("window.read");
    /// See colleagues.
    USER_READ = plain("user.read");
    /// See audit events.
    AUDIT_READ = plain("audit.read");
    /// See the work calendar.
    CALENDAR_READ = plain("calendar.read");
    /// See public notices.
    PUBLIC_NOTICE = plain("public.notice");
    /// See the policy library.
    PUBLIC_POLICY = plain("public.policy");
    /// See name and version of the service, and sign in.
    PUBLIC_SERVICE = plain("public.service");
    /// See oneself.
    SESSION_SELF = plain("session.self");
    /// Find persons by number or name.
    PERSON_SEARCH = plain("person.search");
    /// Register a person.
    PERSON_REGISTER = plain("person.register");
    /// Record a claim about a person.
    PERSON_CLAIM = plain("person.claim");
    /// Register a household.
    HOUSEHOLD_REGISTER = plain("household.register");
    /// Record a consent.
    CONSENT_RECORD = plain("consent.record");
    /// Submit a request at a window.
    REQUEST_SUBMIT = plain("request.submit");
    /// Take in materials.
    MATERIAL_RECEIVE = plain("material.receive");
    /// Push a case from the village window to the town window.
    APPLICATION_PUSH = plain("application.push");
    /// Give the one supplement list.
    APPLICATION_SUPPLEMENT = plain("application.supplement");
    /// Accept an application.
    APPLICATION_ACCEPT = step("application.accept", "accept");
    /// Hand an accepted case to verification.
    VERIFICATION_START = step("verification.start", "accept");
    /// Have a household verified a second time although a report serves.
    VERIFICATION_REPEAT = plain("verification.repeat");
    /// Record what investigators found.
    VERIFICATION_INVESTIGATE = step("verification.investigate", "verify");
    /// Issue the verification report.
    VERIFICATION_REPORT = step("verification.report", "verify");
    /// Record a mass appraisal.
    APPRAISAL_RECORD = step("appraisal.record", "appraise");
    /// Give the preliminary opinion.
    OPINION_GIVE = step("opinion.give", "opinion");
    /// Post a notice.
    NOTICE_POST = step("notice.post", "notice");
    /// Review for the town.
    APPLICATION_REVIEW = step("application.review", "review");
    /// Forward a reviewed case to the district.
    APPLICATION_FORWARD = plain("application.forward");
    /// See transfers.
    TRANSFER_READ = plain("transfer.read");
    /// Send a case to the unit that is to handle or decide it.
    TRANSFER_SEND = step("transfer.send", "transfer");
    /// Receive a case that was sent to one's unit.
    TRANSFER_RECEIVE = plain("transfer.receive");
    /// Feed back what came of a transfer.
    TRANSFER_FEED_BACK = plain("transfer.feed_back");
    /// Inform the applicant of what came of a transfer.
    TRANSFER_INFORM = plain("transfer.inform");
    /// Decide for the town; whether the town may is a matter of authority.csv.
    APPLICATION_TOWN_DECIDE = plain("application.town_decide");
    /// Review for the district.
    APPLICATION_DISTRICT_REVIEW = step("application.district_review", "district_review");
    /// Settle commitments.
    LEDGER_SETTLE = step("ledger.settle", "pay");
    /// Post an appropriation.
    LEDGER_APPROPRIATE = step("ledger.appropriate", "pay");
    /// Move the clock (demo and tests).
    CLOCK_SET = plain("clock.set");
}
