package io.sluice.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FlatJsonTest {
  private final FlatJson json = new FlatJson("{\"name\":\"c-epoll\",\"messages\":12,\"rate\":-1.5e3}");

  @Test
  void readsNumbersAndText() {
    assertEquals("c-epoll", json.text("name"));
    assertEquals(12, json.number("messages"));
    assertEquals(-1500, json.number("rate"));
    assertTrue(json.has("rate"));
    assertFalse(json.has("syscalls"));
  }

  @Test
  void namesTheMissingMember() {
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> json.number("syscalls"));
    assertTrue(e.getMessage().contains("\"syscalls\""), e.getMessage());
  }

  @Test
  void putsMembersInFront() {
    Map<String, Object> more = new LinkedHashMap<>();
    more.put("round", 3);
    more.put("workload", "ping64");
    assertEquals(
        "{\"round\":3,\"workload\":\"ping64\",\"name\":\"c-epoll\",\"messages\":12,\"rate\":-1.5e3}",
        json.with(more));
  }
}
