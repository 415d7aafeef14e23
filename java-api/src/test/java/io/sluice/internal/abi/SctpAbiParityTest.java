package io.sluice.internal.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.internal.load.Platform;
import io.sluice.sctp.SctpLiveness;
import io.sluice.sctp.SctpMetric;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every number of {@link SctpAbi} is what the C compiler says of {@code sluice_sctp.h} and the structures of {@code
 * sluice_sctp_kernel.h}, and none is missing. */
class SctpAbiParityTest {
  private static final Map<String, String> PREFIXES =
      Map.ofEntries(
          Map.entry("sluice_sctp_addr", "PEER_"), Map.entry("sluice_sctp_datagram", "DGRAM_"),
          Map.entry("sluice_sctp_slot", "SLOT_HDR_"), Map.entry("sluice_sctp_event", "EVENT_"),
          Map.entry("sluice_sctp_header", "HDR_"), Map.entry("sluice_sctp_config", "CFG_"),
          Map.entry("sluice_sctp_options", "OPT_"), Map.entry("sluice_sctp_connect_args", "CONN_"),
          Map.entry("sluice_sctp_listen_args", "LSN_"), Map.entry("sluice_sctp_message", "SEND_"),
          Map.entry("sluice_sctp_probe_info", "PROBE_"), Map.entry("sluice_sctp_close_info", "CLOSE_INFO_"),
          Map.entry("sluice_sctp_info", "INFO_"), Map.entry("sluice_ksctp_config", "KCFG_"),
          Map.entry("sluice_ksctp_listen_args", "KLSN_"), Map.entry("sluice_ksctp_connect_args", "KCONN_"));

  private static final Map<String, Integer> REQUIRED = new TreeMap<>();

  @BeforeAll
  static void readTheDump() throws IOException {
    String resource = "META-INF/native/" + Platform.current().classifier() + "/abi-sctp.txt";
    try (InputStream in = SctpAbiParityTest.class.getClassLoader().getResourceAsStream(resource)) {
      assumeTrue(in != null, "no " + resource + " on the class path: no native jar, or one from a cross build");
      Set<String> lines = new HashSet<>(new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList());
      lines.forEach(line -> take(line, lines));
    }
  }

  private static void take(String line, Set<String> lines) {
    String[] parts = line.split(" ");
    int value = (int) Long.parseLong(parts[1]);
    String[] path = parts[0].split("\\.");
    String name = path[0];
    if (path.length > 1) {
      String prefix = PREFIXES.get(path[1]);
      assertTrue(prefix != null, "no Java prefix for the structure " + path[1]);
      if (path.length == 2) {
        // A field called "bytes" takes the name that the size would have.
        boolean taken = lines.stream().anyMatch(l -> l.startsWith("offsetof." + path[1] + ".bytes "));
        name = prefix + (taken ? "BYTES_TOTAL" : "BYTES");
      } else if (path[0].equals("sizeof") || path[2].matches("(reserved|pad)\\d*")) {
        return;
      } else {
        name = prefix + path[2].toUpperCase();
      }
    }
    assertEquals(null, REQUIRED.put(name, value), name + " stands for two numbers");
  }

  @Test
  void theConstantsOfJavaAndCAreTheSame() throws Exception {
    Map<String, Integer> constants = new TreeMap<>();
    for (Field field : SctpAbi.class.getFields()) {
      constants.put(field.getName(), field.getInt(null));
    }
    assertTrue(constants.size() > 200, "reflection found only " + constants.size() + " constants");
    assertEquals(REQUIRED, constants);
  }

  /** The metrics count what C counts; only those that concern the hand-over of memory are not for users. */
  @Test
  void everyCounterIsAMetricOnce() {
    Set<Integer> seen = new TreeSet<>();
    for (SctpMetric m : SctpMetric.values()) {
      assertTrue(seen.add(m.number()), m + " counts what another one counts");
    }
    Set<Integer> internal =
        Set.of(
            SctpAbi.CTR_OUT_TOO_LONG, SctpAbi.CTR_BAD_NOTIFICATIONS, SctpAbi.CTR_BAD_RETURNS, SctpAbi.CTR_SLOTS_OUT,
            SctpAbi.CTR_PATHS);
    for (int i = 0; i <= SctpAbi.CTR_PATHS; i++) {
      assertTrue(seen.contains(i) != internal.contains(i), "counter " + i);
    }
  }

  @Test
  void theProfilesHaveTheNumbersOfTheHeader() {
    assertEquals(SctpAbi.PROFILE_FAST, SctpLiveness.FAST.profile());
    assertEquals(SctpAbi.PROFILE_DEFAULT, SctpLiveness.DEFAULT.profile());
    assertEquals(SctpAbi.PROFILE_WAN, SctpLiveness.WAN.profile());
    assertEquals(SctpAbi.PROFILE_RFC, SctpLiveness.RFC.profile());
  }
}
