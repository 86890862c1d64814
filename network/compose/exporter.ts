/** Metrics that no node gives by itself: until when certificates are valid, and how much space is left. */
import { X509Certificate } from 'node:crypto';
import { readdir, readFile, statfs } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { basename, join } from 'node:path';

/**
 * Serves `/metrics`.
 * @param folder certificates as `<organisation>/<name>.pem`, read at each question
 */
export function startExporter(folder: string, port: number, host: string): Server {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(request.url === '/healthz' ? 200 : 404).end();
      return;
    }
    metrics(folder).then(
      (text) => response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  return server.listen(port, host);
}

/** In the text format of Prometheus. @throws Error when the folder or a certificate in it cannot be read */
export async function metrics(folder: string): Promise<string> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return [
    '# HELP onepledge_certificate_expires_seconds Unix time at which a certificate ends to be valid',
    '# TYPE onepledge_certificate_expires_seconds gauge',
    ...(await certificateLines(folder)),
    '# HELP onepledge_disk_free_bytes Space that is left where the volumes are',
    '# TYPE onepledge_disk_free_bytes gauge',
    `onepledge_disk_free_bytes ${bavail * bsize}`,
    '# HELP onepledge_disk_size_bytes Size of the disk where the volumes are',
    '# TYPE onepledge_disk_size_bytes gauge',
    `onepledge_disk_size_bytes ${blocks * bsize}`,
    '',
  ].join('\n');
}

async function certificateLines(folder: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const organization of (await readdir(folder)).sort()) {
    for (const file of (await readdir(join(folder, organization))).sort()) {
      const { validTo } = new X509Certificate(await readFile(join(folder, organization, file)));
      const labels = `organization="${organization}",certificate="${basename(file, '.pem')}"`;
      lines.push(`onepledge_certificate_expires_seconds{${labels}} ${Date.parse(validTo) / 1000}`);
    }
  }
  return lines;
}
