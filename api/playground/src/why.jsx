// Why a field or an action is there, or is not: the policy's own answer.
import { useEffect, useState } from "react";
import { called } from "./identity.jsx";
import { troubles, Trouble } from "./result.jsx";

const TRIES = ["Mutation.dibaoApprove", "Mutation.applicationAccept", "Person.idNumber"];
const ROW = "{ file line text }";
const QUESTION = `query Why($input: PolicyExplainInput!) {
  policyExplain(input: $input) {
    name on allowed reason dataClass disclosure
    needs { permission allowed reason scope roleRow ${ROW} authorityRow ${ROW} heldBy ${ROW} }
  }
}`;

// A row of a policy file, as it is written there.
function Row({ row, label }) {
  return (
    <div className="policy-row">
      <span>{label} <code>{row.file}:{row.line}</code></span>
      <pre tabIndex="0">{row.text}</pre>
    </div>
  );
}

function Need({ need, words }) {
  return (
    <li className={need.allowed ? "need yes" : "need no"}>
      <div className="need-head"><code>{need.permission}</code>
        <span>{words.scopes[need.scope] ?? need.scope}</span></div>
      <p>{need.reason}</p>
      {need.roleRow && <Row row={need.roleRow} label={words.roleRow} />}
      {need.authorityRow && <Row row={need.authorityRow} label={words.authorityRow} />}
      {need.heldBy.length > 0 && (
        <details><summary>{words.heldBy} <span className="count">{need.heldBy.length}</span></summary>
          {need.heldBy.map((row) => <Row key={`${row.file}:${row.line}`} row={row} label="" />)}</details>
      )}
    </li>
  );
}

function Answer({ found, words }) {
  return (
    <>
      <h3><code>{found.name}</code><span className={found.allowed ? "badge done" : "badge refused"} data-allowed={found.allowed}>
        {found.allowed ? words.allowed : words.notAllowed}</span></h3>
      {found.needs.length === 0 && <p className="reason">{found.reason}</p>}
      <ul className="needs">{found.needs.map((need) => <Need key={need.permission} need={need} words={words} />)}</ul>
      <dl className="facts">
        <div><dt>{words.whyDay}</dt><dd>{found.on}</dd></div>
        {found.dataClass && <div><dt>{words.dataClass}</dt><dd>{words.classes[found.dataClass] ?? found.dataClass} <small>{found.dataClass}</small></dd></div>}
        {found.disclosure && <div><dt>{words.disclosure}</dt><dd>{words.disclosures[found.disclosure] ?? found.disclosure}</dd></div>}
      </dl>
    </>
  );
}

// Whom an auditor asks about: a role, its unit, a programme, a day.
function Whom({ form, set, names, words, language }) {
  const choice = (kind, label, empty) => (
    <label>{label}
      <select name={kind} value={form[kind] ?? ""} onChange={set(kind)}>
        <option value="">{empty}</option>
        {Object.entries(names?.[kind] ?? {}).map(([code, name]) => <option key={code} value={code}>{name[language]} {code}</option>)}
      </select>
    </label>
  );
  return (
    <div className="pair">
      {choice("role", words.whyRole, words.whyOwn)}
      {choice("unit", words.whyUnit, "—")}
      {choice("programme", words.whyProgramme, "—")}
      <label>{words.whyDay}<input type="date" name="on" value={form.on ?? ""} onChange={set("on")} /></label>
    </div>
  );
}

export function Why({ schema, words, language, names, ask, wanted, role }) {
  const [form, setForm] = useState({ name: "" });
  const [answer, setAnswer] = useState(null);
  const [asked, setAsked] = useState([]);
  const known = schema?.getQueryType()?.getFields().policyExplain;
  const explain = async (given) => {
    const input = Object.fromEntries(Object.entries(given).filter(([, value]) => value));
    const { body } = await ask({ query: QUESTION, variables: { input } });
    setAnswer({ name: given.name, body });
    setAsked((each) => [given.name, ...each.filter((name) => name !== given.name)].slice(0, 6));
  };
  useEffect(() => {
    if (!wanted) return;
    const given = { ...form, name: wanted.name };
    setForm(given);
    if (known) explain(given);
  }, [wanted]);
  // An answer is about the role that asked; so is whom one may ask about.
  useEffect(() => {
    setAnswer(null);
    setForm(({ name }) => ({ name }));
  }, [schema]);
  if (!schema) return <p className="empty">{words.loading}</p>;
  if (!known) return <p className="empty">{words.whyUnavailable}</p>;
  const send = (event) => {
    event.preventDefault();
    explain(form);
  };
  const set = (key) => (event) => setForm({ ...form, [key]: event.target.value });
  const again = (name) => {
    setForm({ ...form, name });
    explain({ ...form, name });
  };
  const found = answer?.body.data?.policyExplain;
  return (
    <div className="why">
      <form onSubmit={send} className="form">
        <p className="hint">{words.whyHelp}</p>
        <label>{words.whyName}
          <input name="name" required autoCapitalize="off" spellCheck="false" placeholder={TRIES[0]} value={form.name} onChange={set("name")} />
        </label>
        {role === "AUD" && <Whom {...{ form, set, names, words, language }} />}
        <div className="row"><button type="submit" className="primary">{words.whyAsk}</button></div>
      </form>
      <p className="tries"><span>{asked.length ? words.whyRecent : words.whyTry}</span>
        {(asked.length ? asked : TRIES).map((name) => (
          <button key={name} type="button" className="chip" onClick={() => again(name)}><code>{name}</code></button>
        ))}
      </p>
      {answer && (
        <section className="because-all" aria-live="polite" aria-label={words.why} data-explained={answer.name}>
          {troubles(answer.body).length > 0 && <Trouble found={troubles(answer.body)} />}
          {found && <Answer found={found} words={words} />}
        </section>
      )}
      {form.role && <p className="hint">{called(names, "role", form.role, language)}{form.unit && ` · ${called(names, "unit", form.unit, language)}`}</p>}
    </div>
  );
}
