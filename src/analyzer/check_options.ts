// What a LogAnalyzer is made of, checked when it is made: a wrong number would otherwise be a call that
// never ends or is never made. Pure.

import * as z from "zod";
import { UsageError } from "../errors.ts";
import { describeFaults, faultsOf } from "../faults.ts";
import { SamplingSettings } from "./sampling.ts";

const Options = z.object({
  modelName: z.custom<string>(
    (name) => typeof name === "string" && name.trim() !== "",
    "is no name; give the name by which the server knows the model",
  ),
  config: SamplingSettings.optional(),
  retries: z.custom<number>(
    (count) => Number.isInteger(count) && Number(count) >= 0,
    "is no whole number from 0 on; 0 makes one attempt",
  ).optional(),
  timeoutMs: z.custom<number>(
    (limit) => Number.isFinite(limit) && Number(limit) > 0,
    "is no number of milliseconds above 0; leave it out for the default",
  ).optional(),
});

/** @throws {UsageError} naming each option that cannot be used, its value and what to do */
export function checkOptions(options: object): void {
  const { error } = Options.safeParse(options);
  if (error === undefined) return;
  throw new UsageError(
    describeFaults("Cannot make a LogAnalyzer", faultsOf(error, Options, options, () => null)),
  );
}
