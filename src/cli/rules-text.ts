/** `netscope rules list` for people: the tables as `iptables -L -v --line-numbers` orders them, with who met each rule. */
import type { RulesReport } from '../session/model.ts';
import { printable } from '../util/printable.ts';
import { counted, grouped } from './output.ts';
import type { Paint } from './paint.ts';

/** Packets per second since netscope started. */
function rateText(rate: number): string {
  return `${rate < 10 ? rate.toFixed(1) : grouped(Math.round(rate))}/s`;
}

/** @param none what to say where there is nothing to list. */
export function* ruleLines(report: RulesReport, paint: Paint, none: string): Generator<string> {
  for (const error of report.errors) yield paint.bad(`! ${printable(error)}`);
  if (report.tables.length === 0 && report.errors.length === 0) yield none;
  for (const table of report.tables) {
    yield paint.bold(`${printable(table.namespace)}  ${table.backend}  ${table.family}  ${table.name}`);
    for (const chain of table.chains) {
      const policy = chain.policy === null ? '' : ` policy ${chain.policy}`;
      const counter =
        chain.counter === null || chain.policy === null ? '' : ` [${grouped(chain.counter.packets)} packets]`;
      yield `  ${printable(chain.name)}${paint.dim(`${policy}${counter}`)}`;
      for (const rule of chain.rules) {
        const met = chain.connections.get(rule.position)?.length ?? 0;
        const packets = rule.counter === null ? '-' : grouped(rule.counter.packets);
        const rate = chain.rates.get(rule.position) ?? 0;
        const speed = rate > 0 ? paint.dim(`  ${rateText(rate)}`) : '';
        const by = chain.shadowedBy.get(rule.position);
        const shadow =
          by === undefined ? '' : paint.warn(`  never reached: rule ${by} takes all that it matches`);
        const flows = met === 0 ? '' : paint.good(`  <- ${counted(met, 'connection')}`);
        yield `  ${String(rule.position).padStart(4)} ${packets.padStart(10)}  ${printable(rule.text)}${flows}${speed}${shadow}`;
      }
    }
  }
}
