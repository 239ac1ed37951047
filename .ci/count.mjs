// `node count.mjs REPORT STATUS`: "PASSED FAILED" of a vitest JSON report, and on standard error each test that was skipped.
// A file that failed outside its tests (an import, a hook) is one failure; so is a run that left no report, or a bad exit status
// that nothing in the report explains.
import { existsSync, readFileSync } from 'node:fs';

const [path = '', status = '1'] = process.argv.slice(2);
const files = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).testResults : [];
let passed = 0;
let failed = 0;
for (const file of files) {
  const failedHere = file.assertionResults.filter((test) => test.status === 'failed').length;
  passed += file.assertionResults.filter((test) => test.status === 'passed').length;
  failed += file.status === 'failed' ? Math.max(1, failedHere) : failedHere;
  for (const test of file.assertionResults) {
    if (test.status !== 'passed' && test.status !== 'failed')
      console.error(`skipped ${file.name}: ${test.fullName}`);
  }
}
if (failed === 0 && (status !== '0' || passed === 0)) failed = 1;
console.log(`${passed} ${failed}`);
