/** Where the project is. */
import { join } from 'node:path';

/** The project's folder; the same from scripts/src and scripts/dist. */
export const ROOT = join(__dirname, '..', '..');
