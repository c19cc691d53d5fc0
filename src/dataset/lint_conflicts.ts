// Samples of one message that have other labels. Pure; called by lint.ts.

import { quote } from "../faults.ts";
import {
  hasLine,
  LABEL_KINDS,
  nameSample,
  type NumberedSample,
  type Remark,
} from "./lint_finding.ts";
import { maskTemplate } from "./template.ts";

type LabelField = typeof LABEL_KINDS[number][0];

const FIELDS = LABEL_KINDS.map(([field]) => field);

/** The odd ones of a message within a container. */
export function conflicts(samples: readonly NumberedSample[]): Remark[] {
  const messages = Map.groupBy(
    samples.filter(hasLine),
    ({ input }) => JSON.stringify([input.container, maskTemplate(input.log_line)]),
  );
  return [...messages.values()].flatMap((group) => {
    const usual = mostCommon(group, FIELDS);
    return group.flatMap((sample): Remark[] => {
      const differing = differences(sample, usual, FIELDS);
      if (differing === "") return [];
      return [{
        level: "error",
        rule: "conflicting_labels",
        sample: nameSample(sample),
        message: `${differing} as ${nameSample(usual)} has it for the same message and container`,
        remedy: "decide which is right and give both the same labels",
      }];
    });
  });
}

/** Component is left out: it names the program, and that is another one in another container. */
const FIELDS_OF_MESSAGE = FIELDS.filter((field) => field !== "component");

/**
 * The containers whose usual labels for a message are not those that it has elsewhere. A warning: the
 * same words can mean something else in another program.
 */
export function conflictsOfContainers(samples: readonly NumberedSample[]): Remark[] {
  const messages = Map.groupBy(
    samples.filter(hasLine),
    ({ input }) => maskTemplate(input.log_line),
  );
  return [...messages.values()].flatMap((group) => {
    const usual = mostCommon(group, FIELDS_OF_MESSAGE);
    const containers = Map.groupBy(group, ({ input }) => input.container);
    return [...containers.values()].flatMap((ofContainer): Remark[] => {
      const sample = mostCommon(ofContainer, FIELDS_OF_MESSAGE);
      const differing = differences(sample, usual, FIELDS_OF_MESSAGE);
      if (differing === "" || sample.input.container === usual.input.container) return [];
      return [{
        level: "warning",
        rule: "conflicting_containers",
        sample: nameSample(sample),
        message: `${differing} as ${nameSample(usual)} has it for the same message of container ` +
          quote(usual.input.container),
        remedy: "give both the same labels, unless the message means something else there",
      }];
    });
  });
}

/** The first sample that has the labels which most of the group have. */
function mostCommon(
  group: readonly NumberedSample[],
  fields: readonly LabelField[],
): NumberedSample {
  const alike = Map.groupBy(
    group,
    ({ labels }) => JSON.stringify(fields.map((field) => labels[field])),
  );
  return [...alike.values()].reduce((most, some) => some.length > most.length ? some : most)[0]!;
}

/** `severity "warn", not "info"`, one behind the other; "" where all are the same. */
function differences(
  { labels }: NumberedSample,
  { labels: usual }: NumberedSample,
  fields: readonly LabelField[],
): string {
  return fields.filter((field) => labels[field] !== usual[field])
    .map((field) => `${field} ${quote(labels[field])}, not ${quote(usual[field])}`).join("; ");
}
