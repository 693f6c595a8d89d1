/** What the page calls things; messages of the server come in Chinese already. */

import type { ApplicationState } from "../generated/vw/operations";

const STATES: Partial<Record<ApplicationState, string>> = {
  VILLAGE_RECEIVED: "村居已收件",
  TOWN_PENDING: "待镇受理",
  SUPPLEMENT_REQUIRED: "待补正",
  ACCEPTED: "已受理",
  VERIFYING: "核查中",
  VERIFIED: "已核查",
  APPRAISED: "已评议",
  PRELIM_OPINION: "已初审",
  FIRST_NOTICE: "公示中",
  TOWN_REVIEWED: "镇已审核",
  TOWN_DECIDED: "镇已审批",
  DISTRICT_REVIEW: "区审核中",
  APPROVED: "已批准",
  REJECTED: "不予批准",
  ACTIVE: "发放中",
};

export const stateName = (state: ApplicationState): string => STATES[state] ?? state;

/** Relations to the head, GB/T 4761. */
export const RELATIONS = [
  ["02", "户主"],
  ["10", "配偶"],
  ["20", "儿子"],
  ["30", "女儿"],
  ["50", "父母"],
  ["40", "孙子女"],
  ["80", "其他"],
] as const;

export const STAGES = [
  ["", "不在校"],
  ["PRESCHOOL", "学前"],
  ["PRIMARY", "小学"],
  ["JUNIOR", "初中"],
  ["SENIOR", "高中"],
] as const;
