import assert from "node:assert/strict";
import fc from "fast-check";
import { fillText, tidy } from "./fill_text.ts";

const TEXTS = new Map([["a", "A"], ["two", "1\n\n\n2\n"], ["empty", ""], ["tag", "{{ a }}"]]);

const CASES = [
  { name: "tags of any spacing", text: "{{ a }} {{a}}", want: "A A" },
  { name: "other tags as they are", text: "{{ logs }} {{ a }}", want: "{{ logs }} A" },
  { name: "no tag that was put in", text: "{{ tag }}", want: "{{ a }}" },
  { name: "what was put in byte for byte", text: "x\n{{ two }}\ny", want: "x\n1\n\n\n2\n\ny" },
  { name: "a line of empty tags alone", text: "x\n{{ empty }} {{ empty }}\ny", want: "x\ny" },
  { name: "the hole that it leaves", text: "x\n\n{{ empty }}\n\ny", want: "x\n\ny" },
  { name: "an empty tag at the end", text: "x\n\n{{ empty }}\n", want: "x" },
  { name: "an empty tag at the start", text: "{{ empty }}\n\nx", want: "x" },
  { name: "an empty tag behind words", text: "x. {{ empty }}\ny", want: "x.\ny" },
  { name: "nothing but empty tags", text: "{{ empty }}\n", want: "" },
  { name: "indentation", text: "  x\n    {{ a }}\n", want: "  x\n    A" },
];
for (const { name, text, want } of CASES) {
  Deno.test(`fillText() handles ${name}`, () => assert.equal(fillText(text, TEXTS), want));
}

Deno.test("tidy() leaves no hole in any text, and nothing to do for a second time", () => {
  const anyText = fc.array(fc.constantFrom("a", " ", "\n", "\t", "b\n")).map((parts) =>
    parts.join("")
  );
  fc.assert(fc.property(anyText, (text) => {
    const tidied = tidy(text);
    assert.doesNotMatch(tidied, /\n[ \t]*\n[ \t]*\n|^[ \t]*\n|\n$/);
    assert.equal(tidy(tidied), tidied);
    assert.deepEqual(tidied.match(/\S/g), text.match(/\S/g));
  }));
});
