// Prints what the parser says of each AsyncAPI document, as JSON: [{accepted, found: [{severity, path, message}]}];
// severity 0 is an error, 1 a warning.
// Use: node validate.cjs FOLDER_THAT_HOLDS_NODE_MODULES DOCUMENT…
const { readFileSync } = require("node:fs");

const [modules, ...documents] = process.argv.slice(2);
const { Parser } = require(require.resolve("@asyncapi/parser", { paths: [modules] }));

async function judge(file) {
  const { document, diagnostics } = await new Parser().parse(readFileSync(file, "utf8"));
  const found = diagnostics.map(({ severity, path, message }) => ({ severity, path: path.join("."), message }));
  return { accepted: document !== undefined, found };
}

Promise.all(documents.map(judge)).then((answers) => console.log(JSON.stringify(answers)));
