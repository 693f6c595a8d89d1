/** A filing at the village window, step by step, under keys that outlive a reload: going on never doubles a step. */

import type { Done, Given, Onedoor, Operation } from "../src/onedoor";
import {
  type AreaType,
  type CaseFragment,
  type ClaimKind,
  PushCaseDocument,
  RecordClaimDocument,
  RecordConsentDocument,
  RecordDibaoDetailsDocument,
  RegisterHouseholdDocument,
  RegisterPersonDocument,
  SubmitRequestDocument,
} from "../generated/vw/operations";

export interface Member {
  readonly name: string;
  readonly idNumber: string;
  readonly relation: string;
  readonly stage: string;
  readonly disability: { readonly category: string; readonly grade: string };
}

export interface Filing {
  /** Begins the key of each step. */
  readonly key: string;
  readonly village: string;
  readonly day: string;
  readonly areaType: AreaType;
  readonly need: string;
  readonly members: readonly Member[];
  readonly programme: string;
  readonly materials: readonly { readonly kind: string; readonly name: string; readonly present: boolean }[];
}

/** Sources the consent covers; the window's own form lists them. */
const SOURCES = ["BANK", "VEHICLE", "TAX"];

/**
 * Takes a step of a filing under a key made of the filing and of what is given: the same step again answers the first
 * one's result, and a step whose words were mended is a new one.
 */
async function take<Data, Variables extends { input: unknown }>(
  window: Onedoor,
  filing: Filing,
  operation: Operation<Data, Variables>,
  given: Given<Variables>,
): Promise<Done<Data>> {
  const words = new TextEncoder().encode(`${operation.toString()}${JSON.stringify(given)}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", words));
  const mark = Array.from(digest.slice(0, 12), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return window.change(operation, given, `${filing.key}-${mark}`);
}

/** Registers persons, household and consents, submits, and pushes to the town; `said` hears of each step. */
export async function file(window: Onedoor, filing: Filing, said: (step: string) => void): Promise<CaseFragment> {
  const persons: string[] = [];
  for (const member of filing.members) {
    said(`登记人员：${member.name}`);
    persons.push(await register(window, filing, member));
  }
  const [head] = persons;
  if (head === undefined) throw new Error("请至少填写一名家庭成员");
  said("登记家庭与授权书");
  const householdId = await household(window, filing, persons, head);
  said("提交申请");
  const submitted = await take(window, filing, SubmitRequestDocument, {
    householdId,
    applicantId: head,
    programmes: [filing.programme],
    need: filing.need,
    materials: filing.materials.map(({ kind, name, present }) => ({ kind, name, present })),
  });
  const made = submitted.request?.applications?.nodes[0];
  if (!made) throw new Error("申请没有返回");
  const ready = filing.programme === "DIBAO" ? await describe(window, filing, made) : made;
  said("推送镇窗口");
  const pushed = await take(window, filing, PushCaseDocument, {
    applicationId: ready.id,
    expectedVersion: ready.version,
  });
  return pushed.application ?? ready;
}

async function register(window: Onedoor, filing: Filing, member: Member): Promise<string> {
  const { name, idNumber } = member;
  const given = { name, idNumber, villageCode: filing.village };
  const { person } = await take(window, filing, RegisterPersonDocument, given);
  if (!person) throw new Error(`${name} 没有登记成功`);
  const claims: readonly (readonly [ClaimKind, string])[] = [
    ["HUKOU", filing.village],
    ["EDUCATION_STAGE", member.stage],
    ["DISABILITY_CATEGORY", member.disability.category],
    ["DISABILITY_GRADE", member.disability.grade],
  ];
  for (const [kind, value] of claims.filter(([, value]) => value !== "")) {
    const claim = { personId: person.id, kind, value, source: "APPLICANT" };
    await take(window, filing, RecordClaimDocument, claim);
  }
  return person.id;
}

async function household(window: Onedoor, filing: Filing, persons: readonly string[], headId: string): Promise<string> {
  const members = filing.members.map(({ relation }, index) => ({ personId: persons[index] ?? null, relation }));
  const given = { headId, villageCode: filing.village, areaType: filing.areaType, members };
  const { household } = await take(window, filing, RegisterHouseholdDocument, given);
  if (!household) throw new Error("家庭没有登记成功");
  for (const personId of persons) {
    const signed = { purpose: filing.programme, sources: SOURCES, signedOn: filing.day };
    await take(window, filing, RecordConsentDocument, { householdId: household.id, personId, ...signed });
  }
  return household.id;
}

async function describe(window: Onedoor, filing: Filing, made: CaseFragment): Promise<CaseFragment> {
  const given = { applicationId: made.id, expectedVersion: made.version, details: { areaType: filing.areaType } };
  const { application } = await take(window, filing, RecordDibaoDetailsDocument, given);
  return application ?? made;
}
