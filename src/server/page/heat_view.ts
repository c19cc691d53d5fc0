// Root cause x experiment -> the cells of the heat map. Pure.

import { formatScore, UNKNOWN } from "../../format.ts";
import type * as z from "zod";
import type { CategoryRow } from "../rows_leaderboard.ts";

/** Below so many lines a share is an anecdote. */
const FEW = 5;

export interface HeatView {
  readonly experiments: readonly string[];
  readonly columns: number;
  readonly groups: readonly {
    readonly head: string;
    readonly rows: readonly {
      readonly cause: string;
      readonly n: number;
      readonly cells: readonly {
        readonly tint: string;
        readonly share: string;
        readonly of: string;
      }[];
    }[];
  }[];
}

/** Root causes by how many lines they have; those of fewer than five under their own heading. */
export function heatView(rows: readonly z.output<typeof CategoryRow>[]): HeatView {
  const experiments = [...new Set(rows.map(({ experiment_id }) => experiment_id))];
  const causes = [...Map.groupBy(rows, ({ root_cause }) => root_cause)].map(([cause, group]) => {
    const byExperiment = new Map(group.map((row) => [row.experiment_id, row]));
    return {
      cause,
      n: Math.max(...group.map(({ n }) => n)),
      cells: experiments.map((experiment) => {
        const row = byExperiment.get(experiment);
        if (row === undefined || row.n === 0) return { tint: "c3", share: UNKNOWN, of: "" };
        return {
          tint: `c${tintOf(row.share, row.n)}`,
          share: formatScore(row.share, 2),
          of: `${Number.isInteger(row.named) ? row.named : row.named.toFixed(1)}/${row.n}`,
        };
      }),
    };
  }).sort((a, b) => b.n - a.n || (a.cause < b.cause ? -1 : 1));
  const groups = [
    { head: "", rows: causes.filter(({ n }) => n >= FEW) },
    {
      head: `Fewer than ${FEW} lines each: anecdotes, tinted faintly`,
      rows: causes.filter(({ n }) => n < FEW),
    },
  ];
  return {
    experiments,
    columns: experiments.length + 2,
    groups: groups.filter(({ rows }) => rows.length > 0),
  };
}

/** From 0, missed, to 6, named. */
function tintOf(share: number, n: number): number {
  if (n < FEW) return share >= 0.6 ? 4 : share >= 0.3 ? 3 : 2;
  return [0.1, 0.25, 0.4, 0.6, 0.75, 0.9].filter((bound) => share >= bound).length;
}
