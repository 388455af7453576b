"use strict";
// Shows /openapi/v1.json and sends requests to the API it describes. All text goes in as text nodes, never as HTML.

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
};

const resolve = (description, node) =>
  node?.$ref ? node.$ref.slice(2).split("/").reduce((at, step) => at[step], description) : node;

const typeOf = (description, schema) => {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  const types = [schema.type ?? []].flat().map(type => type === "array" ? `${typeOf(description, schema.items)}[]` : type);
  const alternatives = (schema.oneOf ?? schema.anyOf ?? []).map(part => typeOf(description, part));
  return [...types, ...alternatives].join(" | ") + (schema.format ? ` (${schema.format})` : "");
};

const limits = schema => [
  schema?.enum && `one of ${schema.enum.join(", ")}`,
  schema?.minimum !== undefined && `from ${schema.minimum}`,
  schema?.maximum !== undefined && `to ${schema.maximum}`,
  schema?.maxLength !== undefined && `at most ${schema.maxLength} characters`,
  schema?.default !== undefined && `default ${schema.default}`,
].filter(Boolean).join(", ");

const fields = (description, schema, depth = 0) => {
  const object = resolve(description, schema);
  if (!object?.properties || depth > 3) return null;
  return make("table", {}, ...Object.entries(object.properties).map(([name, property]) => {
    const parts = [property, ...(property.oneOf ?? []), property.items ?? {}].find(part => part.$ref);
    return make("tr", {},
      make("td", { className: object.required?.includes(name) ? "required" : "" }, make("code", { textContent: name })),
      make("td", {}, make("small", { textContent: [typeOf(description, property), limits(property)].filter(Boolean).join("; ") }),
        make("div", { textContent: property.description ?? "" }),
        parts ? fields(description, parts, depth + 1) : null));
  }));
};

const send = async (method, path, inputs, body, output) => {
  const query = new URLSearchParams();
  const headers = {};
  let address = path;
  for (const { parameter, input } of inputs) {
    if (input.value === "") continue;
    if (parameter.in === "path") address = address.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (parameter.in === "query") query.set(parameter.name, input.value);
    else headers[parameter.name] = input.value;
  }
  const token = document.getElementById("token").value;
  if (token) headers["Authorization"] = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  if (query.size) address += `?${query}`;
  output.textContent = `${method} ${address} …`;
  try {
    const started = performance.now();
    const response = await fetch(address, { method, headers, body: body?.value });
    const text = await response.text();
    const isJson = response.headers.get("Content-Type")?.includes("json");
    output.textContent = [
      `${method} ${address}`,
      `${response.status} ${response.statusText}   ${Math.round(performance.now() - started)} ms`,
      ...[...response.headers].filter(([name]) => ["etag", "location", "retry-after"].includes(name)).map(header => header.join(": ")),
      "", isJson && text ? JSON.stringify(JSON.parse(text), null, 2) : text,
    ].join("\n");
  } catch (error) {
    output.textContent = `${method} ${address}\nNo answer: ${error.message}`;
  }
};

const operationView = (description, path, method, operation) => {
  const inputs = (operation.parameters ?? []).map(reference => {
    const parameter = resolve(description, reference);
    return { parameter, input: make("input", { placeholder: parameter.schema?.default ?? "", ariaLabel: parameter.name }) };
  });
  const media = resolve(description, operation.requestBody)?.content?.["application/json"];
  const body = media ? make("textarea", { value: JSON.stringify(media.example ?? {}, null, 2), ariaLabel: "body", spellcheck: false }) : null;
  const output = make("pre", { hidden: true });
  const button = make("button", { textContent: "Send", onclick: () => { output.hidden = false; send(method, path, inputs, body, output); } });

  return make("details", {},
    make("summary", {}, make("span", { className: `method ${method}`, textContent: method }), make("code", { textContent: path }),
      ` ${operation.summary ?? ""}`, operation.security?.length ? " 🔒" : ""),
    make("div", { className: "inside" },
      operation.description ? make("p", { textContent: operation.description }) : null,
      inputs.length ? make("table", {}, ...inputs.map(({ parameter, input }) => make("tr", {},
        make("td", { className: parameter.required ? "required" : "" }, make("code", { textContent: parameter.name }),
          make("div", {}, make("small", { textContent: `${parameter.in}; ${typeOf(description, parameter.schema)}` }))),
        make("td", {}, input, make("small", { textContent: [parameter.description, limits(parameter.schema)].filter(Boolean).join(" ") }))))) : null,
      body ? make("div", {}, make("h4", { textContent: "Body" }), body, fields(description, media.schema)) : null,
      button, output,
      make("h4", { textContent: "Answers" }),
      make("table", {}, ...Object.entries(operation.responses).map(([status, reference]) => {
        const answer = resolve(description, reference);
        const content = Object.values(answer.content ?? {})[0];
        return make("tr", {}, make("td", {}, make("code", { textContent: status })),
          make("td", {}, answer.description, status.startsWith("2") ? fields(description, content?.schema) : null));
      }))));
};

const show = async () => {
  const description = await (await fetch("/openapi/v1.json")).json();
  document.getElementById("about").textContent = description.info.description.replaceAll("`", "");
  const groups = new Map();
  for (const [path, item] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const tag = operation.tags?.[0] ?? "Other";
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operationView(description, path, method.toUpperCase(), operation));
    }
  }
  document.getElementById("operations").replaceChildren(
    ...[...groups].flatMap(([tag, views]) => [make("h2", { textContent: tag }), ...views]));
};

show().catch(error => { document.getElementById("operations").textContent = `The description could not be read: ${error.message}`; });
