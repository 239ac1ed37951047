import type { Command } from 'commander';
import { type Ability, inspectAbilities } from '../../host/doctor.ts';
import { addOutputOptions, type ColorChoice, colorOption, dockerHostOption, wantsColor } from '../options.ts';
import { Output } from '../output.ts';
import { createPaint, type Paint } from '../paint.ts';

interface DoctorOptions {
  readonly json?: boolean;
  readonly color?: ColorChoice;
  readonly dockerHost?: string;
}

export function doctorCommand(program: Command): void {
  const command = program
    .command('doctor')
    .summary('what this host and this user can do')
    .description(
      'What netscope can do on this host as this user: privileges, tools, engines, capture backends.',
    )
    .addOption(dockerHostOption())
    .addOption(colorOption());
  addOutputOptions(command, ['json']).action(doctor);
}

async function doctor(options: DoctorOptions): Promise<void> {
  const abilities = await inspectAbilities(
    options.dockerHost === undefined ? {} : { dockerHost: options.dockerHost },
  );
  const output = new Output();
  if (options.json === true) {
    await output.json({ schema: 'netscope.doctor/1', abilities });
    return;
  }
  const paint = createPaint(wantsColor(options.color));
  for (const ability of abilities) await output.line(abilityLine(ability, paint));
  await output.flush();
}

function abilityLine(ability: Ability, paint: Paint): string {
  const mark = ability.ok ? paint.good('ok') : paint.bad('--');
  const remedy = ability.ok || ability.remedy === '' ? '' : `\n     ${paint.dim(ability.remedy)}`;
  return `${mark}   ${ability.what.padEnd(24)} ${ability.detail}${remedy}`;
}
