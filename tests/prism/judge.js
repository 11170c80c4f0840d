// node judge.js DESCRIPTION PATHS UPSTREAM
//
// Prism in front of UPSTREAM: it answers what UPSTREAM answers, unless the request or the answer violates the
// description. Prints `port N` once it listens on loopback, and ends when its input closes.
"use strict";

const diagnostics = require("diagnostics_channel");
const fs = require("fs");
const { createRequire } = require("module");
const { slim } = require("./description");

const [description, paths, upstream] = process.argv.slice(2);
// Its parts are taken as the command line itself would find them.
const installed = createRequire(createRequire(description).resolve("@stoplight/prism-cli/package.json"));
const { createLogger } = installed("@stoplight/prism-core");
const { getHttpOperationsFromSpec } = installed("@stoplight/prism-http");
const { validateOutput } = installed("@stoplight/prism-http/dist/validator");
const { createServer } = installed("@stoplight/prism-http-server");

/** Fails where Prism would let anything pass: it says nothing of a schema that it cannot compile. */
function assertJudges(operations) {
  for (const resource of operations) {
    for (const { code, contents = [] } of resource.responses) {
      for (const { mediaType, schema } of contents) {
        if (!/json/.test(mediaType) || !schema || Object.keys(schema).length === 0) continue;
        const element = { statusCode: Number(code), headers: { "content-type": mediaType }, body: 1.5 };
        if (Number(code) && validateOutput({ resource, element })._tag === "Right") {
          throw new Error(`${resource.method} ${resource.path} ${code} ${mediaType}: 1.5 passes`);
        }
      }
    }
  }
}

async function main() {
  const lines = fs.readFileSync(paths, "utf8").split("\n");
  const operations = await getHttpOperationsFromSpec(slim(description, lines.filter(Boolean)));
  assertJudges(operations);
  const config = {
    checkSecurity: true,
    errors: true,
    isProxy: true,
    mock: { dynamic: false },
    upstream: new URL(upstream),
    validateRequest: true,
    validateResponse: true,
  };
  const logger = createLogger("judge", { level: "silent" });
  const server = createServer(operations, { components: { logger }, config, cors: false });
  const address = await server.listen(0, "127.0.0.1");
  console.log(`port ${new URL(address).port}`);
}

// A connection that is idle while the machine is busy must not be closed under a request that is on its way.
diagnostics.subscribe("http.server.request.start", ({ server }) => {
  server.keepAliveTimeout = 0;
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
main().catch((error) => {
  console.error(error);
  process.exit(1);
});
