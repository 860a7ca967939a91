// RFC 8785 is defined by what ECMAScript's JSON.stringify writes: a second opinion from its own engine.
// One document in base64 a line; its canonical form in base64 a line, or "no" if it is not JSON.

import { createInterface } from "node:readline";

function canonical(value) {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const members = Object.keys(value).sort(); // by UTF-16 code units, RFC 8785 section 3.2.3
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer = "no";
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const value = JSON.parse(text.decode(Buffer.from(line, "base64")));
    answer = Buffer.from(canonical(value), "utf-8").toString("base64");
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  console.log(answer);
}
