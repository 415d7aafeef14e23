package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Where there is no multicast. */
class NoGroupsIT extends DatagramTest {
  NoGroupsIT(EngineCell cell) {
    super(cell);
  }

  /** It was ECONNREFUSED: of an ICMP error, which is told by the same errno, that is the meaning. */
  @Test
  void aGroupIsNotSupported() {
    Assumptions.assumeTrue(UserMode.isHere(), "this kernel has multicast");
    ByteBuffer b = ByteBuffer.allocateDirect(Abi.GROUP_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    b.putShort(Abi.GROUP_FAMILY, (short) Abi.FAMILY_INET4);
    b.put(Abi.GROUP_GROUP, new byte[] {(byte) 239, (byte) 255, 71, 3});
    assertEquals(-Abi.ENOTSUP, d.engine.control(u.open(Datagrams.ANY4), Abi.CONTROL_JOIN, b));
  }
}
