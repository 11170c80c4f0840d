// Cuts GitHub's description of its API to some paths, and mends what keeps Prism from using it.
"use strict";

const fs = require("fs");

/** Calls `visit` for every object below `node`. */
function walk(node, visit) {
  if (Array.isArray(node)) {
    node.forEach((child) => walk(child, visit));
  } else if (node && typeof node === "object") {
    visit(node);
    Object.values(node).forEach((child) => walk(child, visit));
  }
}

/** Drops every component that the paths do not lead to. */
function prune(description) {
  const used = new Set();
  const follow = (node) =>
    walk(node, ({ $ref: reference }) => {
      if (typeof reference !== "string" || used.has(reference)) return;
      used.add(reference);
      follow(reference.slice(2).split("/").reduce((target, key) => target && target[key], description));
    });
  follow(description.paths);
  for (const [kind, components] of Object.entries(description.components)) {
    for (const name of Object.keys(components)) {
      if (!used.has(`#/components/${kind}/${name}`)) delete components[name];
    }
  }
}

/** Says `nullable` beside `oneOf` and the like by a branch of its own; Prism leaves such a schema out otherwise. */
function spellNull(description) {
  walk(description, (schema) => {
    if (schema.nullable !== true || schema.type !== undefined) return;
    const branches = schema.oneOf || schema.anyOf;
    if (!branches && !schema.allOf && !schema.enum) return;
    delete schema.nullable;
    if (branches) branches.push({ enum: [null] });
    if (schema.enum) schema.enum = [...new Set([...schema.enum, null])];
    if (schema.allOf) {
      schema.anyOf = [{ allOf: schema.allOf }, { enum: [null] }];
      delete schema.allOf;
    }
  });
}

/** Lets an account be a user or an enterprise; of installations the description says that it is both at once. */
function partAccounts(description) {
  const titles = ["Simple User", "Enterprise"];
  walk(description, (schema) => {
    if (!Array.isArray(schema.allOf) || schema.allOf.length !== titles.length) return;
    const parts = schema.allOf.map(({ $ref: reference, title }) => title || componentTitle(description, reference));
    if (!titles.every((title) => parts.includes(title))) return;
    schema.anyOf = schema.allOf;
    delete schema.allOf;
  });
}

function componentTitle(description, reference) {
  const component = description.components.schemas[String(reference).split("/").pop()];
  return component && component.title;
}

/** Names `null` once where it is both `nullable` and listed; Prism leaves out a schema that names a value twice. */
function nameNullOnce(description) {
  walk(description, (schema) => {
    if (schema.nullable && Array.isArray(schema.enum)) schema.enum = schema.enum.filter((value) => value !== null);
  });
}

/** Lets `created` be a range, and a workflow be named by a number. */
function widenParameters(description) {
  for (const parameter of Object.values(description.components.parameters || {})) {
    if (parameter.name === "created") delete parameter.schema.format;
    if (parameter.name === "workflow_id" && parameter.schema.oneOf) {
      parameter.schema.anyOf = parameter.schema.oneOf;
      delete parameter.schema.oneOf;
    }
  }
}

/** The description in `file`, cut to `paths`. */
exports.slim = function slim(file, paths) {
  const description = JSON.parse(fs.readFileSync(file, "utf8"));
  const unknown = paths.filter((path) => !description.paths[path]);
  if (unknown.length > 0) throw new Error(`not described by GitHub: ${unknown.join(", ")}`);
  description.paths = Object.fromEntries(paths.map((path) => [path, description.paths[path]]));
  delete description.webhooks;
  delete description["x-webhooks"];
  prune(description);
  partAccounts(description);
  spellNull(description);
  nameNullOnce(description);
  widenParameters(description);
  return description;
};
