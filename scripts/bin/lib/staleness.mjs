/** Whether what is installed and built still is what the sources say. Looks at files only; changes nothing but its stamps. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import process from 'node:process';

/** The workspaces that run; test/ is built by `npm test` alone. */
export const PROGRAMS = ['chaincode', 'network', 'gateway', 'scripts'];

const INSTALL_STAMP = join('node_modules', '.onepledge-install');
const BUILD_STAMP = join('node_modules', '.onepledge-build');

/**
 * What the lock file asks for, if node_modules is missing or is not that.
 * @param {string} root the project's folder
 * @returns {string | undefined} the stamp to write after installing, undefined when nothing is to be done
 */
export function staleInstall(root) {
  const text = readFileSync(join(root, 'package-lock.json'));
  const wanted = sha256(text);
  if (readStamp(root, INSTALL_STAMP) === wanted) return undefined;
  if (!matchesHiddenLock(root, text)) return wanted;
  writeStamp(root, INSTALL_STAMP, wanted);
  return undefined;
}

/**
 * Whether the lock file lists all optional packages, those for other systems too. One made where the registry did not offer
 * them all does not, and `npm ci` refuses it; `npm install` takes it and installs the versions that it pins.
 * @param {string} root the project's folder
 */
export function isCompleteLock(root) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const listed = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)));
  return Object.values(packages).every(({ optionalDependencies = {} }) =>
    Object.keys(optionalDependencies).every((name) => listed.has(name)),
  );
}

/** Records that what `stamp` stands for is installed. */
export function stampInstall(root, stamp) {
  writeStamp(root, INSTALL_STAMP, stamp);
}

/**
 * What the sources are, if the programs were built from something else or not at all.
 * @param {string} root the project's folder
 * @returns {{ stamp: string, missing: boolean } | undefined} the stamp to write after building, and whether outputs are gone
 * (then the compiler's own records must not be trusted); undefined when nothing is to be done
 */
export function staleBuild(root) {
  const missing = PROGRAMS.some((name) => !existsSync(join(root, name, 'dist')));
  const stamp = sourcesStamp(root);
  return missing || readStamp(root, BUILD_STAMP) !== stamp ? { stamp, missing } : undefined;
}

/** Records that the programs are built from what `stamp` stands for. */
export function stampBuild(root, stamp) {
  writeStamp(root, BUILD_STAMP, stamp);
}

/** Names, sizes and times of all that the programs are built from. */
function sourcesStamp(root) {
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', 'tsconfig.base.json', 'tsconfig.json']) add(hash, root, join(root, file));
  for (const name of PROGRAMS) walk(hash, root, join(root, name));
  return hash.digest('hex');
}

const NOT_SOURCES = new Set(['node_modules', 'dist', 'bin', '.onepledge']);

function walk(hash, root, folder) {
  if (!existsSync(folder)) return;
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!NOT_SOURCES.has(entry.name)) walk(hash, root, path);
    } else if (/\.ts$|^(package|tsconfig)\.json$/.test(entry.name) && !entry.name.endsWith('.test.ts')) {
      add(hash, root, path);
    }
  }
}

function add(hash, root, path) {
  const { size, mtimeMs } = statSync(path);
  hash.update(`${relative(root, path).split(sep).join('/')}\0${size}\0${mtimeMs}\n`);
}

/**
 * npm writes what it has installed to node_modules/.package-lock.json. Comparing with it finds an installation that somebody
 * made with npm itself, so that it is not made again.
 */
function matchesHiddenLock(root, text) {
  let wanted;
  let installed;
  try {
    wanted = JSON.parse(text).packages;
    installed = JSON.parse(readFileSync(join(root, 'node_modules', '.package-lock.json'))).packages;
  } catch {
    return false;
  }
  const here = (name) => name.startsWith('node_modules/');
  for (const [name, entry] of Object.entries(installed)) {
    if (here(name) && !entry.link && wanted[name]?.version !== entry.version) return false;
  }
  // Optional packages are for other systems as a rule; peers that are optional are not installed.
  return Object.entries(wanted).every(
    ([name, entry]) => !here(name) || installed[name] !== undefined || entry.optional || entry.peer,
  );
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).update(process.version.split('.')[0]).digest('hex');
}

function readStamp(root, name) {
  try {
    return readFileSync(join(root, name), 'utf8').trim();
  } catch {
    return undefined;
  }
}

function writeStamp(root, name, stamp) {
  const path = join(root, name);
  const temporary = `${path}.${process.pid}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(temporary, `${stamp}\n`);
  renameSync(temporary, path);
}
