// Prints "N passed, N failed" from the JSON report of vitest. A test file that could not run counts as one failed
// test. Ends with 1 when a test failed, when none ran, or when there is no report.
import { readFileSync } from 'node:fs';

function count(path) {
  const { testResults = [] } = JSON.parse(readFileSync(path, 'utf8'));
  const tests = testResults.flatMap(({ assertionResults = [] }) => assertionResults);
  const of = (status) => tests.filter((test) => test.status === status).length;
  const broken = testResults.filter(
    ({ status, assertionResults = [] }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return { passed: of('passed'), failed: of('failed') + broken.length };
}

let result = { passed: 0, failed: 0 };
try {
  result = count(process.argv[2]);
  if (result.passed + result.failed === 0) console.log('No test ran: that is a failure.');
} catch (error) {
  console.log(`There is no report of the tests: ${error.message}`);
}
console.log(`${result.passed} passed, ${result.failed} failed`);
process.exitCode = result.failed === 0 && result.passed > 0 ? 0 : 1;
