import zlib from 'node:zlib';

/**
 * The bytes of an answer as a text that can be stored: inflated and cut at the limit, decoded by the named charset,
 * without NUL (PostgreSQL refuses it in text) and without half a character at the cut.
 */

const HEADERS_KEPT_MAX = 100;

/** `truncated` when inflating met the limit. Bytes that do not inflate are shown as they came. */
export async function answerText(
  bytes: Buffer,
  headers: Record<string, string>,
  limitBytes: number,
): Promise<{ text: string; truncated: boolean }> {
  const { plain, truncated } = await inflate(bytes, headers['content-encoding'] ?? '', limitBytes);
  return { text: decode(plain, headers['content-type'] ?? ''), truncated };
}

/** Header values as texts; repeated ones are joined by a comma. */
export function plainHeaders(raw: Record<string, string | string[] | undefined>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw).slice(0, HEADERS_KEPT_MAX)) {
    if (value === undefined || name === '__proto__') continue;
    plain[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}

async function inflate(bytes: Buffer, encoding: string, limitBytes: number) {
  const coding = encoding.trim().toLowerCase();
  const unpack = INFLATERS[coding];
  if (unpack === undefined) return { plain: bytes, truncated: false };
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of unpack(bytes)) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > limitBytes) break;
    }
  } catch {
    if (size === 0) return { plain: bytes, truncated: false };
  }
  return { plain: Buffer.concat(chunks).subarray(0, limitBytes), truncated: size > limitBytes };
}

/** Streams, so that a bomb is left after the limit instead of being unpacked and cut. */
const INFLATERS: Record<string, (bytes: Buffer) => AsyncIterable<unknown>> = {
  gzip: (bytes) => streamed(bytes, zlib.createGunzip({ finishFlush: zlib.constants.Z_SYNC_FLUSH })),
  'x-gzip': (bytes) => streamed(bytes, zlib.createGunzip({ finishFlush: zlib.constants.Z_SYNC_FLUSH })),
  deflate: (bytes) => streamed(bytes, zlib.createInflate({ finishFlush: zlib.constants.Z_SYNC_FLUSH })),
  br: (bytes) => streamed(bytes, zlib.createBrotliDecompress()),
};

function streamed(bytes: Buffer, unpacker: zlib.Gunzip | zlib.Inflate | zlib.BrotliDecompress) {
  unpacker.end(bytes);
  return unpacker;
}

function decode(bytes: Buffer, contentType: string): string {
  const charset = /charset="?([\w.:-]{1,40})/i.exec(contentType)?.[1] ?? 'utf-8';
  // `stream` keeps back the half character at the end instead of showing it as a replacement mark.
  return decoderOf(charset).decode(bytes, { stream: true }).replaceAll('\u0000', '\ufffd').toWellFormed();
}

function decoderOf(charset: string) {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}
