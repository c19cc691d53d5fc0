// An optimization in a span of its own, when there is a tracer. The commands call it.

import { ATTRIBUTE, SPAN } from "../telemetry/names.ts";
import { inSpan } from "../telemetry/spans.ts";
import {
  optimize,
  type OptimizeDeps,
  type OptimizeOptions,
  type OptimizeOutcome,
} from "./optimize.ts";
import type { PreparedOptimization } from "./prepare_optimization.ts";

/** Does what `optimize` does, and tells of it. */
export function optimizeInSpan(
  prepared: PreparedOptimization,
  root: string,
  deps: OptimizeDeps,
  options: OptimizeOptions,
): Promise<OptimizeOutcome> {
  const { experiment, dataset } = prepared.run;
  return inSpan(deps.instruments?.tracer, SPAN.optimize, undefined, async (span) => {
    if (span === undefined) return await optimize(prepared, root, deps, options);
    const outcome = await optimize(prepared, root, { ...deps, span }, options);
    span.setAttributes({
      [ATTRIBUTE.runId]: outcome.folder.config.run_id,
      [ATTRIBUTE.experimentId]: experiment.experiment_id,
      [ATTRIBUTE.datasetHash]: dataset.hash,
      [ATTRIBUTE.requestModel]: experiment.model.name,
      [ATTRIBUTE.end]: outcome.end,
    });
    return outcome;
  });
}
