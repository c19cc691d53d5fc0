// `runs/latest`: a link to the newest complete run.

import { existsSync, lstatSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";

export const LATEST = "latest";

/** Points `latest` at a run, unless it already points at a newer one. */
export function linkLatest(runsDir: string, runId: string): void {
  const link = join(runsDir, LATEST);
  const found = lstatSync(link, { throwIfNoEntry: false });
  // Somebody's own file of that name stays; the name still finds the newest finished run.
  if (found && !found.isSymbolicLink()) return;
  const current = latestTarget(runsDir);
  if (current !== null && current > runId && existsSync(join(runsDir, current))) return;
  const temporary = join(runsDir, `.${LATEST}-${runId}`);
  rmSync(temporary, { force: true });
  symlinkSync(runId, temporary, "dir");
  renameSync(temporary, link);
}

/** The run that `latest` points at, `null` when it is no link. */
export function latestTarget(runsDir: string): string | null {
  const link = join(runsDir, LATEST);
  return lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()
    ? basename(readlinkSync(link))
    : null;
}
