// The editors: CodeMirror, in which Tab leaves the field as everywhere else on the page.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { linter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import {
  drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { graphql, offsetToPos, updateSchema } from "cm6-graphql";
import { getTokenAtPosition, getTypeInfo } from "graphql-language-service";
import { useEffect, useRef } from "react";

const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.definitionKeyword], color: "var(--code-keyword)" },
  { tag: tags.propertyName, color: "var(--code-name)" },
  { tag: tags.attributeName, color: "var(--code-attribute)" },
  { tag: tags.variableName, color: "var(--code-variable)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: [tags.number, tags.integer, tags.float, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: tags.special(tags.name), color: "var(--code-number)" },
  { tag: tags.atom, color: "var(--code-type)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--code-comment)" },
  { tag: [tags.punctuation, tags.paren, tags.brace, tags.separator], color: "var(--code-mark)" },
]);

const SHARED = [
  highlightSpecialChars(), drawSelection(), bracketMatching(), search({ top: true }),
  highlightSelectionMatches(), syntaxHighlighting(COLOURS), EditorView.lineWrapping,
];
const EDITABLE = [lineNumbers(), foldGutter(), history(), indentOnInput(), closeBrackets(), autocompletion(), highlightActiveLine()];
const KEYS = [...closeBracketsKeymap, ...defaultKeymap.filter(({ key }) => key !== "Mod-Enter"), ...searchKeymap,
  ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap];

function useEditor({ value, onChange, extensions, label }) {
  const place = useRef(null);
  const view = useRef(null);
  const changed = useRef(onChange);
  const labels = useRef(new Compartment());
  changed.current = onChange;
  const named = (text) => EditorView.contentAttributes.of({ "aria-label": text });
  useEffect(() => {
    const told = EditorView.updateListener.of((update) => {
      if (update.docChanged) changed.current?.(update.state.doc.toString());
    });
    const state = EditorState.create({ doc: value, extensions: [...extensions, told, labels.current.of(named(label))] });
    view.current = new EditorView({ state, parent: place.current });
    return () => view.current.destroy();
  }, []);
  useEffect(() => {
    view.current.dispatch({ effects: labels.current.reconfigure(named(label)) });
  }, [label]);
  useEffect(() => {
    const shown = view.current.state.doc.toString();
    if (value !== shown) view.current.dispatch({ changes: { from: 0, to: shown.length, insert: value } });
  }, [value]);
  return { place, view };
}

// The coordinate of the field at the cursor, such as Mutation.dibaoApprove.
export function fieldAt(view, schema) {
  const text = view.state.doc.toString();
  const token = getTokenAtPosition(text, offsetToPos(view.state.doc, view.state.selection.main.head), 1);
  const { fieldDef, parentType } = getTypeInfo(schema, token.state);
  const field = fieldDef?.name ?? token.state.name;
  return field && parentType?.name ? `${parentType.name}.${field}` : null;
}

export function OperationEditor({ value, onChange, schema, onField, label, handle }) {
  const { place, view } = useEditor({
    value,
    onChange,
    label,
    extensions: [...SHARED, ...EDITABLE, keymap.of(KEYS), ...graphql(undefined, { showErrorOnInvalidSchema: false })],
  });
  useEffect(() => {
    updateSchema(view.current, schema ?? undefined);
  }, [schema]);
  useEffect(() => {
    handle.current = {
      focus: () => view.current.focus(),
      field: () => (schema ? fieldAt(view.current, schema) : null),
    };
  });
  const asked = (event) => {
    if (event.type === "dblclick") {
      const field = handle.current.field();
      if (field) onField(field);
    }
  };
  return <div className="editor" ref={place} onDoubleClick={asked} data-editor="operation" />;
}

export function VariablesEditor({ value, onChange, label }) {
  const { place } = useEditor({
    value,
    onChange,
    label,
    extensions: [...SHARED, ...EDITABLE, keymap.of(KEYS), json(), linter((view) => (view.state.doc.length ? jsonParseLinter()(view) : []))],
  });
  return <div className="editor" ref={place} data-editor="variables" />;
}

export function JsonView({ value, label }) {
  const { place } = useEditor({
    value,
    label,
    extensions: [...SHARED, foldGutter(), EditorState.readOnly.of(true), EditorView.contentAttributes.of({ tabindex: "0" }), keymap.of(KEYS), json()],
  });
  return <div className="editor" ref={place} data-editor="result" />;
}
