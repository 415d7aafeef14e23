package io.sluice.internal.load;

import io.sluice.internal.abi.Abi;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Names of the io_uring engine's optional features, and the property that switches some off. */
public final class Features {
  /** Names, separated by commas, of features not to be used; {@code all} for every one. */
  public static final String OFF_PROPERTY = "sluice.features.off";

  private static final String ALL = "all";

  private static final Map<String, Integer> BY_NAME = byName();

  private Features() {}

  private static Map<String, Integer> byName() {
    Map<String, Integer> m = new LinkedHashMap<>();
    m.put("single_issuer", Abi.FEAT_SINGLE_ISSUER);
    m.put("defer_taskrun", Abi.FEAT_DEFER_TASKRUN);
    m.put("coop_taskrun", Abi.FEAT_COOP_TASKRUN);
    m.put("no_sqarray", Abi.FEAT_NO_SQARRAY);
    m.put("registered_ring", Abi.FEAT_REGISTERED_RING);
    m.put("multishot_accept", Abi.FEAT_MULTISHOT_ACCEPT);
    m.put("multishot_recv", Abi.FEAT_MULTISHOT_RECV);
    m.put("inline_send", Abi.FEAT_INLINE_SEND);
    m.put("recv_bundle", Abi.FEAT_RECV_BUNDLE);
    m.put("buffer_inc", Abi.FEAT_BUFFER_INC);
    m.put("send_zc", Abi.FEAT_SEND_ZC);
    m.put("min_wait", Abi.FEAT_MIN_WAIT);
    m.put("send_to", Abi.FEAT_SEND_TO);
    return m;
  }

  /** {@code FEAT_*} of a comma-separated list; null and "" are no features. */
  public static int parse(String list) {
    int bits = 0;
    for (String item : list == null ? new String[0] : list.split(",")) {
      String name = item.trim().toLowerCase(Locale.ROOT);
      if (name.equals(ALL)) {
        bits |= Abi.FEAT_ALL;
      } else if (!name.isEmpty()) {
        Integer bit = BY_NAME.get(name);
        if (bit == null) {
          throw new IllegalArgumentException(
              OFF_PROPERTY + ": " + item.trim() + " is no feature; known are " + String.join(", ", BY_NAME.keySet()) + ", " + ALL);
        }
        bits |= bit;
      }
    }
    return bits;
  }

  /** Names of the features in {@code bits}. */
  public static List<String> names(int bits) {
    List<String> names = new ArrayList<>();
    for (Map.Entry<String, Integer> feature : BY_NAME.entrySet()) {
      if ((bits & feature.getValue()) != 0) {
        names.add(feature.getKey());
      }
    }
    return names;
  }
}
