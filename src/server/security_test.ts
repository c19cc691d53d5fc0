import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { checkHost, checkToken, hostCheck, isLoopback } from "./security.ts";

Deno.test("loopback is what no other machine reaches", () => {
  const cases: readonly [string, boolean][] = [
    ["127.0.0.1", true],
    ["127.1.2.3", true],
    ["localhost", true],
    ["::1", true],
    ["0.0.0.0", false],
    ["::", false],
    ["127.0.0.1.evil.test", false],
    ["127.evil.test", false],
    ["192.168.1.5", false],
    ["", false],
  ];
  for (const [host, expected] of cases) assert.equal(isLoopback(host), expected, host);
});

interface HostCase {
  readonly listens: string;
  readonly names?: readonly string[];
  readonly passes: readonly string[];
  readonly fails: readonly string[];
}

const LOOPBACK_NAMES = ["localhost", "LOCALHOST", "localhost.", "127.0.0.1", "[::1]"];

const HOST_CASES: readonly HostCase[] = [
  {
    listens: "127.0.0.1",
    passes: LOOPBACK_NAMES,
    fails: ["evil.test", "192.168.1.5", "[::2]", "localhost.evil.test", "", "0.0.0.0"],
  },
  {
    listens: "192.168.1.5",
    passes: [...LOOPBACK_NAMES, "192.168.1.5"],
    fails: ["evil.test", "192.168.1.6"],
  },
  { listens: "fd00::5", passes: [...LOOPBACK_NAMES, "[fd00::5]"], fails: ["[fd00::6]"] },
  {
    listens: "0.0.0.0",
    names: ["logeval.llm.svc"],
    passes: [...LOOPBACK_NAMES, "10.1.2.3", "[fd00::1]", "logeval.llm.svc", "Logeval.LLM.svc"],
    fails: ["evil.test", "10.1.2.3.nip.io", "logeval.llm.svc.evil.test", "10.1.2"],
  },
  { listens: "::", passes: [...LOOPBACK_NAMES, "[fd00::1]"], fails: ["evil.test"] },
];

for (const { listens, names = [], passes, fails } of HOST_CASES) {
  Deno.test(`on ${[listens, ...names].join(" as ")} only its own names pass`, () => {
    const allowed = hostCheck(listens, names);
    for (const name of passes) assert.equal(allowed(name), true, name);
    for (const name of fails) assert.equal(allowed(name), false, name);
  });
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

interface TokenCase {
  readonly authorization: string;
  readonly passes: boolean;
  /** `abc` without. */
  readonly token?: string;
}

const TOKEN_CASES: readonly TokenCase[] = [
  { authorization: basic("anybody:abc"), passes: true },
  { authorization: basic(":abc"), passes: true },
  { authorization: basic("abc").toLowerCase(), passes: false },
  { authorization: `basic   ${btoa("x:abc")} `, passes: true },
  { authorization: basic("x:a:b"), token: "a:b", passes: true },
  { authorization: basic("ä:abc"), passes: true },
  { authorization: basic("x:äöü"), token: "äöü", passes: true },
  // Latin-1 where UTF-8 was asked for.
  { authorization: `Basic ${btoa("x:äöü")}`, token: "äöü", passes: false },
  { authorization: basic("x:äöü"), passes: false },
  { authorization: basic("x:\u{1F600}"), passes: false },
  { authorization: basic("abc"), passes: false },
  { authorization: basic("abc:"), passes: false },
  { authorization: basic("abc:x"), passes: false },
  { authorization: basic("x:ABC"), passes: false },
  { authorization: basic("x:abc "), passes: false },
  { authorization: basic("x:abc\0"), passes: false },
  { authorization: "Basic", passes: false },
  { authorization: "Basic ", passes: false },
  { authorization: "Basic x:abc", passes: false },
  { authorization: "Basic ====", passes: false },
  { authorization: "Basic %%%", passes: false },
  { authorization: "Basic eDphYmM=\u00e4", passes: false },
  { authorization: "Basic eDph YmM=", passes: false },
  { authorization: `${basic("x:abc")}, ${basic("x:abc")}`, passes: false },
  { authorization: `Bearer ${btoa("x:abc")}`, passes: false },
  { authorization: `Digest ${btoa("x:abc")}`, passes: false },
  { authorization: basic(`x:${"a".repeat(1_000_000)}`), passes: false },
  { authorization: `Basic ${"=".repeat(1_000_000)}`, passes: false },
  { authorization: `Bearer ${" ".repeat(1_000_000)}`, passes: false },
  { authorization: basic(`${"x".repeat(1_000_000)}:abc`), passes: true },
];

for (const { authorization, passes, token = "abc" } of TOKEN_CASES) {
  Deno.test(`${authorization.slice(0, 40)} ${passes ? "passes" : "fails"} for ${token}`, () => {
    const ask = () =>
      checkToken(new Request("http://localhost/", { headers: { authorization } }), token);
    if (passes) ask();
    else assert.throws(ask, { status: 401, code: "unauthorized" });
  });
}

Deno.test("a token passes whole or not at all", () => {
  const ask = (authorization: string) =>
    checkToken(new Request("http://localhost/", { headers: { authorization } }), "abc");
  ask("Bearer abc");
  for (
    const wrong of ["Bearer ab", "Bearer abcd", "Bearer ABC", "abc", "Bearer", "Bearer abc abc"]
  ) {
    assert.throws(() => ask(wrong), /without the token/, wrong);
  }
  checkToken(new Request("http://localhost/"), null);
});

Deno.test("a request names the server in its Host header or in its address", () => {
  const cases: readonly [string, string | null, number | null][] = [
    ["http://localhost:8090/", "localhost:8090", null],
    ["http://localhost:8090/", null, 400],
    ["http://localhost:8090/", "", 421],
    ["http://logeval.llm.svc/", null, null],
    ["http://evil.test/", null, 421],
    ["http://localhost/", "evil.test", 421],
    ["http://evil.test/", "localhost", 421],
  ];
  for (const [url, host, status] of cases) {
    const request = new Request(url, { headers: host === null ? {} : { host } });
    const check = () => checkHost(request, hostCheck("127.0.0.1", ["logeval.llm.svc"]));
    if (status === null) check();
    else assert.throws(check, { status }, `${url} ${host}`);
  }
});
