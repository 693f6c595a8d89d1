/** AT-01, rural dibao, clean run: each step by the typed client of the role that takes it. */

import assert from "node:assert/strict";
import { Onedoor, Refused } from "../src/onedoor";
import { ApproveDibaoDocument } from "../generated/da_civil/operations";
import { CommitmentsDocument, PostDisbursementDocument } from "../generated/fin/operations";
import { ReviewForTownDocument } from "../generated/tr_social/operations";
import {
  ForwardCaseDocument,
  GivePreliminaryOpinionDocument,
  PostNoticeDocument,
  PreviewDibaoDocument,
  RecordAppraisalDocument,
} from "../generated/tu_social/operations";
import {
  InvestigatorsDocument,
  IssueReportDocument,
  RecordComparisonDocument,
  RecordHomeVisitDocument,
} from "../generated/tv/operations";
import { AcceptCaseDocument, StartVerificationDocument } from "../generated/tw/operations";
import {
  CaseNowDocument,
  type ClaimKind,
  PushCaseDocument,
  RecordClaimDocument,
  RecordConsentDocument,
  RecordDibaoDetailsDocument,
  RegisterHouseholdDocument,
  RegisterPersonDocument,
  SubmitRequestDocument,
} from "../generated/vw/operations";
import { moveClock, signIn } from "./people";

const VILLAGE = "500118107200";

interface Member {
  readonly name: string;
  readonly idNumber: string;
  readonly relation: string;
  readonly claims: readonly (readonly [ClaimKind, string])[];
}

const FAMILY: readonly Member[] = [
  { name: "张守田", idNumber: "510229197103120116", relation: "02", claims: [["HUKOU", VILLAGE], ["EMPLOYMENT", "FARMER"]] },
  {
    name: "李秀英",
    idNumber: "510229197308250221",
    relation: "12",
    claims: [["DISABILITY_CATEGORY", "4"], ["DISABILITY_GRADE", "2"], ["EMPLOYMENT", "UNABLE"]],
  },
  { name: "张小满", idNumber: "500383200409060247", relation: "30", claims: [["EDUCATION_STAGE", "JUNIOR"]] },
];

const MATERIALS = [
  { kind: "APPLICATION_FORM", name: "低保申请书" },
  { kind: "ID_COPY", name: "居民身份证复印件" },
  { kind: "HUKOU_COPY", name: "户口簿复印件" },
  { kind: "INCOME_STATEMENT", name: "家庭收入申报表" },
  { kind: "PROPERTY_STATEMENT", name: "家庭财产申报表" },
];

/** What every step on a case takes. */
async function seen(caller: Onedoor, applicationId: string): Promise<{ applicationId: string; expectedVersion: number }> {
  const { node } = await caller.ask(CaseNowDocument, { id: applicationId });
  assert(node && "version" in node, "the case is there");
  return { applicationId, expectedVersion: node.version };
}

async function file(window: Onedoor): Promise<{ applicationId: string; members: readonly string[] }> {
  const members: string[] = [];
  for (const { name, idNumber, claims } of FAMILY) {
    const { person } = await window.change(RegisterPersonDocument, { name, idNumber, villageCode: VILLAGE });
    assert(person);
    members.push(person.id);
    for (const [kind, value] of claims) {
      await window.change(RecordClaimDocument, { personId: person.id, kind, value, source: "APPLICANT" });
    }
  }
  const [head] = members;
  assert(head);
  const { household } = await window.change(RegisterHouseholdDocument, {
    headId: head,
    villageCode: VILLAGE,
    areaType: "RURAL",
    members: FAMILY.map(({ relation }, index) => ({ personId: members[index] ?? null, relation, counted: true })),
  });
  assert(household);
  for (const personId of members) {
    const sources = ["BANK", "VEHICLE", "TAX"];
    const consent = { householdId: household.id, personId, sources, purpose: "DIBAO", signedOn: "2018-10-19" };
    await window.change(RecordConsentDocument, consent);
  }
  const { request } = await window.change(SubmitRequestDocument, {
    householdId: household.id,
    applicantId: head,
    programmes: ["DIBAO"],
    need: "家庭收入低，申请低保",
    materials: MATERIALS.map((material) => ({ ...material, present: true })),
  });
  const application = request?.applications?.nodes[0];
  assert(application);
  assert.equal(application.state, "VILLAGE_RECEIVED");
  await window.change(PushCaseDocument, { applicationId: application.id, expectedVersion: application.version });
  return { applicationId: application.id, members };
}

