// What the values of options must look like. Each takes the text of the command line and gives the
// value, or says what is wrong with it.

import { InvalidArgumentError } from "commander";

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) < 1 || Number(text) > 1e9) {
    throw new InvalidArgumentError("It is not a whole number of 1 or more.");
  }
  return Number(text);
}

export function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError("It is not a port: a whole number from 0 to 65535.");
  }
  return Number(text);
}

export function hostName(text: string, before: readonly string[] | undefined): readonly string[] {
  if (!/^(\[[\da-f:.]+\]|[\w.-]+)$/i.test(text)) {
    throw new InvalidArgumentError("It is not a host name, without a port.");
  }
  return [...before ?? [], text];
}

export function chartWidth(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) < 320 || Number(text) > 4000) {
    throw new InvalidArgumentError("It is not a whole number from 320 to 4000.");
  }
  return Number(text);
}

export function seedNumber(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new InvalidArgumentError("It is not a whole number.");
  return Number(text);
}

export function notEmpty(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("It is empty.");
  return text;
}

export function unitNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1)) {
    throw new InvalidArgumentError("It is not a number from 0 to 1.");
  }
  return value;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** As kubectl writes it; milliseconds. */
export function durationMs(text: string): number {
  const parts = [...text.matchAll(/(\d{1,6}(?:\.\d{1,3})?)([smhd])/g)];
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNIT_MS[unit!]!, 0);
  if (parts.map(([part]) => part).join("") !== text || ms === 0) {
    throw new InvalidArgumentError("It is not a time such as 90s, 15m, 1h30m or 2d.");
  }
  return ms;
}
