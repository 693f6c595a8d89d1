/** The village window's desk: a new application, and what became of the others. */

import { useCallback, useState } from "preact/hooks";
import { CaseChangedDocument, CasesDocument, type CasesQuery, ReceiveMaterialsDocument } from "../generated/vw/operations";
import { Cases } from "./cases";
import { type Filing, type Member, file } from "./filing";
import { useLive } from "./live";
import type { Desk } from "./main";
import { Note, type Said, done, failureOf } from "./note";
import { RELATIONS, STAGES } from "./words";

type Listed = NonNullable<CasesQuery["applications"]>["nodes"];

const NOBODY: Member = { name: "", idNumber: "", relation: "10", stage: "", disability: { category: "", grade: "" } };
/** The key of a filing under way is kept until it is through, so that a second try goes on where the first broke off. */
const KEY = "filing-key";

function filingKey(): string {
  const kept = sessionStorage.getItem(KEY) ?? crypto.randomUUID();
  sessionStorage.setItem(KEY, kept);
  return kept;
}

export function VillageDesk({ desk }: { desk: Desk }) {
  const [listed, setListed] = useState<Listed>([]);
  const [said, setSaid] = useState<Said>();
  const refresh = useCallback(async () => {
    const { applications } = await desk.caller.ask(CasesDocument, { last: 20 });
    setListed([...(applications?.nodes ?? [])].reverse());
  }, [desk]);
  useLive(desk, CaseChangedDocument, refresh, setSaid);
  const receive = async (shown: Listed[number]) => {
    const kinds = outstanding(shown).map(({ kind }) => kind);
    try {
      const given = { applicationId: shown.id, expectedVersion: shown.version, kinds };
      await desk.caller.change(ReceiveMaterialsDocument, given);
      setSaid(done(`${shown.number} 补交材料已收齐`));
      await refresh();
    } catch (error) {
      setSaid(failureOf(error));
    }
  };
  return (
    <main class="two">
      <NewApplication desk={desk} onFiled={refresh} />
      <section>
        <h2>本村申请</h2>
        <Note said={said} />
        <Cases
          cases={listed}
          acts={[
            {
              mutation: "materialReceive",
              label: (shown) => `收到补交材料：${outstanding(shown).map(({ nameZh }) => nameZh).join("、")}`,
              act: (shown) => void receive(shown),
              wanted: (shown) => outstanding(shown).length > 0,
            },
          ]}
        />
      </section>
    </main>
  );
}

/** Materials the town asked for that are not there yet. */
function outstanding(shown: Listed[number]) {
  return shown.request?.materials?.nodes.filter(({ state }) => state === "REQUESTED") ?? [];
}

function NewApplication({ desk, onFiled }: { desk: Desk; onFiled: () => Promise<void> }) {
  const [members, setMembers] = useState<readonly Member[]>([{ ...NOBODY, relation: "02" }]);
  const [programme, setProgramme] = useState(desk.programmes[0]?.code ?? "");
  const [missing, setMissing] = useState<ReadonlySet<string>>(new Set());
  const [areaType, setAreaType] = useState<Filing["areaType"]>("RURAL");
  const [need, setNeed] = useState("");
  const [said, setSaid] = useState<Said>();
  const [busy, setBusy] = useState(false);
  const materials = desk.programmes.find(({ code }) => code === programme)?.materials ?? [];

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    const filing: Filing = {
      key: filingKey(),
      village: desk.me.jurisdiction,
      day: desk.me.today,
      areaType,
      need,
      members,
      programme,
      materials: materials.map((material) => ({ ...material, present: !missing.has(material.kind) })),
    };
    try {
      const filed = await file(desk.caller, filing, (step) => setSaid(done(`${step}……`)));
      sessionStorage.removeItem(KEY);
      setSaid(done(`申请 ${filed.number} 已推送镇窗口`));
      setMembers([{ ...NOBODY, relation: "02" }]);
      setNeed("");
      await onFiled();
    } catch (error) {
      setSaid(failureOf(error));
    } finally {
      setBusy(false);
    }
  };
  const change = (index: number, part: Partial<Member>) =>
    setMembers(members.map((member, at) => (at === index ? { ...member, ...part } : member)));
  const toggle = (kind: string) => {
    const next = new Set(missing);
    if (!next.delete(kind)) next.add(kind);
    setMissing(next);
  };

  return (
    <section>
      <h2>新的申请</h2>
      <form onSubmit={submit}>
        <div class="fields">
          <label>
            申请项目
            <select name="programme" value={programme} onChange={(event) => setProgramme(event.currentTarget.value)}>
              {desk.programmes.map(({ code, nameZh }) => (
                <option value={code}>{nameZh}</option>
              ))}
            </select>
          </label>
          <label>
            城乡类别
            <select
              name="areaType"
              value={areaType}
              onChange={(event) => setAreaType(event.currentTarget.value === "URBAN" ? "URBAN" : "RURAL")}
            >
              <option value="RURAL">农村</option>
              <option value="URBAN">城镇</option>
            </select>
          </label>
        </div>
        <h3>共同生活的家庭成员（第一位为户主）</h3>
        {members.map((member, index) => (
          <MemberFields member={member} index={index} onChange={(part) => change(index, part)} />
        ))}
        <button type="button" onClick={() => setMembers([...members, NOBODY])}>
          添加成员
        </button>
        <h3>申请事由</h3>
        <textarea
          name="need"
          aria-label="申请事由"
          required
          value={need}
          onInput={(event) => setNeed(event.currentTarget.value)}
        />
        <h3>已提交的材料</h3>
        {materials.map(({ kind, name }) => (
          <label class="line">
            <input type="checkbox" name={kind} checked={!missing.has(kind)} onChange={() => toggle(kind)} />
            {name}
          </label>
        ))}
        <div class="actions">
          <button class="main" disabled={busy}>
            登记并推送镇窗口
          </button>
        </div>
      </form>
      <Note said={said} />
    </section>
  );
}

function MemberFields(props: { member: Member; index: number; onChange: (part: Partial<Member>) => void }) {
  const { member, index, onChange } = props;
  const disability = (part: Partial<Member["disability"]>) => onChange({ disability: { ...member.disability, ...part } });
  return (
    <div class="member fields">
      <label>
        姓名
        <input name={`name-${index}`} required value={member.name} onInput={(event) => onChange({ name: event.currentTarget.value })} />
      </label>
      <label>
        公民身份号码
        <input
          name={`number-${index}`}
          required
          value={member.idNumber}
          onInput={(event) => onChange({ idNumber: event.currentTarget.value })}
        />
      </label>
      <label>
        与户主关系
        <select
          name={`relation-${index}`}
          disabled={index === 0}
          value={member.relation}
          onChange={(event) => onChange({ relation: event.currentTarget.value })}
        >
          {RELATIONS.map(([code, name]) => (
            <option value={code}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        就学阶段
        <select name={`stage-${index}`} value={member.stage} onChange={(event) => onChange({ stage: event.currentTarget.value })}>
          {STAGES.map(([code, name]) => (
            <option value={code}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        残疾类别（1–7）
        <input
          name={`category-${index}`}
          inputMode="numeric"
          value={member.disability.category}
          onInput={(event) => disability({ category: event.currentTarget.value })}
        />
      </label>
      <label>
        残疾等级（1–4）
        <input
          name={`grade-${index}`}
          inputMode="numeric"
          value={member.disability.grade}
          onInput={(event) => disability({ grade: event.currentTarget.value })}
        />
      </label>
    </div>
  );
}
