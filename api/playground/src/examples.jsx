// Examples: data files that run as they stand, chosen by role and held against the role's own schema.
import { parse, validate } from "graphql";
import { useMemo } from "react";
import decide from "../examples/decide.json";
import handle from "../examples/handle.json";
import live from "../examples/live.json";
import pay from "../examples/pay.json";
import platform from "../examples/platform.json";
import programmes from "../examples/programmes.json";
import read from "../examples/read.json";
import verify from "../examples/verify.json";
import windows from "../examples/window.json";

const ALL = [...platform, ...read, ...windows, ...verify, ...handle, ...decide, ...programmes, ...pay, ...live];
const GROUPS = ["act", "read", "refusal", "live", "me"];

// The operation with the comments of one language.
export function operationText(example, language) {
  const other = language === "zh" ? "#en " : "#zh ";
  return example.operation.filter((line) => !line.trimStart().startsWith(other))
    .map((line) => line.replace(/#(zh|en) /, "# ")).join("\n");
}

function meant(example, role) {
  return example.roles.includes(role) || (example.roles.includes("*") && role !== "PUB");
}

// The examples of a role; one whose fields this unit's schema lacks is not shown.
export function useExamples(schema, role) {
  return useMemo(() => {
    if (!schema) return [];
    return ALL.filter((example) => meant(example, role) && validate(schema, parse(operationText(example, "en"))).length === 0);
  }, [schema, role]);
}

const at = (value, path) => path.split(".").reduce((inner, step) => inner?.[step], value);

function put(value, path, found) {
  const steps = path.split(".");
  const last = steps.pop();
  let inner = value;
  for (const step of steps) inner = inner[step];
  inner[last] = found;
}

// Variables as they stand: a fresh key, today's date, and what the first query finds. Null if it finds nothing.
export async function fill(example, today, ask) {
  const named = { $key: () => `playground-${crypto.randomUUID()}`, $today: () => today };
  const text = JSON.stringify(example.variables ?? {}, (_, value) => named[value]?.() ?? value);
  const variables = JSON.parse(text);
  if (!example.prepare) return variables;
  const { body } = await ask({ query: example.prepare.query, variables: {} });
  for (const [target, source] of Object.entries(example.prepare.take)) {
    const found = at(body.data, source);
    if (found === undefined || found === null) return null;
    put(variables, target, found);
  }
  return variables;
}

export function Examples({ examples, words, language, onChoose, chosen, missing }) {
  if (!examples.length) return <p className="empty">{words.noExamples}</p>;
  return (
    <div className="examples">
      <p className="hint">{words.examplesHelp}</p>
      {GROUPS.map((group) => {
        const own = examples.filter((example) => example.group === group);
        return own.length > 0 && (
          <section key={group} aria-label={words.groups[group]}>
            <h3 className={`group ${group}`}>{words.groups[group]}<span className="count">{own.length}</span></h3>
            <ul>
              {own.map((example) => (
                <li key={example.id}>
                  <button type="button" className="example" aria-pressed={chosen === example.id} data-example={example.id}
                    onClick={() => onChoose(example)}>
                    <strong>{example.title[language]}</strong>
                    <span>{example.about[language]}</span>
                  </button>
                  {missing === example.id && (
                    <p className="notice" role="status"><b>{words.nothingPrepared}</b> {words.nothingPreparedHelp}</p>
                  )}
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}
