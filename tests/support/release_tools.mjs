// What semantic-release says of the repository in the working directory, as JSON on stdout:
//   node release_tools.mjs FOLDER_OF_NODE_MODULES BRANCHES(JSON)
// Its log goes to stderr. Only the plugins that decide and write; nothing is published.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, branches] = process.argv.slice(2);
const entry = createRequire(`${folder}/`).resolve("semantic-release");
const { default: semanticRelease } = await import(pathToFileURL(entry));
const result = await semanticRelease(
  {
    dryRun: true,
    ci: false,
    branches: JSON.parse(branches),
    plugins: ["@semantic-release/commit-analyzer", "@semantic-release/release-notes-generator"],
  },
  { cwd: process.cwd(), env: process.env, stdout: process.stderr, stderr: process.stderr },
);
const next = result ? result.nextRelease : {};
process.stdout.write(JSON.stringify({ version: next.version ?? null, notes: next.notes ?? "" }));