async function verify(verifier: Onedoor, verificationId: string, members: readonly string[]): Promise<void> {
  const { users } = await verifier.ask(InvestigatorsDocument, {});
  const investigatorIds = ["tv", "tv2"].map((login) => {
    const user = users?.nodes.find((node) => node.login === login);
    assert(user, `${login} is seen by a colleague`);
    return user.id;
  });
  const heldOn = "2018-10-31";
  await verifier.change(RecordHomeVisitDocument, {
    verificationId,
    heldOn,
    facts: "家庭住房一处，无车辆",
    investigatorIds,
    familySignerId: members[0] ?? null,
  });
  const compared = { verificationId, heldOn, source: "VEHICLE", result: "MATCHED", facts: "未发现车辆登记" } as const;
  const { verification } = await verifier.change(RecordComparisonDocument, compared);
  assert(verification);
  const farm = (kind: "FARM_GROSS" | "FARM_COST", amount: string) =>
    ({ kind, period: "LAST_TWELVE_MONTHS", amount, source: "入户调查" }) as const;
  await verifier.change(IssueReportDocument, {
    verificationId,
    expectedVersion: verification.version,
    conclusion: "DIFFICULT",
    incomes: [farm("FARM_GROSS", "14400.00"), farm("FARM_COST", "4800.00")],
    assets: [],
    flags: [],
    incomeStable: true,
  });
}

async function main(server: string): Promise<void> {
  const person = (login: string) => signIn(server, login);
  const [vw, tw, tv, tu] = [await person("vw"), await person("tw"), await person("tv"), await person("tu_social")];
  const [tr, da, fin] = [await person("tr_social"), await person("da_civil"), await person("fin")];

  await moveClock(tw, "2018-10-19T09:00:00+08:00");
  const { applicationId, members } = await file(vw);

  await moveClock(tw, "2018-10-22T09:00:00+08:00");
  await tw.change(AcceptCaseDocument, await seen(tw, applicationId));
  await vw.change(RecordDibaoDetailsDocument, { ...(await seen(vw, applicationId)), details: { areaType: "RURAL" } });
  const { verification } = await tw.change(StartVerificationDocument, await seen(tw, applicationId));
  assert(verification);

  await moveClock(tw, "2018-10-31T16:00:00+08:00");
  await verify(tv, verification.id, members);
  const { dibaoPreview } = await tu.ask(PreviewDibaoDocument, { input: { applicationId } });
  const figures = new Map(dibaoPreview?.whole?.figures?.map(({ name, value }) => [name, value]));
  assert.equal(dibaoPreview?.whole?.total, "630.00");
  assert.equal(figures.get("perCapitaIncome"), "266.67");

  await moveClock(tw, "2018-11-02T15:00:00+08:00");
  const panel = { panelCount: 9, representativeCount: 6, agreeCount: 9, againstCount: 0, signed: true, disputed: false };
  await tu.change(RecordAppraisalDocument, { ...(await seen(tu, applicationId)), heldOn: "2018-11-02", ...panel });
  await tu.change(GivePreliminaryOpinionDocument, { ...(await seen(tu, applicationId)), outcome: "GRANT" });

  await moveClock(tw, "2018-11-05T09:00:00+08:00");
  const { notice } = await tu.change(PostNoticeDocument, await seen(tu, applicationId));
  assert.equal(notice?.amount, "630.00");
  const early = await tr
    .change(ReviewForTownDocument, { ...(await seen(tr, applicationId)), outcome: "GRANT" })
    .catch((error: unknown) => error);
  assert(early instanceof Refused, String(early));
  assert.equal(early.code, "NOTICE_PERIOD_NOT_ELAPSED");

  await moveClock(tw, "2018-11-13T09:00:00+08:00");
  await tr.change(ReviewForTownDocument, { ...(await seen(tr, applicationId)), outcome: "GRANT" });
  await tu.change(ForwardCaseDocument, await seen(tu, applicationId));

  await moveClock(tw, "2018-11-20T10:00:00+08:00");
  const key = crypto.randomUUID();
  const given = await seen(da, applicationId);
  const { decision } = await da.change(ApproveDibaoDocument, given, key);
  assert.deepEqual(decision, {
    id: decision?.id,
    outcome: "APPROVED",
    amount: "630.00",
    startMonth: "2018-11",
    reviewClass: "ANNUAL",
  });
  const again = await da.change(ApproveDibaoDocument, given, key);
  assert.equal(again.decision?.id, decision?.id, "the same key answers the same decision");

  await pay(fin, applicationId);
  const { node } = await fin.ask(CaseNowDocument, { id: applicationId });
  assert(node && "state" in node);
  assert.equal(node.state, "ACTIVE");
  console.log("AT-01 through the typed client: ok");
}

async function pay(fin: Onedoor, applicationId: string): Promise<void> {
  const { ledgerEntries } = await fin.ask(CommitmentsDocument, {});
  const entries = (ledgerEntries?.nodes ?? []).filter(({ application }) => application?.id === applicationId);
  const amounts = entries.map(({ item, amount, channel }) => `${item} ${amount} ${channel}`);
  const expected = ["BASE 430.00", "DISABLED 40.00", "KEY_100 100.00", "KEY_60 60.00"].map((line) => `${line} FC-DIBAO`);
  assert.deepEqual(amounts.sort(), expected);
  const lines = entries.map(({ id, item, amount }) => ({ commitmentId: id, programme: "DIBAO", item, amount }));
  const paid = await fin.change(PostDisbursementDocument, { channel: "FC-DIBAO", month: "2018-11", lines });
  assert.equal(paid.disbursementBatch?.total, "630.00");
}

const server = process.argv[2];
assert(server, "which server?");
await main(server);
