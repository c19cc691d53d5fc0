// The prompts inside the binary, as text: an experiment that gives no path falls back on them, and
// `analyze` needs no project.

import k8sLogAnalysisJsonV1 from "../../prompt_templates/k8s_log_analysis_json_v1.yaml" with {
  type: "text",
};
import k8sLogAnalysisV1 from "../../prompt_templates/k8s_log_analysis_v1.yaml" with {
  type: "text",
};
import k8sLogAnalysisV2 from "../../prompt_templates/k8s_log_analysis_v2.yaml" with {
  type: "text",
};

/** YAML text by prompt id. */
export const BUILTIN_PROMPTS: ReadonlyMap<string, string> = new Map([
  ["k8s_log_analysis_v1", k8sLogAnalysisV1],
  ["k8s_log_analysis_json_v1", k8sLogAnalysisJsonV1],
  ["k8s_log_analysis_v2", k8sLogAnalysisV2],
]);
