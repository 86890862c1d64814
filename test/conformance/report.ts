/** The outcomes of one run, as a file that the reference is made from. */
import { readFileSync, writeFileSync } from 'node:fs';
import { type EngineName } from './engines';
import { type Outcome } from './runner';

export interface Report {
  readonly engine: EngineName;
  /** Of the network's programs, such as v3.1.5; empty for the embedded network, which is of the project itself. */
  readonly version: string;
  readonly outcomes: readonly Outcome[];
}

/** Writes the file. */
export function writeReport(file: string, report: Report): void {
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
}

/** @throws Error when the file is not there, or not of this engine */
export function readReport(file: string, engine: EngineName): Report {
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  if (report.engine !== engine) throw new Error(`${file} is a report of the engine ${report.engine}, not ${engine}`);
  return report;
}
