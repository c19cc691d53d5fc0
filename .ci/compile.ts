// `deno task compile`: one self-contained binary. The program is bundled first, because start-up
// then reads a few files instead of hundreds of modules. Arguments (such as `--target
// aarch64-apple-darwin`) go to `deno compile`.

// V8 otherwise lets the heap grow to 300 MB in a run of 20,000 samples, most of it garbage of HTTP
// responses that only a full collection takes away.
const V8_FLAGS = "--v8-flags=--heap-growing-percent=30,--max-semi-space-size=4";
const PERMISSIONS = ["--allow-net", "--allow-read", "--allow-write", "--allow-env"];

async function deno(...args: string[]): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), { args }).spawn().status;
  if (code !== 0) throw new Error(`deno ${args[0]} ended with code ${code}`);
}

const bundle = await Deno.makeTempDir({ prefix: "logeval-bundle-" });
try {
  await deno("bundle", "--quiet", "--code-splitting", "--outdir", bundle, "src/main.ts");
  const output = Deno.args.some((arg) => /^(-o|--output)/.test(arg)) ? [] : ["--output", "logeval"];
  await deno(
    "compile",
    "--quiet",
    "--no-check",
    "--no-prompt",
    V8_FLAGS,
    ...PERMISSIONS,
    ...output,
    ...Deno.args,
    `${bundle}/main.js`,
  );
} finally {
  await Deno.remove(bundle, { recursive: true });
}
