package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.ConnectionOptions;
import org.junit.jupiter.api.Test;

/** A handle of an earlier life of an index finds nothing. */
class ConnectionTableTest {
  private static final Settings SETTINGS = new Settings(ConnectionOptions.defaults(), false);

  private static StreamConnection connection(long generation, int index) {
    return new StreamConnection(null, generation << 32 | index, SETTINGS);
  }

  @Test
  void onlyTheWholeHandleFindsAConnection() {
    ConnectionTable table = new ConnectionTable();
    StreamConnection old = connection(1, 70);
    table.put(old);
    assertSame(old, table.get(1L << 32 | 70));
    assertNull(table.get(2L << 32 | 70));
    assertNull(table.get(1L << 32 | 7000));
    assertNull(table.get(-1L));
    assertThrows(IllegalStateException.class, () -> table.put(connection(2, 70)));
    table.remove(old);
    StreamConnection young = connection(2, 70);
    table.put(young);
    table.remove(old);
    assertSame(young, table.get(2L << 32 | 70));
    assertNull(table.get(1L << 32 | 70));
    assertEquals(1, table.count());
  }

  @Test
  void growsToAnyIndex() {
    ConnectionTable table = new ConnectionTable();
    for (int i : new int[] {0, 63, 64, 127, 128, 100_000}) {
      StreamConnection c = connection(5, i);
      table.put(c);
      assertSame(c, table.get(5L << 32 | i));
    }
    assertEquals(6, table.count());
  }
}
