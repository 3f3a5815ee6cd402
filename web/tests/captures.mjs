// Captures, made by hand: pcap and pcapng of raw IPv4 packets with TCP in them.

const LINK_RAW = 101;

const u16 = (...numbers) => Buffer.concat(numbers.map((n) => { const b = Buffer.alloc(2); b.writeUInt16LE(n); return b; }));
const u32 = (...numbers) => Buffer.concat(numbers.map((n) => { const b = Buffer.alloc(4); b.writeUInt32LE(n >>> 0); return b; }));
const padded = (bytes) => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);

export function packet({ from, to, seq, ack = 0, flags, data = Buffer.alloc(0), headerWords = 5, totalLength }) {
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(from[1], 0);
  tcp.writeUInt16BE(to[1], 2);
  tcp.writeUInt32BE(seq >>> 0, 4);
  tcp.writeUInt32BE(ack >>> 0, 8);
  tcp[12] = headerWords << 4;
  tcp[13] = flags;
  tcp.writeUInt16BE(65535, 14);
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip.writeUInt16BE(totalLength ?? (40 + data.length) & 0xffff, 2);
  ip[8] = 64;
  ip[9] = 6;
  ip.set(from[0], 12);
  ip.set(to[0], 16);
  return Buffer.concat([ip, tcp, data]);
}

const [FIN, SYN, RST, ACK] = [1, 2, 4, 16];

// The packets of a connection: `chunks` of what the station sent, each with the millisecond at
// which it came; and how it ended: `fin`, `reset`, or `none`.
export function connection({ station = 1, port = 40000 + station, chunks, end = 'fin', began = 0 }) {
  const us = [[10, 0, 0, 2], port];
  const it = [[10, 0, 0, 100 + station], 8000];
  let seq = 1001;
  const packets = [
    { at: began, bytes: packet({ from: us, to: it, seq: 500, flags: SYN }) },
    { at: began + 0.2, bytes: packet({ from: it, to: us, seq: 1000, ack: 501, flags: SYN | ACK }) },
    { at: began + 0.3, bytes: packet({ from: us, to: it, seq: 501, ack: 1001, flags: ACK }) },
  ];
  let last = began + 0.3;
  for (const [at, data] of chunks) {
    const bytes = Buffer.from(data);
    last = began + at;
    packets.push({ at: last, bytes: packet({ from: it, to: us, seq, ack: 501, flags: ACK, data: bytes }) });
    seq += bytes.length;
  }
  if (end === 'fin') packets.push({ at: last + 1, bytes: packet({ from: it, to: us, seq, ack: 501, flags: FIN | ACK }) });
  if (end === 'reset') packets.push({ at: last + 1, bytes: packet({ from: it, to: us, seq, ack: 501, flags: RST | ACK }) });
  return packets;
}

export function block(type, body, { length, trailer } = {}) {
  const inside = padded(body);
  const whole = 12 + inside.length;
  return Buffer.concat([u32(type, length ?? whole), inside, u32(trailer ?? length ?? whole)]);
}

// The options of a block; a comment is number 1.
export function options(comments) {
  if (comments.length === 0) return Buffer.alloc(0);
  const all = comments.map((comment) => { const bytes = Buffer.from(comment); return Buffer.concat([u16(1, bytes.length & 0xffff), padded(bytes)]); });
  return Buffer.concat([...all, u16(0, 0)]);
}

export const section = (comments = []) => block(0x0a0d0d0a, Buffer.concat([u32(0x1a2b3c4d), u16(1, 0), u32(0xffffffff, 0xffffffff), options(comments)]));
export const link = (type = LINK_RAW) => block(1, Buffer.concat([u16(type, 0), u32(0)]));

export function enhanced({ at, bytes, comments = [], captured, original, interfaceId = 0 }) {
  const micros = BigInt(Math.round((1_795_330_800_000 + at) * 1000));
  const head = u32(interfaceId, Number(micros >> 32n), Number(micros & 0xffffffffn), captured ?? bytes.length, original ?? bytes.length);
  return block(6, Buffer.concat([head, padded(bytes), options(comments)]));
}

export function pcapng(packets, comments = []) {
  return Buffer.concat([section(comments), link(), ...packets.map(enhanced)]);
}

export function pcap(packets, { linkType = LINK_RAW, magic = 0xa1b2c3d4 } = {}) {
  const head = Buffer.concat([u32(magic), u16(2, 4), u32(0, 0, 262144, linkType)]);
  const one = ({ at, bytes, captured, original }) => {
    const micros = Math.round((1_795_330_800_000 + at) * 1000);
    return Buffer.concat([u32(Math.floor(micros / 1e6), micros % 1e6, captured ?? bytes.length, original ?? bytes.length), bytes]);
  };
  return Buffer.concat([head, ...packets.map(one)]);
}
