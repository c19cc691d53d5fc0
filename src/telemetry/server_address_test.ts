import assert from "node:assert/strict";
import { serverAddress } from "./server_address.ts";

const ADDRESSES: readonly (readonly [url: string, address: string, port: number])[] = [
  ["http://loki.logging:3100", "loki.logging", 3100],
  ["http://gateway/loki", "gateway", 80],
  ["https://reader:secret@gateway/loki", "gateway", 443],
  ["http://[::1]:3100", "::1", 3100],
];

for (const [url, address, port] of ADDRESSES) {
  Deno.test(`serverAddress() of ${url}`, () => {
    assert.deepEqual(serverAddress(url), { "server.address": address, "server.port": port });
  });
}

Deno.test("serverAddress() of no URL is nothing", () =>
  assert.deepEqual(serverAddress("loki"), {}));
