import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';

/** A program that starts the server of a folder, says so on stdout and waits: SIGTERM stops it, SIGUSR2 lets it fail. */
const [dataDir, packageDir] = process.argv.slice(2);
if (dataDir === undefined) throw new Error('usage: embedded-program.ts <data folder> [package folder]');
try {
  const seams = packageDir === undefined ? {} : { packageDir };
  const server = await startEmbeddedPostgres({ dataDir, seams });
  const { ownerUrl, pid, clusterDir } = server;
  process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)));
  process.once('SIGUSR2', () => process.exit(1));
  setInterval(() => {}, 60_000);
  console.log(JSON.stringify({ ownerUrl, pid, clusterDir }));
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  console.log(JSON.stringify({ code, message }));
}
