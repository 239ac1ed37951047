// `node count.mjs REPORT STATUS WHAT`: "PASSED FAILED" of a vitest JSON report. File descriptor 3 gets each failed test with its first
// message, standard error each test that was skipped and each that passed only when it was tried again.
// A file that failed outside its tests (an import, a hook) is one failure; so is a run that left no report, or a bad exit status
// that nothing in the report explains.
import { existsSync, readFileSync, writeSync } from 'node:fs';

const [path = '', status = '1', what = ''] = process.argv.slice(2);
const files = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).testResults : [];
const colors = /\u001b\[[0-9;]*m/g;
/** The first message without most of its stack: `lines` of it. */
const message = (messages, lines) =>
  (messages?.[0] ?? '').replace(colors, '').split('\n').slice(0, lines).join('\n    ');
const failure = (name, messages) => writeSync(3, `FAILED  ${what}: ${name}\n    ${message(messages, 30)}\n`);

let passed = 0;
let failed = 0;
for (const file of files) {
  let failedHere = 0;
  for (const test of file.assertionResults) {
    const name = `${file.name}: ${test.fullName}`;
    if (test.status === 'passed') {
      passed += 1;
      // vitest keeps the messages of the first try of a test that it tried again.
      if (test.failureMessages?.length > 0)
        console.error(`again   ${name}: ${message(test.failureMessages, 3)}`);
    } else if (test.status === 'failed') {
      failedHere += 1;
      failure(name, test.failureMessages);
    } else console.error(`skipped ${name}`);
  }
  if (file.status === 'failed' && failedHere === 0) {
    failedHere = 1;
    failure(file.name, [file.message]);
  }
  failed += failedHere;
}
if (failed === 0 && (status !== '0' || passed === 0)) {
  failed = 1;
  failure(`exit status ${status}`, [passed === 0 ? 'no report' : 'every test of the report passed']);
}
console.log(`${passed} ${failed}`);
