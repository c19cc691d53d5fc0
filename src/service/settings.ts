// LOG_ANALYZER_* -> checked settings, or every fault at once. Pure: the environment is an argument.

import * as z from "zod";

const Seconds = z.coerce.number().positive();
const Count = z.coerce.number().int();

const Settings = z.object({
  loki_url: z.string(),
  loki_tenant: z.string().optional(),
  loki_timeout_s: Seconds.default(20),
  llm_url: z.string(),
  llm_model: z.string(),
  llm_api_key: z.string().optional(),
  llm_timeout_s: Seconds.default(120),
  prompts_dir: z.string().default("prompt_templates"),
  analyze_prompt_id: z.string().default("log-analysis-v1"),
  taxonomy: z.string().optional(),
  default_limit: Count.default(15),
  max_limit: Count.default(200),
  max_body_bytes: Count.default(65_536),
  max_log_chars: Count.default(10_000),
  max_concurrent: Count.default(4),
  max_queued: Count.default(64),
  deadline_s: Seconds.default(180),
  shutdown_grace_s: Seconds.default(25),
});

export type ServiceSettings = Readonly<z.output<typeof Settings>>;

export function readSettings(
  env: (name: string) => string | undefined,
  _names: readonly string[] = [],
): ServiceSettings {
  const given = Object.keys(Settings.shape).map((key) =>
    [key, env(`LOG_ANALYZER_${key.toUpperCase()}`)] as const
  );
  return Settings.parse(Object.fromEntries(given));
}
