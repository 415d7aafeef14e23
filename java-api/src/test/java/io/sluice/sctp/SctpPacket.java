package io.sluice.sctp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** SCTP packets by their bytes (RFC 9260 section 3): what no honest stack would send. */
final class SctpPacket {
  static final int DATA = 0;
  static final int INIT = 1;
  static final int ABORT = 6;
  static final int SHUTDOWN = 7;
  static final int SHUTDOWN_ACK = 8;
  static final int COOKIE_ECHO = 10;
  static final int COOKIE_ACK = 11;
  /** Ports, tag, checksum. */
  static final int HEADER_BYTES = 12;
  static final int CHUNK_HEADER_BYTES = 4;
  private static final int CHECKSUM = 8;

  private SctpPacket() {}

  /** Of the first chunk; -1: it has none. */
  static int type(byte[] packet) {
    return packet.length > HEADER_BYTES ? packet[HEADER_BYTES] & 0xff : -1;
  }

  static int port(byte[] packet, int at) {
    return ByteBuffer.wrap(packet).getShort(at) & 0xffff;
  }

  static byte[] of(int fromPort, int toPort, int tag, byte[]... chunks) {
    int n = HEADER_BYTES + Arrays.stream(chunks).mapToInt(c -> c.length).sum();
    ByteBuffer b = ByteBuffer.allocate(n).putShort((short) fromPort).putShort((short) toPort).putInt(tag).putInt(0);
    for (byte[] c : chunks) {
      b.put(c);
    }
    return sealed(b.array());
  }

  /** The header of a packet that was seen, with other chunks. */
  static byte[] like(byte[] seen, byte[]... chunks) {
    ByteBuffer b = ByteBuffer.wrap(seen);
    return of(b.getShort(0) & 0xffff, b.getShort(2) & 0xffff, b.getInt(4), chunks);
  }

  /** Padded. */
  static byte[] chunk(int type, int flags, byte[] value) {
    int n = CHUNK_HEADER_BYTES + value.length;
    return ByteBuffer.allocate((n + 3) / 4 * 4).put((byte) type).put((byte) flags).putShort((short) n).put(value).array();
  }

  /** With an error cause. */
  static byte[] abort(int cause, byte[] reason) {
    int n = CHUNK_HEADER_BYTES + reason.length;
    return chunk(ABORT, 0, ByteBuffer.allocate(n).putShort((short) cause).putShort((short) n).put(reason).array());
  }

  static byte[] init(int tag) {
    return chunk(INIT, 0,
        ByteBuffer.allocate(16).putInt(tag).putInt(65536).putShort((short) 16).putShort((short) 16).putInt(1).array());
  }

  /** With the right checksum. */
  static byte[] sealed(byte[] packet) {
    ByteBuffer b = ByteBuffer.wrap(packet).order(ByteOrder.LITTLE_ENDIAN).putInt(CHECKSUM, 0);
    CRC32C crc = new CRC32C();
    crc.update(packet);
    b.putInt(CHECKSUM, (int) crc.getValue());
    return packet;
  }
}
