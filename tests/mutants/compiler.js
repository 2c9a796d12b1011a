// npm's solc, loaded once: each line of input is a standard JSON input, each line of output its output.
const solc = require(require('path').join(process.argv[2], 'solc'));
require('readline').createInterface({ input: process.stdin }).on('line', line => {
  process.stdout.write(JSON.stringify(JSON.parse(solc.compile(line))) + '\n');
});
