package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.UdpDestination;
import io.sluice.UdpError;
import io.sluice.internal.abi.Abi;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UdpErrorsTest {
  private final ByteBuffer meta = ByteBuffer.allocate(Abi.META_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  @Test
  void aPathThatIsTooNarrowTellsItsMtu() throws Exception {
    InetSocketAddress to = new InetSocketAddress(InetAddress.getByAddress(new byte[] {10, 1, 2, 3}), 4433);
    UdpDestination.to(to).encode(meta, 0);
    meta.putShort(Abi.META_FLAGS, (short) (Abi.META_ERROR | Abi.META_HAS_LOCAL));
    meta.put(Abi.META_LOCAL, new byte[] {10, 9, 9, 9});
    meta.put(Abi.META_ORIGIN, (byte) Abi.ORIGIN_ICMP);
    meta.putShort(Abi.META_CODE, (short) Abi.EMSGSIZE).putInt(Abi.META_OS_ERRNO, 90);
    meta.put(Abi.META_ICMP_TYPE, (byte) 3).put(Abi.META_ICMP_CODE, (byte) 4).putInt(Abi.META_INFO, 1280);
    UdpError e = UdpErrors.ofMeta(meta, 0);
    assertEquals(UdpError.Kind.TOO_LARGE, e.kind());
    assertEquals(UdpError.Origin.ICMP, e.origin());
    assertEquals(to, e.destination());
    assertEquals(InetAddress.getByAddress(new byte[] {10, 9, 9, 9}), e.reportedBy());
    assertEquals(3, e.icmpType());
    assertEquals(4, e.icmpCode());
    assertEquals(1280, e.mtu());
    assertEquals(90, e.osError());
    assertTrue(e.detail().contains("path MTU 1280"), e.detail());
  }

  @Test
  void whatTheSystemDoesNotTellIsSaidToBeUnknown() {
    meta.putShort(Abi.META_FLAGS, (short) Abi.META_ERROR);
    meta.put(Abi.META_ORIGIN, (byte) Abi.ORIGIN_LOCAL).putShort(Abi.META_CODE, (short) Abi.EHOSTUNREACH);
    UdpError e = UdpErrors.ofMeta(meta, 0);
    assertEquals(UdpError.Kind.HOST_UNREACHABLE, e.kind());
    assertEquals(UdpError.Origin.LOCAL, e.origin());
    assertNull(e.destination());
    assertNull(e.reportedBy());
    assertEquals(-1, e.icmpType());
    assertEquals(-1, e.icmpCode());
    assertEquals(0, e.mtu());
  }

  @Test
  void anyBytesGiveSomeError() {
    Random random = new Random(7);
    byte[] bytes = new byte[Abi.META_BYTES];
    for (int i = 0; i < 10_000; i++) {
      random.nextBytes(bytes);
      meta.put(0, bytes);
      assertNotNull(UdpErrors.ofMeta(meta, 0).kind());
    }
  }
}
