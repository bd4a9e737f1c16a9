// What semantic-release says, as JSON on stdout; its log goes to stderr.
//   node release_tools.mjs FOLDER_OF_NODE_MODULES next '{"branches": […], "preset": "…"}'
//     of the repository in the working directory: the version and the notes of its next release
//   node release_tools.mjs FOLDER_OF_NODE_MODULES bumps '{"messages": […], "preset": "…"}'
//     of each message, as if it were the only commit: "major", "minor", "patch" or null
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, what, given] = process.argv.slice(2);
const asked = JSON.parse(given);
const load = (name) => import(pathToFileURL(createRequire(`${folder}/`).resolve(name)));
const preset = { preset: asked.preset };

// Only the plugins that decide and write: nothing is published.
async function next() {
  const { default: semanticRelease } = await load("semantic-release");
  const plugins = ["@semantic-release/commit-analyzer", "@semantic-release/release-notes-generator"];
  const result = await semanticRelease(
    { dryRun: true, ci: false, branches: asked.branches, plugins: plugins.map((name) => [name, preset]) },
    { cwd: process.cwd(), env: process.env, stdout: process.stderr, stderr: process.stderr },
  );
  const release = result ? result.nextRelease : {};
  return { version: release.version ?? null, notes: release.notes ?? "" };
}

async function bumps() {
  const { analyzeCommits } = await load("@semantic-release/commit-analyzer");
  const found = [];
  for (const message of asked.messages) {
    const commits = [{ hash: "0".repeat(40), message }];
    found.push(await analyzeCommits(preset, { commits, cwd: folder, logger: { log: () => {} } }));
  }
  return found;
}

process.stdout.write(JSON.stringify(await { next, bumps }[what]()));
