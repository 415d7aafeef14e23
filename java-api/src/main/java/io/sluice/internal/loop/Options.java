package io.sluice.internal.loop;

import io.sluice.TcpInfo;
import io.sluice.TransportOption;
import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;
import java.util.Map;

/** Socket options and TCP_INFO in the layouts of {@code sluice.h}. */
final class Options {
  private Options() {}

  static int bytes(Map<TransportOption<?>, Object> options) {
    return options.size() * Abi.OPTVAL_BYTES;
  }

  /** Refuses at the call what no submission could carry. */
  static void check(Map<TransportOption<?>, Object> options) {
    if (options.size() > Abi.MAX_OPTVALS) {
      throw new IllegalArgumentException(
          options.size() + " socket options are more than the " + Abi.MAX_OPTVALS + " one socket can be opened with;"
              + " set the others with Connection.option in onOpen");
    }
  }

  static void write(Map<TransportOption<?>, Object> options, ByteBuffer to, int at) {
    int i = at;
    for (Map.Entry<TransportOption<?>, Object> e : options.entrySet()) {
      to.putInt(i + Abi.OPTVAL_OPTION, e.getKey().number());
      to.putLong(i + Abi.OPTVAL_VALUE, encode(e.getKey(), e.getValue()));
      i += Abi.OPTVAL_BYTES;
    }
  }

  @SuppressWarnings("unchecked")
  private static <T> long encode(TransportOption<T> option, Object value) {
    return option.encode((T) value);
  }

  static TcpInfo tcpInfo(ByteBuffer b) {
    return new TcpInfo(
        b.getInt(0), b.getInt(8), unsigned(b, 24), b.getInt(32), b.getInt(36), b.getInt(40), b.getInt(48), b.getInt(56),
        unsigned(b, 60), unsigned(b, 64), b.getInt(72), b.getInt(76), b.getLong(80), b.getLong(88));
  }

  private static long unsigned(ByteBuffer b, int at) {
    return b.getInt(at) & 0xffffffffL;
  }
}
