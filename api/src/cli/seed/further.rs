//! Further cases of the demo's families, for other programmes than dibao: they stand on the report there is.

use super::town::{Walk, text};
use anyhow::{Context, Result};
use entity::Day;
use serde::Deserialize;
use serde_json::{Value, json};

/// One further case of a family, and how far it has come.
#[derive(Deserialize)]
pub(super) struct Further {
    /// The family's place in the list.
    pub(super) family: usize,
    pub(super) programme: String,
    filed: Day,
    /// Day of the opinion and the notice, for a programme that posts.
    posted: Option<Day>,
    /// Day of the town's review.
    reviewed: Option<Day>,
    /// Day the school received the case; sent to it on the day of the review.
    received: Option<Day>,
    /// The member it is for, where it is for one.
    pupil: Option<usize>,
    /// The member whose illness it is about.
    patient: Option<usize>,
    details: Value,
}

impl Walk<'_> {
    /// Files the case and takes it as far as the sample says.
    pub(super) async fn again(&mut self, further: &Further) -> Result<()> {
        self.on(further.filed, "09:10")?;
        self.ask_for(further).await?;
        self.act(self.window(), "applicationPush", json!({})).await?;
        self.act("tw", "applicationAccept", json!({})).await?;
        let mut details = further.details.clone();
        if let Some(patient) = further.patient {
            details["personId"] = json!(self.persons.get(patient).context("no such patient")?);
        }
        let (mutation, head) = match further.pupil {
            Some(_) => ("educationDetailsRecord", "tr_edu"),
            None => ("temporaryDetailsRecord", "tr_social"),
        };
        self.act("tw", mutation, json!({ "details": details })).await?;
        if let Some(posted) = further.posted {
            self.on(posted, "10:00")?;
            let opinion = json!({ "outcome": "GRANT", "reason": "情况属实" });
            self.act("tu_social", "preliminaryOpinionGive", opinion).await?;
            self.act("tu_social", "noticePost", json!({})).await?;
        }
        let Some(reviewed) = further.reviewed else { return Ok(()) };
        self.on(reviewed, "09:00")?;
        self.act(head, "applicationTownReview", json!({ "outcome": "GRANT" })).await?;
        if further.pupil.is_some() { self.send_to_school(further.received).await } else { Ok(()) }
    }

    async fn ask_for(&mut self, further: &Further) -> Result<()> {
        let pupil = further.pupil.map(|pupil| self.persons.get(pupil).context("no such pupil")).transpose()?;
        let (need, evidence) = match pupil {
            Some(_) => ("子女寄宿就学，家庭困难", ("ENROLMENT", "学籍或在读材料")),
            None => ("家庭突遭变故，申请临时救助", ("HARDSHIP_EVIDENCE", "困难事由及支出凭证")),
        };
        let kinds =
            [("APPLICATION_FORM", "申请书"), ("ID_COPY", "身份证复印件"), ("HUKOU_COPY", "户口簿复印件"), evidence];
        let materials = kinds.map(|(kind, name)| json!({ "kind": kind, "name": name, "present": true }));
        let mut input = json!({
            "householdId": self.household, "applicantId": self.persons.first(), "programmes": [further.programme],
            "need": need, "materials": materials,
        });
        if let Some(person) = pupil {
            input["subjects"] = json!([{ "programme": further.programme, "personId": person }]);
        }
        let selection = "request { applications { nodes { id } } }";
        let filed = self.call(self.window(), "requestSubmit", input, selection).await?;
        self.case = text(&filed["request"]["applications"]["nodes"][0]["id"])?;
        Ok(())
    }

    /// Sends the case to the school, which receives it on a later day or not yet.
    async fn send_to_school(&mut self, received: Option<Day>) -> Result<()> {
        let input = self.on_case(json!({ "toUnit": "SCH_SCHOOL", "proposedChannel": "FC-STUDENT" })).await?;
        let sent = self.call("tu_edu", "transferSend", input, "transfer { id version }").await?;
        let Some(day) = received else { return Ok(()) };
        self.on(day, "09:00")?;
        let transfer = &sent["transfer"];
        let input = json!({ "transferId": transfer["id"], "expectedVersion": transfer["version"] });
        self.call("sch", "transferReceive", input, "transfer { id }").await?;
        Ok(())
    }
}
