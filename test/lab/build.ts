/** The lab runs netscope as it is shipped, so it is built before the first test. What does not build is the build's to say. */
import { execa } from 'execa';

export async function setup(): Promise<void> {
  await execa('npm', ['run', '--silent', 'build'], {
    reject: false,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}
