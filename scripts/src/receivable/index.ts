/** Receivables 应收账款. */
import type { CommandSpec } from '../cli/command';
import { cancel } from './cancel';
import { confirm } from './confirm';
import { get } from './get';
import { importDocuments } from './import';
import { list } from './list';
import { register } from './register';
import { reject } from './reject';
import { settle } from './settle';

export const commands: readonly CommandSpec[] = [importDocuments, register, get, list, confirm, reject, settle, cancel];
