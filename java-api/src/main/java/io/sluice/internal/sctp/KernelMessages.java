package io.sluice.internal.sctp;

import io.sluice.CloseReason;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Received messages. One that fits a receive buffer is lent to the handler from there; a longer one comes in pieces, which are put together
 * on the heap. The kernel does not put another message of the association in between. Loop thread only.
 */
final class KernelMessages {
  private static final byte[] TOO_LONG = "message too long".getBytes(StandardCharsets.US_ASCII);
  private static final int MIN_ASSEMBLY_BYTES = 64 << 10;

  /** Pieces so far. */
  private static final class Assembly {
    byte[] bytes = new byte[MIN_ASSEMBLY_BYTES];
    int length;

    void add(ByteBuffer from, int at, int n) {
      if (n > bytes.length - length) {
        bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + n));
      }
      from.get(at, bytes, length, n);
      length += n;
    }
  }

  private final AssociationHome home;
  private final MessageLease lease;
  /** By the association's id in C. */
  private final Map<Long, Assembly> assemblies = new HashMap<>();

  KernelMessages(AssociationHome home) {
    this.home = home;
    this.lease = new MessageLease(home.loop);
  }

  /** @param at offset of the {@code sluice_meta}; the payload follows it */
  void received(Association a, ByteBuffer from, int at, int bytes) {
    int flags = from.getShort(at + Abi.META_FLAGS);
    int payload = at + Abi.META_BYTES;
    boolean last = (flags & Abi.META_PARTIAL) == 0;
    Assembly pieces = assemblies.isEmpty() ? null : assemblies.get(a.handle);
    if ((pieces == null ? 0 : pieces.length) + (long) bytes > home.maxMessageBytes) {
      forget(a.handle);
      tooLong(a);
    } else if (pieces == null && last) {
      deliver(a, from, payload, bytes, from, at);
    } else {
      if (pieces == null) {
        pieces = new Assembly();
        assemblies.put(a.handle, pieces);
      }
      pieces.add(from, payload, bytes);
      if (last) {
        forget(a.handle);
        deliver(a, ByteBuffer.wrap(pieces.bytes), 0, pieces.length, from, at);
      }
    }
  }

  private void deliver(Association a, ByteBuffer data, int offset, int length, ByteBuffer meta, int at) {
    lease.begin(
        data, offset, length, meta.getShort(at + Abi.META_STREAM) & 0xffff, meta.getInt(at + Abi.META_PPID),
        (meta.getShort(at + Abi.META_FLAGS) & Abi.META_UNORDERED) != 0);
    try {
      a.message(lease);
    } finally {
      lease.end();
    }
  }

  private void tooLong(Association a) {
    String detail = "the peer sent a message above the limit of " + home.maxMessageBytes + " bytes";
    a.abort(TOO_LONG, new CloseReason(Kind.RESOURCE_LIMIT, Initiator.LOOP, 0, 0, detail, 0));
  }

  /** The association has ended. */
  void forget(long id) {
    if (!assemblies.isEmpty()) {
      assemblies.remove(id);
    }
  }
}
