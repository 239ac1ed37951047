/** Policy routing rules, by RTM_GETRULE (linux/fib_rules.h). */
import type { PolicyRule } from '../snapshot/schema.ts';
import { forEachAttribute, signed32, text, unsigned } from './ffi/attributes.ts';
import type { NetlinkSocket } from './ffi/netlink.ts';
import { familyName, ipAddress } from './inet.ts';

const RTM_NEWRULE = 32;
const RTM_GETRULE = 34;
const FIB_RULE_INVERT = 2;

const ruleActions: Readonly<Record<number, string>> = {
  1: 'to_tbl',
  2: 'goto',
  3: 'nop',
  6: 'blackhole',
  7: 'unreachable',
  8: 'prohibit',
};

/** In the order in which the kernel tries them. */
export function readPolicyRules(socket: NetlinkSocket): PolicyRule[] {
  const rules: PolicyRule[] = [];
  socket.dump(
    RTM_GETRULE,
    Buffer.alloc(12),
    (type, buffer, start, end) => {
      if (type !== RTM_NEWRULE || end - start < 12) return;
      const rule = readPolicyRule(buffer, start, end);
      if (rule !== undefined) rules.push(rule);
    },
    () => {
      rules.length = 0;
    },
  );
  return rules;
}

/** struct fib_rule_hdr and FRA_*. */
function readPolicyRule(buffer: Buffer, start: number, end: number): PolicyRule | undefined {
  const family = familyName(buffer.readUInt8(start));
  if (family === undefined) return undefined;
  const destinationLength = buffer.readUInt8(start + 1);
  const sourceLength = buffer.readUInt8(start + 2);
  const tos = buffer.readUInt8(start + 3);
  const table = buffer.readUInt8(start + 4);
  const action = buffer.readUInt8(start + 7);
  const rule: PolicyRule = {
    family,
    priority: 0,
    action: ruleActions[action] ?? String(action),
    invert: (buffer.readUInt32LE(start + 8) & FIB_RULE_INVERT) !== 0,
    ...(table !== 0 && { table }),
    ...(tos !== 0 && { tos }),
  };
  const range = (at: number): [number, number] => [buffer.readUInt16LE(at), buffer.readUInt16LE(at + 2)];
  forEachAttribute(buffer, start + 12, end, (attribute, at, length) => {
    switch (attribute) {
      case 1:
        rule.destination = `${ipAddress(buffer, at, length) ?? ''}/${destinationLength}`;
        break;
      case 2:
        rule.source = `${ipAddress(buffer, at, length) ?? ''}/${sourceLength}`;
        break;
      case 3:
        rule.inInterface = text(buffer, at, length);
        break;
      case 4:
        rule.gotoPriority = unsigned(buffer, at, length);
        break;
      case 6:
        rule.priority = unsigned(buffer, at, length);
        break;
      case 10:
        rule.mark = unsigned(buffer, at, length);
        break;
      case 14: {
        const suppressed = signed32(buffer, at, length);
        if (suppressed >= 0) rule.suppressPrefixLength = suppressed;
        break;
      }
      case 15:
        rule.table = unsigned(buffer, at, length);
        break;
      case 16:
        rule.markMask = unsigned(buffer, at, length);
        break;
      case 17:
        rule.outInterface = text(buffer, at, length);
        break;
      case 20:
        if (length >= 8) rule.uids = [buffer.readUInt32LE(at), buffer.readUInt32LE(at + 4)];
        break;
      case 22:
        rule.protocol = unsigned(buffer, at, length);
        break;
      case 23:
        if (length >= 4) rule.sourcePorts = range(at);
        break;
      case 24:
        if (length >= 4) rule.destinationPorts = range(at);
        break;
    }
  });
  return rule;
}
