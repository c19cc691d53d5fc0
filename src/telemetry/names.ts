// Every span, attribute, event and metric name that we emit, in one place. The gen_ai names are those
// of the OpenTelemetry GenAI semantic conventions v0.1.0 (development status, no npm package has
// them); names of our own start with `logeval.`.

/** Names of spans. A model call's span is `chat` and the name of the model. */
export const SPAN = {
  run: "run",
  optimize: "optimize",
  sample: "sample",
  analyze: "analyze",
  queryLoki: "query loki",
  render: "render prompt",
  chat: "chat",
  parse: "parse answer",
} as const;

export const ATTRIBUTE = {
  operation: "gen_ai.operation.name",
  provider: "gen_ai.provider.name",
  requestModel: "gen_ai.request.model",
  temperature: "gen_ai.request.temperature",
  maxTokens: "gen_ai.request.max_tokens",
  topP: "gen_ai.request.top_p",
  frequencyPenalty: "gen_ai.request.frequency_penalty",
  presencePenalty: "gen_ai.request.presence_penalty",
  seed: "gen_ai.request.seed",
  stream: "gen_ai.request.stream",
  outputType: "gen_ai.output.type",
  responseModel: "gen_ai.response.model",
  finishReasons: "gen_ai.response.finish_reasons",
  timeToFirstChunk: "gen_ai.response.time_to_first_chunk",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  cachedTokens: "gen_ai.usage.cache_read.input_tokens",
  inputMessages: "gen_ai.input.messages",
  outputMessages: "gen_ai.output.messages",
  evaluationName: "gen_ai.evaluation.name",
  evaluationValue: "gen_ai.evaluation.score.value",
  evaluationLabel: "gen_ai.evaluation.score.label",
  httpMethod: "http.request.method",
  httpRoute: "http.route",
  httpStatus: "http.response.status_code",
  urlPath: "url.path",
  urlScheme: "url.scheme",
  serverAddress: "server.address",
  serverPort: "server.port",
  errorType: "error.type",
  attempts: "logeval.attempts",
  logCount: "logeval.log.count",
  promptId: "logeval.prompt.id",
  promptTemplateHash: "logeval.prompt.template_hash",
  promptHash: "logeval.prompt.rendered_hash",
  outcome: "logeval.outcome",
  runId: "logeval.run.id",
  experimentId: "logeval.experiment.id",
  datasetHash: "logeval.dataset.hash",
  calls: "logeval.run.calls",
  end: "logeval.run.end",
  coverage: "logeval.run.coverage",
  overall: "logeval.run.overall",
  sampleId: "logeval.sample.id",
  repeat: "logeval.sample.repeat",
} as const;

/** Names of span events. */
export const EVENT = {
  evaluation: "gen_ai.evaluation.result",
} as const;

/** Histograms: names, units and the conventions' bucket bounds. */
export const HISTOGRAM = {
  duration: {
    name: "gen_ai.client.operation.duration",
    description: "Time of a model call with all its attempts",
    unit: "s",
    bounds: [
      ...[0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56],
      ...[5.12, 10.24, 20.48, 40.96, 81.92],
    ],
  },
  timeToFirstChunk: {
    name: "gen_ai.client.operation.time_to_first_chunk",
    description: "Time to the first text of an answer that is streamed",
    unit: "s",
    bounds: [
      ...[0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75],
      ...[1, 2.5, 5, 7.5, 10],
    ],
  },
  inputTokens: {
    name: "gen_ai.client.inference.operation.input_tokens",
    description: "Tokens of a call's prompt, those from the cache included",
    unit: "{token}",
    bounds: powersOfFour(),
  },
  outputTokens: {
    name: "gen_ai.client.inference.operation.output_tokens",
    description: "Tokens of a call's answer",
    unit: "{token}",
    bounds: powersOfFour(),
  },
} as const;

function powersOfFour(): number[] {
  return Array.from({ length: 14 }, (_, power) => 4 ** power);
}
