// The role's schema: what can be asked, what can be done, every type behind it.
import {
  getNamedType, isEnumType, isInputObjectType, isInterfaceType, isLeafType, isObjectType, isRequiredArgument,
} from "graphql";
import { useEffect, useMemo, useState } from "react";
import { Icon } from "./icon.jsx";
import { describe } from "./words.js";

const FOUND_MAX = 60;

const rootKind = (schema, type) =>
  type === schema.getMutationType() ? "mutation" : type === schema.getSubscriptionType() ? "subscription" : "query";

// A first operation on a root field: its arguments as variables, and every plain field of its answer.
export function skeleton(schema, parent, field) {
  const kind = rootKind(schema, parent);
  const name = field.name.charAt(0).toUpperCase() + field.name.slice(1);
  const needed = field.args.filter((arg) => isRequiredArgument(arg) || arg.name === "first");
  const declared = needed.map((arg) => `$${arg.name}: ${arg.type}`).join(", ");
  const given = needed.map((arg) => `${arg.name}: $${arg.name}`).join(", ");
  const body = selection(getNamedType(field.type), 1, 3);
  const variables = {};
  for (const arg of needed) variables[arg.name] = arg.name === "first" ? 10 : sample(arg.type);
  const text = `${kind} ${name}${declared && `(${declared})`} {\n  ${field.name}${given && `(${given})`}${body}\n}`;
  return { text, variables };
}

function selection(type, depth, most) {
  if (isLeafType(type) || depth > most) return "";
  const indent = "  ".repeat(depth + 1);
  if (!isObjectType(type)) return ` {\n${indent}__typename\n${"  ".repeat(depth)}}`;
  const fields = Object.values(type.getFields());
  const plain = fields.filter((field) => isLeafType(getNamedType(field.type)) && !field.args.length).slice(0, 8);
  const walked = fields.filter((field) => ["nodes", "userErrors"].includes(field.name)
    || (depth === 1 && type.name.endsWith("Payload") && !isLeafType(getNamedType(field.type))));
  const lines = [...plain.map((field) => field.name), ...walked.map((field) => field.name + selection(getNamedType(field.type), depth + 1, most))];
  return ` {\n${indent}${lines.join(`\n${indent}`) || "__typename"}\n${"  ".repeat(depth)}}`;
}

function sample(type) {
  const named = getNamedType(type);
  if (String(type).includes("[")) return [];
  if (isInputObjectType(named)) {
    const own = Object.values(named.getFields()).filter((field) => String(field.type).endsWith("!"));
    return Object.fromEntries(own.map((field) => [field.name, sample(field.type)]));
  }
  if (isEnumType(named)) return named.getValues()[0]?.name;
  return { Int: 1, Boolean: true, Float: 1 }[named.name] ?? "";
}

function TypeName({ type, onType }) {
  const named = getNamedType(type);
  const [before, after] = String(type).split(named.name);
  return (
    <span className="type">{before}
      <button type="button" className="link" onClick={() => onType(named.name)}>{named.name}</button>{after}
    </span>
  );
}

function Told({ text, language }) {
  const { main, other } = describe(text, language);
  if (!main) return null;
  return <p className="told">{main}{other && <small>{other}</small>}</p>;
}

