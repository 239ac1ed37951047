/** The problems of a capture as `netscope.diagnosis/1`: no way and no ends of its own, as there are many. */
import { diagnosisSchemaName } from '../diagnose/model.ts';
import type { Problem, Session } from '../session/model.ts';
import { sourceOf } from './flows-document.ts';

export function problemsDocument(session: Session, problems: readonly Problem[]): object {
  const isBlocked = problems.some(({ severity }) => severity === 'blocker');
  return {
    schema: diagnosisSchemaName,
    source: sourceOf(session),
    from: null,
    to: null,
    reachable: isBlocked ? false : null,
    methods: [...(session.snapshot === null ? [] : ['state']), 'capture'],
    path: [],
    findings: problems.map(problemObject),
    beyond: [],
  };
}

/** What both documents and lines of NDJSON say of one; `id` tells it from the others of this run. */
export function problemObject(problem: Problem): object {
  const {
    cause,
    severity,
    confidence,
    summary,
    evidence,
    fix,
    link,
    rule,
    interface: where,
    ...rest
  } = problem;
  return {
    ...{ cause, severity, confidence, summary, evidence, fix, ...(link === undefined ? {} : { link }) },
    ...rest,
    ...{ rule, interface: where },
  };
}
