// Every span and attribute name that we emit, in one place. The gen_ai names are those of the
// OpenTelemetry GenAI semantic conventions v0.1.0 (development status, no npm package has them).

export const SPAN = {
  analyze: "analyze",
  chat: "chat",
} as const;

export const ATTRIBUTE = {
  operation: "gen_ai.operation.name",
  requestModel: "gen_ai.request.model",
  temperature: "gen_ai.request.temperature",
  maxTokens: "gen_ai.request.max_tokens",
  topP: "gen_ai.request.top_p",
  seed: "gen_ai.request.seed",
  responseModel: "gen_ai.response.model",
  finishReasons: "gen_ai.response.finish_reasons",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  errorType: "error.type",
  promptId: "logeval.prompt.id",
  promptHash: "logeval.prompt.rendered_hash",
  outcome: "logeval.outcome",
} as const;
