// Why a field or an action is there, or is not: the policy's own answer.
import { getNamedType, getNullableType, isLeafType } from "graphql";
import { useEffect, useState } from "react";
import { called } from "./identity.jsx";
import { troubles, Trouble } from "./result.jsx";
import { describe } from "./words.js";

const DEPTH_MAX = 4;
const TRIES = ["Mutation.dibaoApprove", "Mutation.applicationAccept", "Person.idNumber"];

export function explainField(schema) {
  return schema?.getQueryType()?.getFields().policyExplain ?? null;
}

// All there is to say: every field of the answer, as deep as it goes.
function selection(type, depth = 1) {
  const named = getNamedType(type);
  if (isLeafType(named)) return "";
  if (depth > DEPTH_MAX || !named.getFields) return " { __typename }";
  const own = Object.values(named.getFields()).map((field) => field.name + selection(field.type, depth + 1));
  return ` { ${own.join(" ")} }`;
}

function inputFields(field) {
  const type = getNullableType(field.args.find((arg) => arg.name === "input")?.type);
  return type?.getFields ? type.getFields() : {};
}

const isRow = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

function Value({ value, names, language }) {
  if (value === null || value === "") return <i className="none">—</i>;
  if (typeof value === "boolean") return <b className={value ? "yes" : "no"}>{value ? "✓" : "✗"}</b>;
  const known = ["role", "unit", "programme", "step", "purpose"].map((kind) => called(names, kind, value, language)).find((name) => name !== value);
  return <>{String(value)}{known && <small> {known}</small>}</>;
}

function Rows({ of, type, names, language }) {
  const fields = getNamedType(type).getFields();
  const name = (key) => describe(fields[key]?.description, language).main.replace(/[.。].*$/s, "") || key;
  const plain = Object.entries(of).filter(([, value]) => !isRow(value) && !(Array.isArray(value) && value.some(isRow)));
  const inner = Object.entries(of).filter(([, value]) => isRow(value) || (Array.isArray(value) && value.some(isRow)));
  return (
    <>
      <dl className="facts">
        {plain.filter(([, value]) => !(Array.isArray(value) && !value.length)).map(([key, value]) => (
          <div key={key}><dt title={key}>{name(key)}</dt>
            <dd>{Array.isArray(value) ? value.join(", ") : <Value value={value} names={names} language={language} />}</dd></div>
        ))}
      </dl>
      {inner.map(([key, value]) => (
        <section key={key} className="because"><h4>{name(key)}</h4>
          {[value].flat().map((row, at) => <div key={at} className="row-card"><Rows of={row} type={fields[key].type} names={names} language={language} /></div>)}
        </section>
      ))}
    </>
  );
}

export function Why({ schema, words, language, names, ask, wanted, today, role }) {
  const field = explainField(schema);
  const [form, setForm] = useState({ name: "" });
  const [answer, setAnswer] = useState(null);
  const [asked, setAsked] = useState([]);
  const inputs = field ? inputFields(field) : {};
  const explain = async (given) => {
    const input = Object.fromEntries(Object.entries(given).filter(([key, value]) => value && inputs[key]));
    const query = `query Why($input: ${field.args[0].type}) { policyExplain(input: $input)${selection(field.type)} }`;
    const { body } = await ask({ query, variables: { input } });
    setAnswer({ name: given.name, body });
    setAsked((each) => [given.name, ...each.filter((name) => name !== given.name)].slice(0, 6));
  };
  useEffect(() => {
    if (!wanted) return;
    const given = { ...form, name: wanted.name };
    setForm(given);
    if (field) explain(given);
  }, [wanted]);
  // An answer is about the role that asked.
  useEffect(() => setAnswer(null), [schema]);
  if (!schema) return <p className="empty">{words.loading}</p>;
  if (!field) return <p className="empty">{words.whyUnavailable}</p>;
  const send = (event) => {
    event.preventDefault();
    explain(form);
  };
  const set = (key) => (event) => setForm({ ...form, [key]: event.target.value });
  const found = answer?.body.data?.policyExplain;
  const choices = (kind) => Object.entries(names?.[kind] ?? {});
  return (
    <div className="why">
      <form onSubmit={send} className="form">
        <p className="hint">{words.whyHelp}</p>
        <label>{words.whyName}
          <input name="name" required autoCapitalize="off" spellCheck="false" placeholder={TRIES[0]} value={form.name} onChange={set("name")} />
        </label>
        {role === "AUD" && (
          <div className="pair">
            {["role", "unit"].map((kind) => inputs[kind] && (
              <label key={kind}>{kind === "role" ? words.whyRole : words.whyUnit}
                <select name={kind} value={form[kind] ?? ""} onChange={set(kind)}>
                  <option value="">{words.whyOwn}</option>
                  {choices(kind).map(([code, name]) => <option key={code} value={code}>{name[language]} {code}</option>)}
                </select>
              </label>
            ))}
            {inputs.level && <label>{words.whyLevel}
              <select name="level" value={form.level ?? ""} onChange={set("level")}>
                <option value="">{words.whyOwn}</option>
                {Object.entries(words.level).map(([code, name]) => <option key={code} value={code}>{name}</option>)}
              </select></label>}
            {["day", "on"].map((key) => inputs[key] && (
              <label key={key}>{words.whyDay}<input type="date" name={key} value={form[key] ?? ""} placeholder={today} onChange={set(key)} /></label>
            ))}
          </div>
        )}
        <div className="row"><button type="submit" className="primary">{words.whyAsk}</button></div>
      </form>
      <p className="tries"><span>{asked.length ? words.whyRecent : words.whyTry}</span>
        {(asked.length ? asked : TRIES).map((name) => (
          <button key={name} type="button" className="chip" onClick={() => { setForm({ ...form, name }); explain({ ...form, name }); }}><code>{name}</code></button>
        ))}
      </p>
      {answer && (
        <section className="because-all" aria-live="polite" data-explained={answer.name}>
          {troubles(answer.body).length > 0 && <Trouble found={troubles(answer.body)} />}
          {found && (
            <>
              <h3><code>{answer.name}</code>
                {typeof found.allowed === "boolean" && <span className={found.allowed ? "badge done" : "badge refused"}>{found.allowed ? words.allowed : words.notAllowed}</span>}</h3>
              <Rows of={found} type={field.type} names={names} language={language} />
            </>
          )}
        </section>
      )}
    </div>
  );
}
