// The prompt of a stored answer, rendered again from what its run froze.

import { LogAnalyzer } from "../analyzer/analyzer.ts";
import type { ChatMessage } from "../analyzer/llm.ts";
import { parsePromptTemplate } from "../analyzer/prompt.ts";
import { logEntryOf } from "../dataset/sample.ts";
import { sampleContext } from "./evaluate.ts";
import type { RunConfig, SampleRecord } from "./run_files.ts";

/**
 * The messages that the model got for a record.
 *
 * @throws {UsageError} when the frozen prompt is no template any more
 */
export function promptAsSent(config: RunConfig, record: SampleRecord): readonly ChatMessage[] {
  const { template } = parsePromptTemplate(config.prompt.text, `${config.prompt.id}.yaml`);
  const analyzer = new LogAnalyzer({
    llmUrl: config.model.endpoint ?? "http://localhost",
    modelName: config.model.name,
    promptTemplate: template,
  });
  const context = sampleContext(record.input, config.prompt.variables);
  return analyzer.buildPrompt([logEntryOf(record.input)], context);
}
