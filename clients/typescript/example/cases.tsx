/** Cases as both desks list them, each with what can be done on it now. */

import type { ApplicationState, AvailableFragment } from "../generated/vw/operations";
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
  readonly availableActions: AvailableFragment["availableActions"];
}

/** A button: the mutation it stands for, what it says, and what it does. */
export interface Act<C> {
  readonly mutation: string;
  readonly label: (shown: C) => string;
  readonly act: (shown: C) => void;
  /** Whether there is a reason to offer it, beside its being allowed. */
  readonly wanted?: (shown: C) => boolean;
}

/** Of a case that has moved on there is nothing to explain. */
const MOVED_ON = "WRONG_STATE";

export function Cases<C extends Shown>({ cases, acts }: { cases: readonly C[]; acts: readonly Act<C>[] }) {
  if (cases.length === 0) return <p>还没有申请。</p>;
  return (
    <>
      {cases.map((shown) => (
        <article class="case" key={shown.id} data-number={shown.number} data-state={shown.state}>
          <div class="head">
            <strong>{shown.household?.head?.nameZh ?? "—"}</strong>
            <span class={`state ${shown.state}`}>{stateName(shown.state)}</span>
            <span class="number">{shown.number}</span>
          </div>
          <div class="dates">
            收件 {shown.receivedOn}
            {shown.acceptedOn && `　受理 ${shown.acceptedOn}　办结期限 ${shown.dueOn}`}
          </div>
          <Buttons shown={shown} acts={acts} />
        </article>
      ))}
    </>
  );
}

/** The server says what can be done and why not; a button that would be refused tells why instead. */
function Buttons<C extends Shown>({ shown, acts }: { shown: C; acts: readonly Act<C>[] }) {
  const known = new Map(shown.availableActions?.map((action) => [action.name, action]));
  const offered = acts.filter(({ mutation, wanted }) => known.get(mutation)?.allowed && (wanted?.(shown) ?? true));
  const refused = acts
    .flatMap(({ mutation }) => known.get(mutation) ?? [])
    .filter(({ allowed, code }) => !allowed && code !== MOVED_ON);
  return (
    <>
      {offered.length > 0 && (
        <div class="actions">
          {offered.map(({ mutation, label, act }, index) => (
            <button class={index === 0 ? "main" : ""} key={mutation} onClick={() => act(shown)}>
              {label(shown)}
            </button>
          ))}
        </div>
      )}
      {offered.length === 0 && refused.map(({ name, message }) => <div class="why" key={name}>{message}</div>)}
    </>
  );
}
