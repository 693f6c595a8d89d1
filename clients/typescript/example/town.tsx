/** The town window's desk: accept what is complete, ask once for all that is missing. */

import { useCallback, useState } from "preact/hooks";
import {
  AcceptCaseDocument,
  CaseChangedDocument,
  RequestSupplementDocument,
  TownCasesDocument,
  type TownCasesQuery,
} from "../generated/tw/operations";
import { Cases } from "./cases";
import { useLive } from "./live";
import type { Desk } from "./main";
import { Note, type Said, done, failureOf } from "./note";

type Listed = NonNullable<TownCasesQuery["applications"]>["nodes"];

export function TownDesk({ desk }: { desk: Desk }) {
  const [listed, setListed] = useState<Listed>([]);
  const [said, setSaid] = useState<Said>();
  const refresh = useCallback(async () => {
    const states = ["TOWN_PENDING", "SUPPLEMENT_REQUIRED", "ACCEPTED"] as const;
    const { applications } = await desk.caller.ask(TownCasesDocument, { states });
    setListed([...(applications?.nodes ?? [])].reverse());
  }, [desk]);
  useLive(desk, CaseChangedDocument, refresh, setSaid);

  const act = async (what: () => Promise<string>) => {
    try {
      setSaid(done(await what()));
      await refresh();
    } catch (error) {
      setSaid(failureOf(error));
    }
  };
  const accept = (shown: Listed[number]) => async () => {
    await desk.caller.change(AcceptCaseDocument, { applicationId: shown.id, expectedVersion: shown.version });
    return `${shown.number} 已受理`;
  };
  const supplement = (shown: Listed[number]) => async () => {
    const missing = shown.request?.materials?.nodes.filter(({ state }) => state === "MISSING") ?? [];
    const items = missing.map(({ kind, nameZh }) => ({ kind, name: nameZh }));
    const given = { applicationId: shown.id, expectedVersion: shown.version, items };
    await desk.caller.change(RequestSupplementDocument, given);
    return `${shown.number} 已一次性告知补正：${items.map(({ name }) => name).join("、")}`;
  };

  return (
    <main>
      <section>
        <h2>待受理</h2>
        <Note said={said} />
        <Cases
          cases={listed}
          acts={[
            { mutation: "applicationAccept", label: () => "受理", act: (shown) => void act(accept(shown)) },
            {
              mutation: "applicationSupplementRequest",
              label: () => "一次性告知补正",
              act: (shown) => void act(supplement(shown)),
            },
          ]}
        />
      </section>
    </main>
  );
}
