/** Cases as both desks list them. */

import type { ComponentChildren } from "preact";
import type { ApplicationState } from "../generated/vw/operations";
import { stateName } from "./words";

/** What is shown of a case, whoever reads it. */
export interface Shown {
  readonly id: string;
  readonly number: string;
  readonly state: ApplicationState;
  readonly receivedOn: string;
  readonly acceptedOn: string | null;
  readonly dueOn: string | null;
  readonly household: { readonly head: { readonly nameZh: string | null } | null } | null;
}

export function Cases<C extends Shown>({ cases, acts }: { cases: readonly C[]; acts?: (shown: C) => ComponentChildren }) {
  if (cases.length === 0) return <p>还没有申请。</p>;
  return (
    <>
      {cases.map((shown) => (
        <article class="case" key={shown.id} data-state={shown.state}>
          <div class="head">
            <strong>{shown.household?.head?.nameZh ?? "—"}</strong>
            <span class={`state ${shown.state}`}>{stateName(shown.state)}</span>
            <span class="number">{shown.number}</span>
          </div>
          <div class="dates">
            收件 {shown.receivedOn}
            {shown.acceptedOn && `　受理 ${shown.acceptedOn}　办结期限 ${shown.dueOn}`}
          </div>
          {acts?.(shown)}
        </article>
      ))}
    </>
  );
}
