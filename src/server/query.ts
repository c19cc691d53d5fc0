// The query of a request -> the values that a route takes. Pure. What is not known, given twice or
// out of range is refused with the field's name. What is empty is as if it were not there: that is
// what a form sends of a field, and Grafana of a variable, that nobody filled in.

import * as z from "zod";
import { faultsOf, suggestion } from "../faults.ts";
import { ApiError } from "./api_error.ts";

/** Reads the query of one route. */
export type QueryReader<Q> = (query: URLSearchParams) => Q;

/**
 * Makes the reader of a route's query. Values of fields that are whole numbers in the schema are
 * decoded from digits.
 *
 * @returns a function that throws {ApiError} 400 with the field
 */
export function queryReader<S extends z.ZodObject>(schema: S): QueryReader<z.output<S>> {
  const known = Object.keys(schema.shape);
  const numbers = new Set(known.filter((name) => isWholeNumber(schema.shape[name] as z.ZodType)));
  return (query) => {
    const values: Record<string, unknown> = {};
    const given = new Set<string>();
    for (const [name, text] of query) {
      if (!known.includes(name)) {
        const hint = known.length === 0 ? "; this address takes none" : suggestion(name, known);
        throw refusal(name, `unknown parameter${hint}`);
      }
      if (given.has(name)) throw refusal(name, "it is given twice");
      given.add(name);
      if (text === "") continue;
      values[name] = numbers.has(name) && /^-?\d{1,15}$/.test(text) ? Number(text) : text;
    }
    const parsed = schema.safeParse(values);
    if (parsed.success) return parsed.data;
    const fault = faultsOf(parsed.error, schema, values, () => null)[0];
    throw refusal(fault?.field ?? "", fault?.message ?? "it is not allowed");
  };
}

function refusal(field: string, message: string): ApiError {
  const short = field.length > 40 ? `${field.slice(0, 40)}…` : field;
  return new ApiError("bad_request", `Cannot read parameter ${JSON.stringify(short)}: ${message}`, {
    field: short,
  });
}

function isWholeNumber(schema: z.ZodType): boolean {
  return (z.toJSONSchema(schema, { io: "input" }) as { type?: string }).type === "integer";
}