function Field({ parent, field, schema, words, language, full, onType, onWhy, onInsert }) {
  const coordinate = `${parent.name}.${field.name}`;
  const root = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].includes(parent);
  return (
    <li className="field" data-field={coordinate}>
      <div className="field-head">
        <code className="name">{full && <i>{parent.name}.</i>}{field.name}</code>
        <TypeName type={field.type} onType={onType} />
        <span className="tools">
          {root && (
            <button type="button" className="quiet icon" title={words.insert} aria-label={`${words.insert}: ${field.name}`}
              onClick={() => onInsert(parent, field)}><Icon name="pen" /></button>
          )}
          {!isInputObjectType(parent) && (
            <button type="button" className="quiet icon" title={words.askWhy} aria-label={`${words.askWhy}: ${coordinate}`}
              onClick={() => onWhy(coordinate)}><Icon name="ask" /></button>
          )}
        </span>
      </div>
      <Told text={field.description} language={language} />
      {field.args?.length > 0 && (
        <details>
          <summary>{words.arguments} <span className="count">{field.args.length}</span></summary>
          <ul className="args">
            {field.args.map((arg) => (
              <li key={arg.name}><code>{arg.name}</code> <TypeName type={arg.type} onType={onType} /></li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

function TypePage({ type, schema, words, language, ...acts }) {
  const fields = type.getFields ? Object.values(type.getFields()) : [];
  return (
    <div className="type-page">
      <Told text={type.description} language={language} />
      {isObjectType(type) && type.getInterfaces().length > 0 && (
        <p className="hint">{words.implements} {type.getInterfaces().map((each) => (
          <button key={each.name} type="button" className="link" onClick={() => acts.onType(each.name)}>{each.name}</button>))}</p>
      )}
      {fields.length > 0 && <h3>{isInputObjectType(type) ? words.inputFields : words.fields} <span className="count">{fields.length}</span></h3>}
      <ul>{fields.map((field) => <Field key={field.name} {...{ parent: type, field, schema, words, language }} {...acts} />)}</ul>
      {isEnumType(type) && (
        <><h3>{words.values}</h3><ul>{type.getValues().map((value) => (
          <li key={value.name} className="field"><code className="name">{value.name}</code><Told text={value.description} language={language} /></li>))}</ul></>
      )}
      {isInterfaceType(type) && (
        <><h3>{words.implementedBy}</h3><ul className="plain">{schema.getPossibleTypes(type).map((each) => (
          <li key={each.name}><button type="button" className="link" onClick={() => acts.onType(each.name)}>{each.name}</button></li>))}</ul></>
      )}
    </div>
  );
}

function search(schema, sought) {
  const wanted = sought.toLowerCase();
  const fits = (text) => text?.toLowerCase().includes(wanted);
  const found = [];
  const types = Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith("__"));
  const roots = [schema.getMutationType(), schema.getQueryType(), schema.getSubscriptionType()].filter(Boolean);
  for (const type of [...roots, ...types.filter((type) => !roots.includes(type))]) {
    if (fits(type.name)) found.push({ type });
    if (!type.getFields) continue;
    for (const field of Object.values(type.getFields())) {
      if (fits(field.name) || fits(field.description)) found.push({ type, field });
    }
  }
  const near = ({ type, field }) => ((field ?? type).name.toLowerCase() === wanted ? 0 : (field ?? type).name.toLowerCase().includes(wanted) ? 1 : 2);
  return found.map((each) => ({ ...each, near: near(each) })).sort((one, other) => one.near - other.near);
}

export function Docs({ schema, words, language, onWhy, onInsert }) {
  const [trail, setTrail] = useState([]);
  const [sought, setSought] = useState("");
  // A type that the new role does not have is left again.
  useEffect(() => setTrail((each) => each.filter((name) => schema?.getType(name))), [schema]);
  const found = useMemo(() => (schema && sought.trim() ? search(schema, sought.trim()) : null), [schema, sought]);
  if (!schema) return <p className="empty">{words.loading}</p>;
  const open = (name) => {
    setSought("");
    setTrail((each) => [...each, name]);
  };
  const acts = { onType: open, onWhy, onInsert };
  const shared = { schema, words, language };
  const type = trail.length ? schema.getType(trail.at(-1)) : null;
  const roots = [["mutation", schema.getMutationType()], ["query", schema.getQueryType()], ["subscription", schema.getSubscriptionType()]];
  return (
    <div className="docs">
      <input type="search" className="filter" aria-label={words.searchDocs} placeholder={words.searchDocs} value={sought}
        data-search="docs" onChange={(event) => setSought(event.target.value)} />
      {found ? (
        <section aria-label={words.docs} aria-live="polite">
          <p className="hint" data-found={found.length}>{found.length ? words.found(found.length) : words.notFound}</p>
          <ul>
            {found.slice(0, FOUND_MAX).map(({ type: parent, field }) => (field
              ? <Field key={`${parent.name}.${field.name}`} full {...{ parent, field }} {...shared} {...acts} />
              : <li key={parent.name} className="field"><button type="button" className="link name" onClick={() => open(parent.name)}>{parent.name}</button><Told text={parent.description} language={language} /></li>))}
          </ul>
        </section>
      ) : type ? (
        <section aria-label={type.name}>
          <div className="crumbs">
            <button type="button" className="quiet" onClick={() => setTrail(trail.slice(0, -1))}><Icon name="back" />{trail.at(-2) ?? words.docs}</button>
            <h2>{type.name}</h2>
          </div>
          <TypePage type={type} {...shared} {...acts} />
        </section>
      ) : roots.map(([kind, root]) => root && (
        <section key={kind} aria-label={words[kind]}>
          <h3 className={`group ${kind}`}>{words[kind]}<span className="count">{Object.keys(root.getFields()).length}</span></h3>
          <ul>{Object.values(root.getFields()).map((field) => (
            <Field key={field.name} parent={root} field={field} {...shared} {...acts} />))}</ul>
        </section>
      ))}
    </div>
  );
}

// Every field of a schema by its coordinate, to tell two roles' schemas apart.
export function coordinates(schema) {
  const all = new Set();
  for (const type of Object.values(schema?.getTypeMap() ?? {})) {
    if (type.name.startsWith("__") || !type.getFields || isInputObjectType(type)) continue;
    for (const field of Object.keys(type.getFields())) all.add(`${type.name}.${field}`);
  }
  return all;
}
