// The trace id of a request's line in the log where nothing is exported: that of the caller, as W3C
// Trace Context writes it, else a fresh one. Pure: randomness is an argument.

/** Version, trace, parent, flags; a later version than 00 may say more behind them. */
const TRACEPARENT = /^(?!ff)([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(-.*)?$/;

/**
 * 32 hexadecimal digits.
 *
 * @param traceparent the header, `null` without one; a malformed one is passed over
 * @param random 0 to 1, 1 excluded
 */
export function traceIdOf(traceparent: string | null, random: () => number): string {
  const [, version, trace, parent, more] = TRACEPARENT.exec(traceparent?.trim() ?? "") ?? [];
  const isValid = /[^0]/.test(trace ?? "") && /[^0]/.test(parent ?? "") &&
    (version !== "00" || more === undefined);
  return trace !== undefined && isValid ? trace : freshId(random);
}

function freshId(random: () => number): string {
  const bytes = Array.from({ length: 16 }, () => Math.floor(random() * 256));
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
