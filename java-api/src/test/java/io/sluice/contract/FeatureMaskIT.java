package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.engine.Engine;
import io.sluice.internal.engine.EngineConfig;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The core of the suite again on io_uring with the feature sets of older kernels: the paths they take are other code. */
class FeatureMaskIT {
  private static final int F_519 = Abi.FEAT_COOP_TASKRUN | Abi.FEAT_REGISTERED_RING | Abi.FEAT_MULTISHOT_ACCEPT;
  private static final int F_60 = F_519 | Abi.FEAT_SINGLE_ISSUER | Abi.FEAT_MULTISHOT_RECV | Abi.FEAT_SEND_ZC;
  private static final int F_61 = F_60 | Abi.FEAT_DEFER_TASKRUN | Abi.FEAT_INLINE_SEND | Abi.FEAT_SEND_TO;
  private static final int F_66 = F_61 | Abi.FEAT_NO_SQARRAY;
  private static final int F_610 = F_66 | Abi.FEAT_RECV_BUNDLE;

  private static final Map<String, Integer> SETS = new LinkedHashMap<>();

  static {
    SETS.put("nothing optional", 0);
    SETS.put("kernel 5.19", F_519);
    SETS.put("kernel 6.0", F_60);
    SETS.put("kernel 6.1", F_61);
    SETS.put("kernel 6.6", F_66);
    SETS.put("kernel 6.10", F_610);
  }

  private static final List<Function<EngineCell, ContractTest>> CORE =
      List.of(
          CompletionsIT::new, CloseIT::new, SendOrderIT::new, ReceiveIT::new, EndOfStreamIT::new, CancelIT::new,
          StarvationIT::new, LateAcceptIT::new, WakeIT::new, LazyIT::new, OverflowIT::new, UnixSocketIT::new, FileIT::new);

  @TestFactory
  Stream<DynamicContainer> olderKernels() {
    EngineCell cell = EngineCell.ofEngine("io_uring").findFirst().orElse(null);
    Assumptions.assumeTrue(cell != null, "io_uring is left out of this run");
    Assumptions.assumeTrue(cell.obstacle().isEmpty(), () -> cell + ": " + cell.obstacle());
    return SETS.entrySet().stream()
        .map(s -> DynamicContainer.dynamicContainer(s.getKey(), tests(cell.withFeatureSet(s.getKey(), Abi.FEAT_ALL & ~s.getValue()))));
  }

  private static Stream<DynamicTest> tests(EngineCell cell) {
    List<DynamicTest> tests = new ArrayList<>();
    tests.add(DynamicTest.dynamicTest("the mask is obeyed", () -> maskIsObeyed(cell)));
    for (Function<EngineCell, ContractTest> core : CORE) {
      for (Method m : core.apply(cell).getClass().getDeclaredMethods()) {
        if (m.isAnnotationPresent(Test.class)) {
          tests.add(DynamicTest.dynamicTest(m.getDeclaringClass().getSimpleName() + "." + m.getName(), () -> run(core.apply(cell), m)));
        }
      }
    }
    return tests.stream();
  }

  private static void maskIsObeyed(EngineCell cell) {
    Engine e = cell.open(EngineConfig.DEFAULTS);
    assertEquals(0, e.features() & cell.featuresOff());
    assertEquals(0, e.destroy(false));
  }

  private static void run(ContractTest test, Method method) throws Throwable {
    test.openEngine();
    try {
      method.setAccessible(true);
      method.invoke(test);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    } finally {
      test.closeEngine();
    }
  }
}
