// An OpenAI-compatible server that waits and answers, for speed measurements: so many slots, so many
// milliseconds a call, the rest queues as llama-server queues. Runs as a process of its own.
//
//   deno run --allow-net src/bench/model_server.ts SLOTS DELAY_MS
//
// Prints its URL, answers until it is killed.

const [slots = 4, delayMs = 0] = Deno.args.map(Number);
const ANSWER = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  model: "speed",
  choices: [{
    index: 0,
    finish_reason: "stop",
    message: {
      role: "assistant",
      content: "Root cause: connection_refused\nSeverity: error\nComponent: log_analyzer\n" +
        "Summary: The log analyzer cannot reach its model server.\nAction needed: restart_service",
    },
  }],
  usage: { prompt_tokens: 600, completion_tokens: 40, total_tokens: 640 },
});

let busy = 0;
const waiting: (() => void)[] = [];

async function answer(): Promise<Response> {
  if (delayMs > 0) {
    if (busy >= slots) await new Promise<void>((resolve) => waiting.push(resolve));
    else busy++;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    const next = waiting.shift();
    if (next) next();
    else busy--;
  }
  return new Response(ANSWER, { headers: { "content-type": "application/json" } });
}

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
  const path = new URL(request.url).pathname;
  if (path === "/health") return Response.json({ status: "ok" });
  if (path !== "/v1/chat/completions") return new Response("not found", { status: 404 });
  await request.arrayBuffer();
  return await answer();
});
// deno-lint-ignore no-console
console.log(`http://127.0.0.1:${server.addr.port}`);
