/** State: containers, connection tracking, queues. */
import { describe } from 'vitest';
import { namespaceOf } from '../world.ts';
import { type Case, containerNamed, findsEach, sysctl } from './cases.ts';

const cases: readonly Case[] = [
  {
    cause: 'conntrack-full',
    how: 'count = max',
    from: 'web',
    to: 'db:3306',
    names: '1000 of 1000',
    fault: (s) => sysctl(s, 'net.netfilter.nf_conntrack_count', '1000'),
  },
  {
    cause: 'container-not-running',
    how: 'exited',
    from: 'web',
    to: 'db:3306',
    names: 'db is exited',
    fault: (s) => {
      const one = containerNamed(s, 'db');
      one.state = 'exited';
      delete one.namespace;
      one.endpoints = [];
    },
  },
  {
    cause: 'container-not-running',
    how: 'paused',
    from: 'web',
    to: 'db:3306',
    names: 'db is paused',
    fault: (s) => {
      containerNamed(s, 'db').state = 'paused';
    },
  },
  {
    cause: 'accept-queue-full',
    how: '11 of 10',
    from: 'web',
    to: 'db:3306',
    names: '11 connections wait',
    fault: (s) => {
      for (const one of namespaceOf(s, 'db').listeners) one.receiveQueue = 11;
    },
  },
];

describe('causes: state', () => findsEach(cases));
